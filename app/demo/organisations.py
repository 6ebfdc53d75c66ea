"""Invents the organisations of the demo world: from where, of what kind, in which field, under what name."""

import random

from app.demo.content import THEME_KEYS, Country, countries, naming, themes
from app.demo.draws import ascii_slug, shares, weighted
from app.demo.world import Organisation
from app.organisations import reference

KINDS = {
    "company": 0.655,
    "university": 0.09,
    "research": 0.07,
    "infrastructure": 0.02,
    "cluster": 0.07,
    "intermediary": 0.02,
    "public": 0.045,
    "investor": 0.03,
}
COMPANY_SIZES = {"micro": 0.2, "small": 0.36, "medium": 0.28, "large": 0.16}
SIZES = {
    "university": {"large": 1.0},
    "research": {"medium": 0.6, "large": 0.4},
    "infrastructure": {"small": 0.6, "medium": 0.4},
    "cluster": {"micro": 0.6, "small": 0.4},
    "intermediary": {"small": 0.7, "medium": 0.3},
    "public": {"medium": 0.6, "large": 0.4},
    "investor": {"micro": 0.6, "small": 0.4},
}
ACTIVITY = {
    "university": ("85.40", "design"),
    "research": ("72.10", "design"),
    "infrastructure": ("71.20", "testing"),
    "cluster": ("94.11", "distribution"),
    "intermediary": ("70.20", "distribution"),
    "public": ("84.13", "end_use"),
    "investor": ("64.31", "distribution"),
}
NAMED_BY_ONE_WORD = ("university", "research")
WITHOUT_PLACE_OF_ITS_OWN = ("cluster", "intermediary", "public")
"""Kinds that are named after their region rather than after an invented word."""


def invent_organisations(rng: random.Random, count: int) -> list[Organisation]:
    """Return ``count`` organisations with different names; kinds, countries and fields in fixed proportions."""
    kinds = _repeat(KINDS, count)
    lands = _repeat({code: float(country.share) for code, country in countries().items()}, count)
    fields = _repeat(dict.fromkeys(THEME_KEYS, 1.0), count)
    for row in (kinds, lands, fields):
        rng.shuffle(row)
    seen: set[str] = set()
    return [
        _invent(rng, f"o{number:04}", kind, countries()[land], theme, seen)
        for number, (kind, land, theme) in enumerate(zip(kinds, lands, fields, strict=True), 1)
    ]


def _repeat(weights: dict[str, float], count: int) -> list[str]:
    parts = shares(count, list(weights.values()))
    return [key for key, times in zip(weights, parts, strict=True) for _ in range(times)]


def _invent(rng: random.Random, key: str, kind: str, country: Country, theme: str, seen: set[str]) -> Organisation:
    nuts2, region = rng.choice(country.regions)
    nace, chain = ACTIVITY.get(kind) or rng.choice(themes()[theme].activities)
    name, domain = _name(rng, kind, country, theme, region, seen)
    sentence = rng.choice(naming()["descriptions"][kind])
    return Organisation(
        key=key,
        name=name,
        kind=kind,
        size=weighted(rng, SIZES.get(kind, COMPANY_SIZES)),
        country=country.code,
        nuts=rng.choice(reference.regions().children(nuts2)).code,
        nace=nace,
        domain=domain,
        description=sentence.format(label=rng.choice(themes()[theme].labels), n=rng.randint(4, 18)),
        theme=theme,
        chain=chain,
        languages=country.languages,
    )


def _name(rng: random.Random, kind: str, country: Country, theme: str, region: str, seen: set[str]) -> tuple[str, str]:
    """Return name and domain of an organisation that no one has yet."""
    for _attempt in range(200):
        proper = rng.choice(country.starts) + rng.choice(country.ends)
        mark = region if kind in WITHOUT_PLACE_OF_ITS_OWN else proper
        stem, form = _parts(rng, kind, country, theme, proper, region)
        # An invented word serves one organisation only; a region may have a cluster and an office.
        unique = f"{mark}|{kind}|{theme}" if kind in WITHOUT_PLACE_OF_ITS_OWN else proper
        if unique in seen or stem in seen:
            continue
        seen.update((unique, stem))
        domain = ascii_slug(proper if kind in NAMED_BY_ONE_WORD else stem)
        return f"{stem} {form}".strip(), f"{domain}.example"
    raise AssertionError(f"too few invented names for {country.code}")


def _parts(rng: random.Random, kind: str, country: Country, theme: str, proper: str, region: str) -> tuple[str, str]:
    language = country.languages[0]
    if kind == "company":
        words = naming()["company"][theme]
        word = rng.choice(words["en"] if rng.random() < 0.3 else words.get(language, words["en"]))
        return f"{proper} {word}", rng.choice(country.forms)
    patterns = naming()["patterns"][kind]
    pattern = rng.choice(patterns.get(language, patterns["en"]))
    return pattern.format(p=proper, region=region, field=naming()["fields"][theme]), ""
