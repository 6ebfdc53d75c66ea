"""Reads the hand-written fragments of the demo world from ``content/*.toml`` into typed shapes."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

Pair = tuple[str, str]
"""Title and first sentence, with ``{m}`` where a material, product or place goes."""


@dataclass(frozen=True, slots=True)
class Topic:
    """One concrete subject on which needs and offers meet. ``pairs`` is keyed need, offer, seek and share."""

    key: str
    theme: str
    keywords: tuple[str, ...]
    fillings: tuple[str, ...]
    pairs: dict[str, tuple[Pair, ...]]


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


def _pairs(rows: list[list[str]]) -> tuple[Pair, ...]:
    return tuple((title, lead) for title, lead in rows)


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
            tuple(row["keywords"]),
            tuple(row["m"]),
            {side: _pairs(row[side]) for side in ("need", "offer", "seek", "share")},
        )
        for row in data["topics"]
    )
    activities = tuple((nace, chain) for nace, chain in data["activities"])
    return Theme(key, data["name"], tuple(data["labels"]), activities, topics)


@cache
def ecosystem() -> tuple[Topic, ...]:
    """Topics of clusters, authorities and investors; ``pairs`` is keyed like ``cluster_need``."""
    labels = tuple(label for theme in themes().values() for label in theme.labels)
    return tuple(
        Topic(
            f"ecosystem/{row['key']}",
            "ecosystem",
            tuple(row["keywords"]),
            labels,
            {
                f"{who}_{side}": _pairs(row[who].get(side, []))
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
