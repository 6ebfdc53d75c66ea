"""Pages of registrations, their navigation entries and the dashboard panel."""

from typing import Any

from flask import Flask, g
from flask_babel import lazy_gettext as _l

from app.accounts.policy import signed_in_user
from app.core import navigation
from app.core.database import session
from app.events.models import Event, StaffRole
from app.events.policy import staff_role
from app.organisations import reference
from app.registrations import desk_pages, exchange, exchange_pages, joining, my_pages, organiser_pages, queries
from app.registrations.blueprint import blueprint
from app.registrations.models import RegistrationState

__all__ = ["blueprint", "desk_pages", "exchange_pages", "init_app", "joining", "my_pages", "organiser_pages"]
COUNTRIES_SHOWN = 15
MINE = (
    "registrations.edit_profile",
    "registrations.organisation",
    "registrations.availability",
    "registrations.sessions",
    "registrations.leave",
    "marketplace.entries",
    "marketplace.new_entry",
    "marketplace.edit_entry",
)
"""Pages of one participant: under "Me", or under the list of participants on an organiser's address."""


def _registered_here() -> bool:
    user, event = signed_in_user(), g.get("event")
    if user is None or event is None:
        return False
    if "registration" not in g:
        g.registration = queries.participant_of(session(), event.id, user.id)
    return g.registration is not None


def _organises() -> bool:
    event = g.get("event")
    return event is not None and staff_role(session(), event, signed_in_user()) is StaffRole.ORGANISER


def _waiting() -> int | None:
    event = g.get("event")
    if event is None:
        return None
    return queries.counts_by_state(session(), event.id)[RegistrationState.PENDING] or None


def overview_panel(event: Event) -> dict[str, Any]:
    """Registrations by state and country, and the newest ones."""
    countries = queries.counts_by_country(session(), event.id)
    shown, rest = countries[:COUNTRIES_SHOWN], countries[COUNTRIES_SHOWN:]
    bins: list[tuple[str, int]] = [(str(reference.countries().label(code)), count) for code, count in shown]
    if rest:
        bins.append((str(_l("%(n)d more countries", n=len(rest))), sum(count for _code, count in rest)))
    return {
        "states": queries.counts_by_state(session(), event.id),
        "here": queries.checked_in_count(session(), event.id),
        "countries": len(countries),
        "bins": bins,
        "latest": queries.latest_registrations(session(), event.id),
    }


def trl_text(lowest: int | None, highest: int | None) -> str:
    """'4–7', '4', or nothing where no level is given; an open end stays open."""
    if lowest is None and highest is None:
        return ""
    if lowest == highest:
        return str(lowest)
    return f"{lowest or 1}–{highest or 9}"


def init_app(app: Flask) -> None:
    """Add navigation entries and the dashboard panel; make code lists known to templates."""
    add, entry = navigation.add_entry, navigation.NavigationEntry
    people = _l("People")
    me = entry("participant", "registrations.profile", _l("Me"), "person-circle", 50, shown=_registered_here, also=MINE)
    everybody = entry(
        "organiser",
        "registrations.participants",
        _l("Participants"),
        "people",
        20,
        people,
        badge=_waiting,
        also=(*MINE, "registrations.participant", "registrations.add_participant", "registrations.limits"),
    )
    add(me)
    add(everybody)
    add(entry("organiser", "registrations.check_in", _l("Check-in"), "person-check", 22, people))
    add(entry("organiser", "registrations.import_participants", _l("Import"), "upload", 26, people, shown=_organises))
    add(entry("organiser", "registrations.export", _l("Export"), "download", 27, people, shown=_organises))
    exchange.register_sheets()
    navigation.add_panel(navigation.Panel("registrations/_overview_panel.html", overview_panel, 20))
    app.jinja_env.globals["trl_text"] = trl_text
    app.jinja_env.filters["language_name"] = reference.languages().label
    app.jinja_env.globals["codes"] = {
        "countries": reference.countries,
        "regions": reference.regions,
        "activities": reference.activities,
        "languages": reference.languages,
        "sizes": reference.organisation_sizes,
        "kinds": reference.organisation_kinds,
        "value_chain": reference.value_chain,
        "partnerships": reference.partnership_kinds,
    }
