"""Why a request has no meeting, in words for the organiser, with what would help."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

TITLES = {
    "outranked": _l("Other meetings were worth more"),
    "participant_full": _l("Somebody has as many meetings as possible"),
    "no_common_slot": _l("No slot in common"),
    "table_capacity": _l("No table free when they are"),
    "no_table": _l("No open table"),
    "no_suitable_place": _l("No place serves both"),
    "no_interpreter": _l("No common language"),
    "interpreters_busy": _l("No interpreter free when they are"),
    "no_time_to_walk": _l("The way is too long"),
    "too_many_in_a_row": _l("Too many meetings in a row"),
    "given_up": _l("Given up for another goal"),
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
    "no_suitable_place": _l("Mark a table with a screen as one for people on site and online."),
    "no_interpreter": _l("Add an interpreter who speaks both languages, or do not look at languages."),
    "interpreters_busy": _l("Add an interpreter, or give one more time."),
    "no_time_to_walk": _l("Move one of their other meetings nearer, or give the hurry a price."),
    "too_many_in_a_row": _l("Move one of their other meetings, or allow more in a row."),
    "given_up": _l("Allow the goals below value to cost less, or place it by hand."),
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
        "no_suitable_place": _("One attends on site and the other online, and no place serves both."),
        "no_interpreter": _("They share no language, and no interpreter speaks both of theirs."),
        "interpreters_busy": _("Both are free at %(who)s, but no interpreter for them is.", who=listed),
        "no_time_to_walk": _("At %(who)s the way from or to their other meetings is too long.", who=listed),
        "too_many_in_a_row": _("At %(who)s somebody would have too many meetings in a row.", who=listed),
        "given_up": _("It could be held at %(who)s, but other goals were served first.", who=listed),
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


def told_to(code: str, detail: Mapping[str, Any], me: str, partner: str) -> tuple[str, str]:
    """The reason as one of the two people reads it, and what they can do: never whom else anybody meets.

    `me` is their participant code, `partner` the other's name.
    """
    mine = me in detail.get("ids", ())
    if code == "participant_full":
        if mine:
            return _("You already have as many meetings as possible."), _("Give up a meeting that matters less to you.")
        return _("%(name)s already has as many meetings as possible.", name=partner), _(
            "Ask for a colleague of theirs."
        )
    sentences = {
        "no_common_slot": _("There is no time at which both of you are there and free of sessions."),
        "outranked": _("Every time you share went to meetings that matter more to one of you."),
        "no_suitable_place": _(
            "One of you comes to the venue and the other takes part online, and no place serves both."
        ),
        "no_interpreter": _("You share no language, and no interpreter speaks both of yours."),
        "interpreters_busy": _("You share no language, and no interpreter is free when you are."),
        "too_many_in_a_row": _("One of you would have too many meetings in a row."),
        "no_time_to_walk": _("The way from or to your other meetings would be too long."),
        "cancelled": str(detail.get("words") or _("The meeting was cancelled.")),
        "taken_out": _("The organiser has taken it out for now."),
        "not_in_run": _("You agreed after the timetable was made; the organiser can still place it."),
    }
    yours = _("Say more times at which you can meet, or leave a session.")
    helps = {
        "no_common_slot": yours,
        "outranked": _("Tell us that this meeting matters more to you, or say more times at which you can meet."),
        "interpreters_busy": yours,
        "too_many_in_a_row": _("Allow more meetings in a row on the page of your times."),
    }
    return sentences.get(code, _("There was no room for it in the timetable.")), helps.get(code, "")


def help_in_words(found: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """One change that was tried out and makes room, in words."""
    ids = [names.get(code, code) for code in found.get("ids", ())]
    who = ids[0] if ids else ""
    sentences = {
        "nothing": _("It fits in now. Place it by hand, or re-plan."),
        "free_hour": _("It fits in if %(who)s is there at %(when)s.", who=who, when=ids[-1] if ids else ""),
        "one_more_meeting": _("It fits in with one meeting more for %(who)s.", who=who),
        "one_more_table": _("It fits in with one more table."),
        "one_more_slot": _("It fits in with one more slot at the end."),
    }
    sentence: str = sentences.get(str(found.get("kind")), "")
    moves = int(found.get("moves", 0))
    if not moves:
        return sentence
    others = ngettext("%(num)s other meeting moves.", "%(num)s other meetings move.", moves)
    return f"{sentence} {others}"
