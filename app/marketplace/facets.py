"""Facets as a page shows them: names in the reader's language, counts, the chosen values first."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import gettext as _

from app.marketplace import details as profiles
from app.marketplace.search import FACETS, Criteria
from app.organisations import reference

SHOWN_AT_ONCE = 8


@dataclass(frozen=True)
class Option:
    """One value with the number of entries a reader would find with it."""

    value: str
    label: str
    count: int
    checked: bool


@dataclass(frozen=True)
class Facet:
    """One facet; `rest` is folded away at first."""

    name: str
    legend: str
    options: list[Option]

    @property
    def first(self) -> list[Option]:
        return self.options[:SHOWN_AT_ONCE]

    @property
    def rest(self) -> list[Option]:
        return self.options[SHOWN_AT_ONCE:]


def shown_facets(counts: Mapping[str, Mapping[str, int]], wanted: Criteria) -> list[Facet]:
    """Facets with at least one value; values that are chosen stay even when nothing is found under them."""
    found = []
    for name in FACETS:
        chosen = wanted.facets.get(name, ())
        values = {**dict.fromkeys(chosen, 0), **counts[name]}
        options = [Option(value, label_of(name, value), count, value in chosen) for value, count in values.items()]
        if name == "trl":
            options.sort(key=lambda option: (len(option.value), option.value))
        else:
            options.sort(key=lambda option: (not option.checked, -option.count, option.label))
        if options:
            found.append(Facet(name, _legends()[name], options))
    return found


def _legends() -> dict[str, str]:
    return {
        "kind": _("Kind"),
        "sector": _("Sector"),
        "country": _("Country"),
        "region": _("Region"),
        "trl": _("Readiness level"),
        "language": _("Language"),
        "segment": _("Value chain"),
        "partnership": _("Partnership"),
        "profile": _("Type of profile"),
    }


def label_of(facet: str, value: str) -> str:
    """The name of a value; an unknown one stands for itself."""
    if facet == "kind":
        return str(_("Need") if value == "need" else _("Offer"))
    if facet == "profile":
        return str(profiles.PROFILE_NAMES.get(value, value))
    if facet == "trl":
        return str(_("TRL %(level)s", level=value))
    lists = {
        "sector": reference.activities,
        "country": reference.countries,
        "region": reference.regions,
        "language": reference.languages,
        "segment": reference.value_chain,
        "partnership": reference.partnership_kinds,
    }
    return lists[facet]().label(value)
