"""Reads the hand-written fragments of the demo world from ``content/*.toml`` into typed shapes."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

MATTER = "{m}"
"""Where a material, product, place or field goes in a title or first sentence."""
FEWEST_KEYWORDS, MOST_KEYWORDS = 2, 4


class ContentError(ValueError):
    """A fragment is not as it should be; says which and why."""


@dataclass(frozen=True, slots=True)
class Line:
    """A need or an offer as written by hand. The title holds ``{m}``, the first sentence may.

    The keywords say what the line is about, as its owner would put it: an offer that answers a need shares one or two
    with it, any other none.
    """

    title: str
    lead: str
    keywords: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Topic:
    """One concrete subject on which needs and offers meet. ``lines`` is keyed need, offer, seek and share."""

    key: str
    theme: str
    fillings: tuple[str, ...]
    lines: dict[str, tuple[Line, ...]]

    def of(self, kind: str) -> list[Line]:
        """All needs, or all offers, whoever speaks."""
        sides = {"need": ("need", "seek"), "offer": ("offer", "share")}[kind]
        return [line for voice, lines in self.lines.items() if voice.endswith(sides) for line in lines]


@dataclass(frozen=True, slots=True)
class Theme:
    """A sub-theme of the event; ``activities`` pairs NACE classes with value-chain positions."""

    key: str
    name: str
    labels: tuple[str, ...]
    activities: tuple[tuple[str, str], ...]
    topics: tuple[Topic, ...]


@dataclass(frozen=True, slots=True)
class Country:
    """Where people come from and how they and their organisations are called."""

    code: str
    share: int
    languages: tuple[str, ...]
    regions: tuple[tuple[str, str], ...]
    starts: tuple[str, ...]
    ends: tuple[str, ...]
    forms: tuple[str, ...]
    women: tuple[str, ...]
    men: tuple[str, ...]
    family: tuple[str, ...]


def read(name: str) -> dict[str, Any]:
    """Return one file of fragments."""
    path = files("app.demo") / "content" / name
    return tomllib.loads(path.read_text(encoding="utf-8"))


def checked_lines(topic: str, rows: list[list[Any]]) -> tuple[Line, ...]:
    """Turn rows of title, first sentence and keywords into lines; `ContentError` for one that is not like that."""
    return tuple(_line(topic, row) for row in rows)


def _line(topic: str, row: list[Any]) -> Line:
    if len(row) != 3:
        raise ContentError(f"{topic}: {row[:1]} is not a title, a first sentence and a list of keywords")
    title, lead, keywords = row
    where = f"{topic}: “{title}”"
    if MATTER not in title:
        raise ContentError(f"{where} has no {MATTER}, so it could be used only once")
    if not lead.strip():
        raise ContentError(f"{where} has no first sentence")
    if not FEWEST_KEYWORDS <= len(set(keywords)) <= MOST_KEYWORDS or len(set(keywords)) < len(keywords):
        raise ContentError(f"{where} needs {FEWEST_KEYWORDS} to {MOST_KEYWORDS} keywords, each once")
    if any(MATTER in keyword or keyword != keyword.strip() or not keyword for keyword in keywords):
        raise ContentError(f"{where}: a keyword is a plain word or phrase")
    return Line(title, lead, tuple(keywords))


THEME_KEYS = (
    "biopolymers",
    "batteries",
    "vision",
    "hydrogen",
    "additive",
    "textiles",
    "water",
    "passports",
    "robotics",
    "critical",
)


@cache
def themes() -> dict[str, Theme]:
    """The sub-themes by key, in a fixed order."""
    return {key: _theme(key, read(f"themes/{key}.toml")) for key in THEME_KEYS}


def _theme(key: str, data: dict[str, Any]) -> Theme:
    topics = tuple(
        Topic(
            f"{key}/{row['key']}",
            key,
            tuple(row["m"]),
            {side: checked_lines(f"{key}/{row['key']}", row[side]) for side in ("need", "offer", "seek", "share")},
        )
        for row in data["topics"]
    )
    activities = tuple((nace, chain) for nace, chain in data["activities"])
    return Theme(key, data["name"], tuple(data["labels"]), activities, topics)


@cache
def ecosystem() -> tuple[Topic, ...]:
    """Topics of clusters, authorities and investors; ``lines`` is keyed like ``cluster_need``."""
    labels = tuple(label for theme in themes().values() for label in theme.labels)
    return tuple(
        Topic(
            f"ecosystem/{row['key']}",
            "ecosystem",
            labels,
            {
                f"{who}_{side}": checked_lines(f"ecosystem/{row['key']}", row[who].get(side, []))
                for who in ("cluster", "public", "investor", "company")
                if who in row
                for side in ("need", "offer")
            },
        )
        for row in read("ecosystem.toml")["topics"]
    )


@cache
def own_language_entries() -> tuple[dict[str, Any], ...]:
    """Entries written in another language than English."""
    return tuple(read("languages.toml")["entries"])


@cache
def market() -> dict[str, Any]:
    """Entries outside the event, and interest in them."""
    return read("market.toml")


@cache
def countries() -> dict[str, Country]:
    """The countries by ISO code."""
    return {
        code: Country(
            code,
            row["share"],
            tuple(row["languages"]),
            tuple((nuts, name) for nuts, name in row["regions"]),
            *(tuple(row[field]) for field in ("starts", "ends", "forms", "women", "men", "family")),
        )
        for code, row in read("countries.toml").items()
    }


@cache
def naming() -> dict[str, Any]:
    """Words for the names and descriptions of organisations and the titles of people."""
    return read("naming.toml")


@cache
def phrases() -> dict[str, Any]:
    """Further sentences of entries and the words of requests."""
    return read("phrases.toml")
