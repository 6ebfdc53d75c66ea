"""Why a request has no meeting, in words for the organiser, with what would help."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

TITLES = {
    "outranked": _l("Other meetings were worth more"),
    "participant_full": _l("Somebody has as many meetings as possible"),
    "no_common_slot": _l("No slot in common"),
    "table_capacity": _l("No table free when they are"),
    "no_table": _l("No open table"),
    "order": _l("The order leaves no slot"),
    "pin_impossible": _l("Pinned where it cannot be"),
    "blocked_at_pin": _l("Its pinned place is taken"),
    "blocked_by_pin": _l("Pinned meetings take its slots"),
    "cancelled": _l("Cancelled"),
    "taken_out": _l("Taken out by hand"),
    "not_in_run": _l("Accepted after the run"),
    "place_gone": _l("Its place is gone"),
}
HELP = {
    "outranked": _l("Raise its priority, mark it as must, or move one of the meetings that take their slots."),
    "participant_full": _l("Raise the limit of these people, open more slots, or let a colleague take a meeting."),
    "no_common_slot": _l("Ask both for one more slot, or free one of a session they signed up for."),
    "table_capacity": _l("Add tables, or open closed ones in these slots."),
    "no_table": _l("Open a table."),
    "order": _l("Loosen the order, or move the other meeting."),
    "pin_impossible": _l("Take out the pin, or make the place possible: the people, the slot, the table."),
    "blocked_at_pin": _l("Take out the pin, or move what sits there."),
    "blocked_by_pin": _l("Take out one of the pins."),
    "cancelled": _l("Place it by hand, or start a run that tries cancelled meetings again."),
    "taken_out": _l("Place it by hand, or start another run."),
    "not_in_run": _l("Place it by hand, or start a run that leaves published meetings where they are."),
    "place_gone": _l("Start another run."),
}


def title_of(code: str) -> str:
    """The short form of a reason; an unknown code speaks for itself."""
    return str(TITLES.get(code, code.replace("_", " ")))


def help_for(code: str) -> str:
    """What would help; empty for an unknown code."""
    return str(HELP.get(code, ""))


def words_of(code: str, detail: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """The whole reason with names. `names` maps participant, request and slot codes to what people call them."""
    who = [names.get(code, code) for code in detail.get("ids", ())]
    listed = "; ".join(who[:4]) + (_(" and %(count)s more", count=len(who) - 4) if len(who) > 4 else "")
    if detail.get("words"):
        return str(detail["words"])
    sentences = {
        "outranked": _("Every slot they share is taken by other meetings: %(who)s.", who=listed),
        "participant_full": _("Already in as many meetings as possible: %(who)s.", who=listed),
        "no_common_slot": _("There is no open slot in which both are there and free of sessions."),
        "table_capacity": _("Both are free at %(who)s, but every suitable table is taken then.", who=listed),
        "no_table": _("No table is open for them."),
        "order": _("It has to lie before or after %(who)s, and no slot is left there.", who=listed),
        "pin_impossible": _("It is pinned to a place where it cannot be held."),
        "blocked_at_pin": _("Its pinned place is taken by %(who)s.", who=listed),
        "blocked_by_pin": _("All slots they share hold pinned meetings: %(who)s.", who=listed),
        "not_in_run": _("The request was accepted after the run that made this timetable."),
        "place_gone": _("The run gave it a place that does not exist any more."),
        "cancelled": _("The meeting was cancelled."),
        "taken_out": _("The meeting was taken out by hand."),
    }
    return sentences.get(code) or str(detail.get("sentence", ""))
