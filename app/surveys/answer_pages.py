"""The pages on which somebody answers: behind a personal link, or on behalf by the contact of the region.

Every part is a page of its own and is saved when it is sent, so that one can stop at any time and go on later.
"""

from collections.abc import Mapping
from typing import Any

from flask import flash, g, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.core.database import session
from app.core.errors import Conflict, Forbidden, NotFound
from app.core.guard import guarded
from app.organisations import reference
from app.surveys import answers, autosave, queries, services
from app.surveys.answers import Fault
from app.surveys.blueprint import Page, answering, clock, page
from app.surveys.codes import VISIBILITIES
from app.surveys.models import SurveyAnswer
from app.surveys.policy import answering_roles, answering_user, current_campaign, current_response, respondent
from app.surveys.process import OPEN, WRITABLE
from app.surveys.questions import DEFAULT_VISIBILITY, Block, Kind, Shape
from app.surveys.services import Answering, AnswerRefused
from app.surveys.showing import title_of, words

LINK = "/answer/<token>"
BEHALF = "/partnerships/<partnership>/surveys/<code>/responses/<answer>/answer"


def place(endpoint: str, **more: Any) -> str:
    """The address of another answer page of the same response, on the same way in."""
    values = request.view_args or {}
    kept = {name: values[name] for name in ("token", "partnership", "code", "answer") if name in values}
    return url_for(f"answering.{endpoint}", **kept, **more)


def who() -> Answering:
    """The one who answers, with the questions of this response."""
    response = current_response()
    if "asked" not in g:
        g.asked = queries.asked_of(session(), current_campaign(), response.nuts)
    return Answering(response, g.asked, answering_user(), answering_roles())


def is_open() -> bool:
    """True when answers can be changed now."""
    return current_campaign().state == OPEN and current_response().state in ("invited", *WRITABLE)


def _context(**more: Any) -> dict[str, Any]:
    return {
        "campaign": current_campaign(),
        "response": current_response(),
        "asked": who().asked,
        "place": place,
        "on_behalf": g.get("standing") is not None,
        "is_open": is_open(),
        "words": words,
        **more,
    }


def _block(key: str, *shapes: Shape) -> Block:
    block = who().asked.block(key)
    if block is None or block.shape not in shapes:
        raise NotFound(_("This survey has no such part."))
    return block


def _stored(block: Block) -> SurveyAnswer | None:
    """The saved part. On behalf, a private one is for the contact of the region alone."""
    row = queries.answers_of(session(), current_response().id).get(block.key)
    private = row is not None and row.visibility == "private" and answers.is_answered(block, row.content)
    if private and not answering_roles() & {"respondent", "contact"}:
        raise Forbidden(_("This part is private; only the respondent and the contact of the region see it."))
    return row


def blocks_of(saved: Mapping[str, SurveyAnswer]) -> tuple[Block, ...]:
    """The parts this respondent is asked."""
    content = saved["respondent"].content if "respondent" in saved else {}
    return who().asked.blocks_for(content.get("type"))


@answering.get(f"{LINK}/")
@answering.get(f"{BEHALF}/")
@guarded(respondent)
def overview(**_address: str) -> Page:
    """All parts with what is done, and the way to submit."""
    saved = queries.answers_of(session(), current_response().id)
    missing = answers.missing(who().asked, {key: row.content for key, row in saved.items()})
    blocks = blocks_of(saved)
    states = [_line(block, saved.get(block.key), {b.key: why for b, why in missing}) for block in blocks]
    done = sum(line["answered"] for line in states)
    return page("answer", **_context(lines=states, missing=missing, done=done, total=len(blocks)))


def _line(block: Block, row: SurveyAnswer | None, missing: Mapping[str, str]) -> dict[str, Any]:
    content = row.content if row else None
    count = len((content or {}).get("items", ())) if block.shape is Shape.LIST else None
    if block.shape is Shape.MATRIX:
        count = len(content or {})
    return {
        "block": block,
        "answered": answers.is_answered(block, content),
        "count": count,
        "missing": missing.get(block.key),
        "needed": block.key in who().asked.required or block.key == "respondent",
        "visibility": row.visibility if row else DEFAULT_VISIBILITY,
    }


@answering.route(f"{LINK}/<block>", methods=["GET", "POST"])
@answering.route(f"{BEHALF}/<block>", methods=["GET", "POST"])
@guarded(respondent)
def part(block: str, **_address: str) -> Page:
    """One part: a form, a matrix, or the entries of a list."""
    found = _block(block, *Shape)
    row = _stored(found)
    content: Mapping[str, Any] = row.content if row else _first_values(found)
    faults: list[Fault] = []
    theirs: list[dict[str, str]] = []
    if request.method == "POST":
        if found.shape is Shape.LIST:
            services.set_visibility(session(), clock(), who(), found, request.form.get("visibility", ""))
            flash(_("Saved."), "success")
            return redirect(_next(found))
        content = raw = _raw(found)
        revision = request.form.get("revision", type=int)
        try:
            with session().begin_nested():
                kept = services.save_block(
                    session(), clock(), who(), found, raw, visibility=request.form.get("visibility"), revision=revision
                )
        except AnswerRefused as refused:
            faults = refused.faults
            if autosave.is_typing():
                return autosave.refused(faults)
        except Conflict as error:
            row = _meanwhile(found, error)
            theirs = autosave.differences(found, who().asked, raw, row.content)
            theirs += autosave.other_visibility(request.form.get("visibility"), row.visibility)
            if not theirs:
                return autosave.saved(row.revision) if autosave.is_typing() else redirect(_next(found))
            if autosave.is_typing():
                return autosave.conflict(row.revision, theirs)
        else:
            if autosave.is_typing():
                return autosave.saved(kept.revision)
            flash(_("Saved."), "success")
            return redirect(_next(found))
    shown = {"list": "answer_list"}.get(found.shape.value, "answer_part")
    return page(shown, bad=bool(faults or theirs), theirs=theirs, **_part_context(found, row, content, faults))


def _meanwhile(block: Block, error: Conflict) -> SurveyAnswer:
    """The part as another window left it. Any other conflict goes on to the error page."""
    session().expire_all()
    row = _stored(block)
    if error.code != autosave.MEANWHILE or row is None:
        raise error
    return row


def _part_context(
    block: Block, row: SurveyAnswer | None, content: Mapping[str, Any], faults: list[Fault]
) -> dict[str, Any]:
    saved = queries.answers_of(session(), current_response().id)
    blocks = blocks_of(saved)
    number = next((n for n, each in enumerate(blocks, start=1) if each.key == block.key), len(blocks))
    return _context(
        block=block,
        content=content,
        faults={(fault.segment, fault.name): fault.message for fault in faults},
        fault_list=faults,
        number=number,
        total=len(blocks),
        revision=row.revision if row else 0,
        visibility=request.form.get("visibility") or (row.visibility if row else DEFAULT_VISIBILITY),
        visibilities=VISIBILITIES,
        title_of=title_of,
        regions=regions_within(current_response().nuts) if block.key == "respondent" else [],
    )


def regions_within(nuts: str) -> list[tuple[str, str]]:
    """The region and everything below it, as choices."""
    entries = reference.regions()
    below = [e for e in entries if e.code == nuts or any(above.code == nuts for above in entries.parents(e.code))]
    return [(e.code, f"{e.name} ({e.code})") for e in sorted(below, key=lambda e: (e.level != 3, e.name))]


def _first_values(block: Block) -> Mapping[str, Any]:
    """What the invitation knew."""
    response = current_response()
    if block.key != "respondent":
        return {}
    return {"organisation": response.organisation_name, "person": response.person}


def _raw(block: Block) -> dict[str, Any]:
    """What was sent, by field; of a matrix by segment and field."""
    if block.shape is Shape.MATRIX:
        return {code: _fields(block, f"{code}-") for code, _name in who().asked.segments}
    return _fields(block, "")


def _fields(block: Block, prefix: str) -> dict[str, Any]:
    sent = request.form
    return {
        q.name: (sent.getlist(prefix + q.name) if _ticked(q.options, q.kind) else sent.get(prefix + q.name, ""))
        for q in block.fields
    }


def _ticked(options: str, kind: Kind) -> bool:
    """Choices of several codes are ticks, except those of the long lists, whose codes are typed."""
    return kind is Kind.MULTI and options not in {"countries", "activities"}


def _next(block: Block) -> str:
    """Where to go after a save: the next part, or back to the overview."""
    if request.form.get("then") != "next":
        return place("overview")
    blocks = blocks_of(queries.answers_of(session(), current_response().id))
    keys = [each.key for each in blocks]
    at = keys.index(block.key) + 1 if block.key in keys else len(keys)
    return place("part", block=keys[at]) if at < len(keys) else place("overview")


@answering.route(f"{LINK}/<block>/new", methods=["GET", "POST"])
@answering.route(f"{BEHALF}/<block>/new", methods=["GET", "POST"])
@answering.route(f"{LINK}/<block>/<item>", methods=["GET", "POST"])
@answering.route(f"{BEHALF}/<block>/<item>", methods=["GET", "POST"])
@guarded(respondent)
def entry(block: str, item: str | None = None, **_address: str) -> Page:
    """Add an entry to a list, or change one."""
    found = _block(block, Shape.LIST)
    row = _stored(found)
    items = row.content.get("items", []) if row else []
    content: Mapping[str, Any] = next((each for each in items if each["key"] == item), {})
    if item is not None and not content:
        raise NotFound(_("This entry is not there any more."))
    faults: list[Fault] = []
    theirs: list[dict[str, str]] = []
    if request.method == "POST":
        content = _fields(found, "")
        try:
            with session().begin_nested():
                kept = services.save_item(
                    session(), clock(), who(), found, content, key=item, was=request.form.get("was") or None
                )
        except AnswerRefused as refused:
            faults = refused.faults
            if autosave.is_typing():
                return autosave.refused(faults)
        except Conflict as error:
            row = _meanwhile(found, error)
            stored = next(each for each in row.content["items"] if each["key"] == item)
            theirs = autosave.differences(found, who().asked, content, stored)
            if not theirs:
                return autosave.saved(services.mark_of(stored)) if autosave.is_typing() else redirect(_next(found))
            if autosave.is_typing():
                return autosave.conflict(services.mark_of(stored), theirs)
        else:
            if autosave.is_typing():
                return autosave.saved(services.mark_of(kept), place("entry", block=block, item=kept["key"]))
            flash(_("Saved."), "success")
            again = request.form.get("then") == "another"
            return redirect(place("entry", block=block) if again else place("part", block=block))
    context = _part_context(found, row, content, faults)
    return page("answer_entry", bad=bool(faults or theirs), theirs=theirs, **context, item=item, was=_mark(row, item))


def _mark(row: SurveyAnswer | None, item: str | None) -> str:
    """The mark of the stored entry, for the next save."""
    items = row.content.get("items", []) if row else []
    return next((services.mark_of(each) for each in items if each["key"] == item), "")


@answering.post(f"{LINK}/<block>/<item>/remove")
@answering.post(f"{BEHALF}/<block>/<item>/remove")
@guarded(respondent)
def remove(block: str, item: str, **_address: str) -> Response:
    """Remove an entry."""
    found = _block(block, Shape.LIST)
    _stored(found)
    services.remove_item(session(), clock(), who(), found, item)
    flash(_("The entry is removed."), "success")
    return redirect(place("part", block=block))


@answering.post(f"{LINK}/act/submit")
@answering.post(f"{BEHALF}/act/submit")
@guarded(respondent)
def submit(**_address: str) -> Response:
    """Submit the answers."""
    services.submit(session(), clock(), who())
    flash(_("Thank you. Your answers are submitted."), "success")
    return redirect(place("overview"))


@answering.post(f"{LINK}/act/change")
@answering.post(f"{BEHALF}/act/change")
@guarded(respondent)
def change(**_address: str) -> Response:
    """Take submitted answers up again."""
    services.change(session(), clock(), who())
    flash(_("You can change your answers now. Do not forget to submit them again."), "info")
    return redirect(place("overview"))


@answering.post(f"{LINK}/act/withdraw")
@answering.post(f"{BEHALF}/act/withdraw")
@guarded(respondent)
def withdraw(**_address: str) -> Page:
    """Take the answers back for good."""
    services.withdraw(session(), clock(), who(), request.form.get("comment", ""))
    if "token" not in (request.view_args or {}):
        flash(_("The answers are withdrawn."), "success")
        return redirect(url_for("surveys.response", **_survey_address()))
    return page("answer_withdrawn", campaign=current_campaign())


def _survey_address() -> dict[str, Any]:
    values = request.view_args or {}
    return {name: values[name] for name in ("partnership", "code", "answer")}


@answering.post(f"{LINK}/act/delete")
@guarded(respondent)
def ask_deletion(**_address: str) -> Response:
    """Ask for the deletion of locked answers."""
    services.ask_deletion(session(), clock(), who(), request.form.get("reason", ""))
    flash(_("Your request is noted; the coordinators of the survey delete your answers and the address."), "success")
    return redirect(place("overview"))
