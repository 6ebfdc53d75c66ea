"""Reference data: countries, regions, economic activities and the short lists of ``codelists``.

Codes are stored in the database, names never. A stored code can only be read with its scheme and version, so
``Entry.ref`` writes all three: ``nuts:2024:ITC4``. Sources and licences of the bundled files:
``data/SOURCES.md``.
"""

import json
from collections.abc import Callable, Iterable
from functools import cache
from importlib.resources import files
from typing import Any

import flask_babel
from babel import Locale
from flask import has_app_context

from app.organisations import codelists
from app.organisations.classifications import CodeList, Entry, UnknownCodeError

EUROSTAT_COUNTRY = {"GR": "EL", "GB": "UK"}
"""ISO 3166 code to the code the EU uses, where the two differ."""
ISO_COUNTRY = {eu: iso for iso, eu in EUROSTAT_COUNTRY.items()}


def _bundled(name: str) -> Any:
    path = files("app.organisations") / "data" / name
    return json.loads(path.read_text(encoding="utf-8"))


@cache
def countries() -> CodeList:
    """Countries by ISO 3166-1 alpha-2 code, named in the reader's language, plus XK for Kosovo."""
    data = _bundled("countries.json")
    english = Locale("en").territories
    entries = [Entry("iso3166-1", data["version"], code, english[code]) for code in data["codes"]]
    return CodeList(
        "ISO 3166-1",
        "use the two-letter country code, such as AT, FR or GB",
        sorted(entries, key=lambda entry: entry.name),
        lambda entry, locale: locale.territories.get(entry.code, entry.name),
    )


@cache
def eu_members() -> frozenset[str]:
    """ISO codes of the 27 Member States of the European Union."""
    return frozenset(_bundled("countries.json")["eu_members"])


@cache
def regions() -> CodeList:
    """NUTS regions, levels 0 to 3, and the statistical regions of neighbours, under the codes Eurostat uses.

    Level 0 is the country in EU style (EL, UK). Names are in the region's own language; a Greek or
    Cyrillic name is followed by its Latin transliteration. The United Kingdom has version 2018, others 2024.
    """
    entries: list[Entry] = []
    for part in _bundled("nuts.json")["parts"]:
        above, seen = part.get("parents", {}), set()
        for code, names in part["regions"].items():
            country = code[:2]
            if country not in seen:
                seen.add(country)
                entries.append(Entry("nuts", part["version"], country, countries().name(iso_country(country), "en")))
            name = f"{names[0]} ({names[1]})" if len(names) > 1 else names[0]
            entries.append(Entry("nuts", part["version"], code, name, "", len(code) - 2, above.get(code, code[:-1])))
    return CodeList("NUTS", "use a region code of NUTS 2024, such as AT22 or ITC4", entries, _region_name)


def _region_name(entry: Entry, locale: Locale) -> str:
    if entry.level == 0:
        return countries().name(iso_country(entry.code), locale)
    return entry.name


@cache
def activities() -> CodeList:
    """NACE Rev. 2.1: sections (level 1), divisions (2), groups (3) and classes (4), English headings."""
    entries: list[Entry] = []
    data = _bundled("nace.json")
    for code, row in data["headings"].items():
        level = 1 if code.isalpha() else max(2, len(code) - 1)
        parent = None if level == 1 else row[1] if level == 2 else code[:-1].rstrip(".")
        entries.append(Entry("nace", data["version"], code, row[0], "", level, parent))
    return CodeList("NACE Rev. 2.1", "use a section, division, group or class, such as C, 20, 20.1 or 20.16", entries)


def _own(scheme: str, version: str, hint: str, rows: Iterable[codelists.Row]) -> CodeList:
    entries = [Entry(scheme, version, code, name, note) for code, name, note in rows]
    return CodeList(scheme, hint, entries, lambda entry, _locale: translated(entry.name))


def translated(text: str) -> str:
    """Return a marked text in the reader's language, or in English outside the application."""
    return flask_babel.gettext(text) if has_app_context() else text


def _hint(rows: Iterable[codelists.Row]) -> str:
    return "use one of " + ", ".join(row[0] for row in rows)


@cache
def readiness_levels() -> CodeList:
    """Technology readiness levels “1” to “9”; the note says what each means."""
    rows = codelists.READINESS
    return _own("trl", codelists.READINESS_VERSION, "use a level from 1 to 9", rows)


@cache
def value_chain() -> CodeList:
    """The nine default positions in a value chain."""
    rows = codelists.VALUE_CHAIN
    return _own("value-chain", codelists.VALUE_CHAIN_VERSION, _hint(rows), rows)


@cache
def organisation_kinds() -> CodeList:
    """What an organisation is."""
    rows = codelists.ORGANISATION_KINDS
    return _own("organisation-kind", codelists.ORGANISATION_KINDS_VERSION, _hint(rows), rows)


@cache
def organisation_sizes() -> CodeList:
    """Size bands by number of people."""
    rows = codelists.ORGANISATION_SIZES
    return _own("organisation-size", codelists.ORGANISATION_SIZES_VERSION, _hint(rows), rows)


@cache
def partnership_kinds() -> CodeList:
    """What kind of agreement a need or an offer is after."""
    rows = codelists.PARTNERSHIP_KINDS
    return _own("partnership-kind", codelists.PARTNERSHIP_KINDS_VERSION, _hint(rows), rows)


@cache
def sustainable_goals() -> CodeList:
    """The Sustainable Development Goals of the United Nations, “1” to “17”."""
    return _own("sdg", codelists.SDG_VERSION, "use a goal from 1 to 17", codelists.SDG)


@cache
def nuts_changes() -> dict[str, Any]:
    """What changed from the edition of NUTS before: `from`, `to`, `recoded` (old code to new), `gone`, `new`."""
    found: dict[str, Any] = _bundled("nuts_changes.json")
    return found


@cache
def languages() -> CodeList:
    """Languages people can meet in, by ISO 639-1 code, named in the reader's language."""
    english = Locale("en").languages
    entries = [Entry("iso639-1", codelists.LANGUAGES_VERSION, code, english[code]) for code in codelists.LANGUAGES]
    return CodeList(
        "ISO 639-1",
        "use a two-letter language code, such as en, de or fr",
        sorted(entries, key=lambda entry: entry.name),
        lambda entry, locale: locale.languages.get(entry.code, entry.name),
    )


def iso_country(code: str) -> str:
    """Return the ISO 3166 code for a country code of either style (EL and UK become GR and GB)."""
    return ISO_COUNTRY.get(code, code)


def region_country(region: str) -> str:
    """Return the ISO country code of a NUTS code; raise ``UnknownCodeError`` when the region is unknown."""
    return iso_country(regions().require(region).code[:2])


def regions_of(country: str, level: int) -> tuple[Entry, ...]:
    """Return the regions of one ``level`` of a country given by ISO code; empty where there are none."""
    prefix = EUROSTAT_COUNTRY.get(country, country)
    return tuple(entry for entry in regions() if entry.level == level and entry.code[:2] == prefix)


@cache
def _schemes() -> dict[str, Callable[[], CodeList]]:
    return {
        "iso3166-1": countries,
        "nuts": regions,
        "nace": activities,
        "trl": readiness_levels,
        "value-chain": value_chain,
        "organisation-kind": organisation_kinds,
        "organisation-size": organisation_sizes,
        "partnership-kind": partnership_kinds,
        "iso639-1": languages,
        "sdg": sustainable_goals,
    }


def schemes() -> dict[str, CodeList]:
    """Every scheme by its name, loaded."""
    return {name: load() for name, load in _schemes().items()}


def parse_ref(ref: str) -> Entry:
    """Return the entry of a reference such as ``nuts:2024:ITC4``; raise ``UnknownCodeError``."""
    scheme, _, rest = ref.partition(":")
    version, _, code = rest.partition(":")
    if scheme not in _schemes():
        raise UnknownCodeError("reference data", ref, "write scheme:version:code, such as nuts:2024:ITC4")
    entry = _schemes()[scheme]().require(code)
    if entry.version != version:
        raise UnknownCodeError(f"{scheme} {version}", code, f"this installation holds version {entry.version}")
    return entry
