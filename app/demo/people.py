"""Invents the people of the demo world: a name that fits the country, a job, languages, a place in the chain."""

import random
from collections import Counter
from dataclasses import dataclass

from app.demo.content import countries, naming, themes
from app.demo.draws import ascii_slug, weighted
from app.demo.world import Organisation

TEAM_SIZES = {1: 0.58, 2: 0.27, 3: 0.1, 4: 0.05}
LARGEST_TEAM = 4
TYPE_OF_KIND = {
    "company": "company",
    "university": "research",
    "research": "research",
    "infrastructure": "research",
    "cluster": "cluster",
    "intermediary": "cluster",
    "public": "public",
    "investor": "investor",
}
"""The participant type somebody registers as, by kind of organisation."""
FOREIGN_LANGUAGES = {"de": 0.2, "fr": 0.18, "es": 0.12, "it": 0.1, "pl": 0.04, "nl": 0.03}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody before needs, offers and times are known."""

    first: str
    last: str
    email: str
    organisation: Organisation
    type: str
    job_title: str
    about: str
    languages: tuple[str, ...]


def invent_people(rng: random.Random, organisations: list[Organisation], count: int) -> list[Person]:
    """Return ``count`` people in teams of one to four; at least one from each organisation."""
    names: set[str] = set()
    titles: Counter[tuple[str, str]] = Counter()
    people = []
    for organisation, size in zip(organisations, _team_sizes(rng, len(organisations), count), strict=True):
        people += [_invent(rng, organisation, names, titles) for _ in range(size)]
    return people


def _team_sizes(rng: random.Random, teams: int, count: int) -> list[int]:
    sizes = [weighted(rng, TEAM_SIZES) for _ in range(teams)]
    while sum(sizes) != count:
        step = 1 if sum(sizes) < count else -1
        index = rng.randrange(teams)
        if 1 <= sizes[index] + step <= LARGEST_TEAM:
            sizes[index] += step
    return sizes


def _invent(
    rng: random.Random, organisation: Organisation, names: set[str], titles: Counter[tuple[str, str]]
) -> Person:
    first, last = _name(rng, organisation.country, names)
    type_ = TYPE_OF_KIND[organisation.kind]
    label = rng.choice(themes()[organisation.theme].labels)
    return Person(
        first=first,
        last=last,
        email=f"{ascii_slug(first)}.{ascii_slug(last)}@{organisation.domain}",
        organisation=organisation,
        type=type_,
        job_title=_title(rng, organisation.key, type_, titles),
        about=rng.choice(naming()["about"][type_]).format(label=label),
        languages=_languages(rng, organisation),
    )


def _name(rng: random.Random, country: str, names: set[str]) -> tuple[str, str]:
    """Draw a name nobody has yet; family names with two forms are written ``man's|woman's``."""
    land = countries()[country]
    for _attempt in range(400):
        woman = rng.random() < 0.46
        first = rng.choice(land.women if woman else land.men)
        forms = rng.choice(land.family).split("|")
        last = forms[-1] if woman else forms[0]
        if f"{first} {last}" not in names:
            names.add(f"{first} {last}")
            return first, last
    raise AssertionError(f"too few names for {country}")


def _title(rng: random.Random, organisation: str, type_: str, titles: Counter[tuple[str, str]]) -> str:
    """Draw a job title that no colleague has yet."""
    free = [title for title in naming()["titles"][type_] if not titles[organisation, title]]
    title = str(rng.choice(free))
    titles[organisation, title] += 1
    return title


def _languages(rng: random.Random, organisation: Organisation) -> tuple[str, ...]:
    """Own language first, English for nearly all, now and then one more."""
    spoken = [organisation.languages[0], *organisation.languages[1 : 1 + (rng.random() < 0.6)]]
    if rng.random() < 0.97:
        spoken.append("en")
    spoken += [code for code, chance in FOREIGN_LANGUAGES.items() if rng.random() < chance]
    return tuple(dict.fromkeys(spoken))
