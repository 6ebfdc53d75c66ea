"""Open data: what everybody may see anyway, as CSV and JSON, and a catalogue of it in DCAT-AP 3.

The catalogue is JSON-LD with what DCAT-AP 3.0 makes mandatory (catalogue: title, description, publisher; dataset:
title, description; distribution: access address; agent: name), and identifiers, language and media types. Rows are
things that are public by themselves; nothing is aggregated, so nothing has to be suppressed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.tables import Cell
from app.events.models import Event, Phase
from app.partnerships import queries as partnerships
from app.partnerships.models import Partnership
from app.projects import queries

FORMATS = {"csv": "text/csv", "json": "application/json"}
MEDIA_TYPES = "http://www.iana.org/assignments/media-types/"
FILE_TYPES = "http://publications.europa.eu/resource/authority/file-type/"
THEMES = "http://publications.europa.eu/resource/authority/data-theme/"
CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
ENGLISH = "http://publications.europa.eu/resource/authority/language/ENG"


@dataclass(frozen=True)
class Dataset:
    """One table that everybody may have: its columns, and its rows in a fixed order."""

    key: str
    title: Any
    description: Any
    columns: tuple[str, ...]
    rows: Callable[[Session], list[Sequence[Cell]]]
    keywords: tuple[str, ...]
    themes: tuple[str, ...] = ("ECON", "REGI")
    """Codes of the EU vocabulary of data themes."""


def public_partnerships(session: Session) -> list[Partnership]:
    """The partnerships everybody may see."""
    found = session.scalars(select(Partnership).order_by(Partnership.slug)).all()
    return [row for row in found if partnerships.machine_of(session, row, "partnership").state(row.state).public]


def _partnerships(session: Session) -> list[Sequence[Cell]]:
    return [
        (
            row.slug, row.name, row.acronym, row.area.name, row.state, row.phase, row.summary,
            " ".join(f"nuts:{m.nuts_version}:{m.nuts}" for m in partnerships.members_of(session, row.id)),
        )
        for row in public_partnerships(session)
    ]  # fmt: skip


def _opportunities(session: Session) -> list[Sequence[Cell]]:
    return [
        (
            partnership.slug, row.number, row.title, row.acronym, row.type.value, row.state, " ".join(row.regions),
            row.trl_start, row.trl_target, row.problem, row.solution,
        )
        for partnership in public_partnerships(session)
        for row in queries.public_projects(session, partnership.id)
    ]  # fmt: skip


def _calls(session: Session) -> list[Sequence[Cell]]:
    return [
        (
            row.code, row.title, row.source.value, row.link, row.opens_on, row.deadline,
            row.rate_cap / 100 if row.rate_cap is not None else None, row.min_euros, row.max_euros, row.min_trl,
        )
        for row in queries.all_calls(session)
    ]  # fmt: skip


def _events(session: Session) -> list[Sequence[Cell]]:
    rows = session.scalars(select(Event).where(Event.phase != Phase.DRAFT).order_by(Event.slug))
    return [
        (row.slug, row.name, row.summary, row.place, row.time_zone, row.format.value, row.phase.value) for row in rows
    ]


DATASETS: list[Dataset] = [
    Dataset(
        "partnerships",
        _l("Thematic partnerships"),
        _l("Approved partnerships with their thematic area, phase and member regions (NUTS)."),
        ("slug", "name", "acronym", "area", "state", "phase", "summary", "regions"),
        _partnerships,
        ("partnerships", "smart specialisation", "regions"),
    ),
    Dataset(
        "opportunities",
        _l("Investment opportunities"),
        _l("Investment projects that their leads show to everybody, without money and people."),
        ("partnership", "number", "title", "acronym", "type", "state", "regions", "trl_start", "trl_target", "problem",
         "solution"),
        _opportunities,
        ("investment", "projects", "regions"),
    ),
    Dataset(
        "calls",
        _l("Calls for proposals"),
        _l("Calls with their deadlines; rate_cap is the highest grant in percent, amounts are euros."),
        ("code", "title", "source", "link", "opens_on", "deadline", "rate_cap", "min_euros", "max_euros", "min_trl"),
        _calls,
        ("calls", "funding"),
    ),
    Dataset(
        "events",
        _l("Partnering events"),
        _l("Events that are not drafts."),
        ("slug", "name", "summary", "place", "time_zone", "format", "phase"),
        _events,
        ("events", "matchmaking"),
    ),
]  # fmt: skip


def add_dataset(made: Dataset) -> None:
    """Add a later feature's table; adding the same key twice changes nothing."""
    if dataset(made.key) is None:
        DATASETS.append(made)


def dataset(key: str) -> Dataset | None:
    """The dataset of a key, or None."""
    return next((row for row in DATASETS if row.key == key), None)


def records(found: Dataset, session: Session) -> list[dict[str, Any]]:
    """The rows as JSON objects; days and times in ISO 8601."""
    return [{name: _plain(cell) for name, cell in zip(found.columns, row, strict=True)} for row in found.rows(session)]


def _plain(cell: Cell) -> str | int | float | None:
    return cell.isoformat() if isinstance(cell, date | time) else cell


def catalogue(address: str, publisher: str) -> dict[str, Any]:
    """The catalogue of all datasets; `address` is that of the open-data pages without a slash at the end."""
    return {
        "@context": CONTEXT,
        "@id": f"{address}/catalogue.jsonld",
        "@type": "dcat:Catalog",
        "dct:title": {"@value": "Meetwright open data", "@language": "en"},
        "dct:description": {
            "@value": "Partnerships, opportunities, calls and events that are public on this site.",
            "@language": "en",
        },
        "dct:publisher": {"@id": f"{address}/#publisher", "@type": "foaf:Agent", "foaf:name": publisher},
        "dct:language": {"@id": ENGLISH, "@type": "dct:LinguisticSystem"},
        "dcat:dataset": [_dataset(address, row) for row in DATASETS],
    }


def _dataset(address: str, row: Dataset) -> dict[str, Any]:
    return {
        "@id": f"{address}/#{row.key}",
        "@type": "dcat:Dataset",
        "dct:title": {"@value": str(row.title), "@language": "en"},
        "dct:description": {"@value": str(row.description), "@language": "en"},
        "dct:identifier": row.key,
        "dct:publisher": {"@id": f"{address}/#publisher"},
        "dcat:keyword": [{"@value": word, "@language": "en"} for word in row.keywords],
        "dcat:theme": [{"@id": THEMES + theme} for theme in row.themes],
        "dcat:distribution": [
            {
                "@id": f"{address}/{row.key}.{suffix}#distribution",
                "@type": "dcat:Distribution",
                "dct:title": {"@value": f"{row.title} ({suffix.upper()})", "@language": "en"},
                "dcat:accessURL": {"@id": f"{address}/{row.key}.{suffix}"},
                "dcat:downloadURL": {"@id": f"{address}/{row.key}.{suffix}"},
                "dct:format": {"@id": FILE_TYPES + suffix.upper()},
                "dcat:mediaType": {"@id": MEDIA_TYPES + kind, "@type": "dct:MediaType"},
            }
            for suffix, kind in FORMATS.items()
        ],
    }
