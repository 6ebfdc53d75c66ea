"""Writes on answers: save a part, submit, change again, withdraw, delete on request; by the respondent or on behalf."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core import audit, transitions
from app.core.clock import Clock
from app.core.errors import AppError, Conflict, Invalid
from app.core.transitions import Act
from app.organisations import reference
from app.organisations import services as organisations
from app.organisations.services import OrganisationData
from app.surveys import answers, mails, queries
from app.surveys.answers import Content, Fault
from app.surveys.codes import ORGANISATION_OF_TYPE, VISIBILITIES
from app.surveys.models import SurveyAnswer, SurveyResponse
from app.surveys.process import OPEN, WRITABLE, SurveyFacts, machine
from app.surveys.questions import DEFAULT_VISIBILITY, ITEMS_AT_MOST, Asked, Block, Shape


class AnswerRefused(AppError):
    """Answers that cannot be taken; nothing was written."""

    status = 422
    code = "answer_refused"

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(_("Please check these answers; nothing has been saved yet."))
        self.faults = list(faults)


@dataclass(frozen=True)
class Answering:
    """Who writes on which response, against which questions. `actor` is None for the respondent."""

    response: SurveyResponse
    asked: Asked
    actor: User | None = None
    roles: frozenset[str] = field(default_factory=lambda: frozenset({"respondent"}))

    def act(self, comment: str = "") -> Act:
        """The transition's actor."""
        return Act(self.actor.id if self.actor else None, self.roles, comment)


def save_block(
    session: Session,
    clock: Clock,
    who: Answering,
    block: Block,
    raw: Mapping[str, Any],
    *,
    visibility: str | None = None,
    revision: int | None = None,
) -> SurveyAnswer:
    """Save a form or a matrix. An incomplete form is kept, a wrong answer is not.

    Raises AnswerRefused with the faults, Conflict when somebody saved the part since `revision` or the survey takes no
    answers.
    """
    _begin(session, clock, who)
    if block.shape is Shape.MATRIX:
        checked = answers.check_matrix(block, raw, who.asked)
    else:
        checked = answers.check_form(block, raw, who.asked, complete=False)
    checked.faults += _region_fault(who.response, block, checked.content)
    if checked.faults:
        raise AnswerRefused(checked.faults)
    row = _row(session, clock, who, block, revision)
    _keep(session, clock, who, row, checked.content, visibility)
    if block.key == "respondent":
        note_respondent(who.response, checked.content)
        session.flush()
    return row


def save_item(
    session: Session,
    clock: Clock,
    who: Answering,
    block: Block,
    raw: Mapping[str, Any],
    *,
    key: str | None = None,
    was: str | None = None,
) -> dict[str, Any]:
    """Add an entry to a list, or change the one of this key; returns it with its key.

    Raises AnswerRefused with the faults, Conflict when the entry is gone, was changed since its mark was `was`, or the
    list is full.
    """
    _begin(session, clock, who)
    checked = answers.check_form(block, raw, who.asked)
    if checked.faults:
        raise AnswerRefused(checked.faults)
    row = _row(session, clock, who, block, None)
    items = list(row.content.get("items", ()))
    entry = {"key": key or answers.new_key(), **checked.content}
    if key is None:
        if len(items) >= ITEMS_AT_MOST:
            raise Conflict(_("There are %(n)d entries already; remove one first.", n=ITEMS_AT_MOST))
        items.append(entry)
    else:
        place = _place(items, key)
        if was is not None and mark_of(items[place]) != was:
            message = _(
                "This entry was saved somewhere else meanwhile. Reload the page to see it; then change it again."
            )
            raise Conflict(message, code="saved_meanwhile")
        items[place] = entry
    _keep(session, clock, who, row, {"items": items}, None)
    return entry


def mark_of(item: Mapping[str, Any]) -> str:
    """A short mark of what an entry says, to see whether it was changed."""
    text = json.dumps(item, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def remove_item(session: Session, clock: Clock, who: Answering, block: Block, key: str) -> None:
    """Remove an entry of a list. Raises Conflict when it is gone already."""
    _begin(session, clock, who)
    row = _row(session, clock, who, block, None)
    items = list(row.content.get("items", ()))
    del items[_place(items, key)]
    _keep(session, clock, who, row, {"items": items}, None)


def _place(items: Sequence[Mapping[str, Any]], key: str) -> int:
    for number, item in enumerate(items):
        if item["key"] == key:
            return number
    raise Conflict(_("This entry is not there any more; somebody removed it meanwhile."))


def set_visibility(session: Session, clock: Clock, who: Answering, block: Block, visibility: str) -> None:
    """Say who may see a part. Raises Invalid."""
    _begin(session, clock, who)
    _keep(session, clock, who, row := _row(session, clock, who, block, None), row.content, visibility)


def _begin(session: Session, clock: Clock, who: Answering) -> None:
    """Make sure that the response takes answers; the first save begins it."""
    response = who.response
    session.execute(select(SurveyResponse.id).where(SurveyResponse.id == response.id).with_for_update())
    session.refresh(response, ["state", "version"])
    if response.campaign.state != OPEN:
        raise Conflict(_("This survey does not take answers now."), code="survey_closed")
    if response.state == "invited":
        transitions.take(session, clock, machine("survey_response"), "start", response, who.act(), _facts(response))
    if response.state not in WRITABLE:
        raise Conflict(_("These answers are submitted. Choose “Change the answers” first."), code="answer_submitted")


def _row(session: Session, clock: Clock, who: Answering, block: Block, revision: int | None) -> SurveyAnswer:
    """The stored part, or a new one. With `revision`, raises Conflict when it was saved since."""
    query = select(SurveyAnswer).where(SurveyAnswer.response_id == who.response.id, SurveyAnswer.block == block.key)
    row = session.scalars(query.with_for_update()).first()
    if row is None:
        return SurveyAnswer(
            response_id=who.response.id, block=block.key, content={}, visibility=DEFAULT_VISIBILITY, revision=0
        )
    if revision is not None and row.revision != revision:
        message = _("This part was saved somewhere else meanwhile. Reload the page to see it; then change it again.")
        raise Conflict(message, code="saved_meanwhile")
    return row


def _keep(
    session: Session, clock: Clock, who: Answering, row: SurveyAnswer, content: Content, visibility: str | None
) -> None:
    if visibility is not None:
        if visibility not in dict(VISIBILITIES):
            raise Invalid(_("Choose who may see this part."), field="visibility")
        row.visibility = visibility
    row.content, row.revision = content, row.revision + 1
    row.saved_at, row.saved_by_id = clock(), who.actor.id if who.actor else None
    who.response.saved_at = row.saved_at
    session.add(row)
    session.flush()


def _region_fault(response: SurveyResponse, block: Block, content: Content) -> list[Fault]:
    """An answer counts for the region that was asked; a code elsewhere is a mistake."""
    code = content.get("nuts")
    if block.key != "respondent" or code is None or queries.region_of(code, [response.nuts]) is not None:
        return []
    region = f"{reference.regions().label(response.nuts)} ({response.nuts})"
    return [Fault("nuts", _("This code lies outside %(region)s, for which you were asked.", region=region))]


def note_respondent(response: SurveyResponse, content: Content) -> None:
    """Keep beside the answer what lists and counts show."""
    response.organisation_name = content.get("organisation", response.organisation_name)
    response.respondent_type = content.get("type")
    response.person = content.get("person", response.person)


def _facts(response: SurveyResponse, missing: Sequence[str] = ()) -> SurveyFacts:
    return SurveyFacts(campaign_state=response.campaign.state, missing=tuple(missing))


def missing_parts(session: Session, who: Answering) -> list[tuple[Block, str]]:
    """What is still to be answered before the response can be submitted."""
    return answers.missing(who.asked, queries.contents_of(session, who.response.id))


def submit(session: Session, clock: Clock, who: Answering) -> None:
    """Submit the answers and confirm by mail; the organisation joins the directory. Raises Invalid: what is missing."""
    response = who.response
    missing = [reference.translated(block.title) for block, _why in missing_parts(session, who)]
    transitions.take(
        session, clock, machine("survey_response"), "submit", response, who.act(), _facts(response, missing)
    )
    response.submitted_at, response.submitted_by_id = clock(), who.actor.id if who.actor else None
    response.note = ""
    join_directory(session, clock, who.actor, response, queries.contents_of(session, response.id)["respondent"])
    session.flush()
    mails.send_submitted(session, clock, response)


def join_directory(
    session: Session, clock: Clock, actor: User | None, response: SurveyResponse, content: Content
) -> None:
    """Tie the response to the organisation of its name and country, made when there is none."""
    kind, size = ORGANISATION_OF_TYPE[content["type"]]
    data = OrganisationData(
        name=content["organisation"],
        country=reference.region_country(content["nuts"]),
        kind=kind,
        size=size,
        nuts=content["nuts"],
        nace=next(iter(content.get("activities", ())), None),
        website=content.get("website"),
    )
    response.organisation_id = organisations.find_or_create(session, clock, actor, data).id


def change(session: Session, clock: Clock, who: Answering) -> None:
    """Take submitted answers up again; they count once more when they are submitted again."""
    transitions.take(
        session, clock, machine("survey_response"), "change", who.response, who.act(), _facts(who.response)
    )
    who.response.validated_at = who.response.validated_by_id = None
    session.flush()


def withdraw(session: Session, clock: Clock, who: Answering, comment: str = "") -> None:
    """Take the answers back. They do not count any more and the personal link ends; not once they are locked."""
    transitions.take(session, clock, machine("survey_response"), "withdraw", who.response, who.act(comment), None)
    who.response.link_nonce = None
    session.flush()


def ask_deletion(session: Session, clock: Clock, who: Answering, reason: str) -> None:
    """Ask the coordinators to delete locked answers. Raises Conflict when that was asked already."""
    if who.response.deletion_asked_at is not None:
        raise Conflict(_("The deletion was asked for already; the coordinators see it."))
    who.response.deletion_asked_at = clock()
    who.response.note = reason.strip()[:2000]
    session.flush()
    audit.record(
        session,
        clock,
        actor_id=who.actor.id if who.actor else None,
        action="survey_response.deletion_asked",
        subject_kind="survey_response",
        subject_id=who.response.id,
    )


def erase(session: Session, clock: Clock, response: SurveyResponse, act: Act) -> None:
    """Delete answers and address for good. Runs keep their figures; evidence that rested on it is no longer shown."""
    transitions.take(session, clock, machine("survey_response"), "erase", response, act, None)
    session.execute(delete(SurveyAnswer).where(SurveyAnswer.response_id == response.id))
    response.email = response.link_nonce = response.respondent_type = response.organisation_id = None
    response.person = response.organisation_name = response.note = ""
    session.flush()


def validate(session: Session, clock: Clock, response: SurveyResponse, act: Act) -> None:
    """A regional contact vouches for submitted answers."""
    transitions.take(session, clock, machine("survey_response"), "validate", response, act, _facts(response))
    response.validated_at, response.validated_by_id = clock(), act.actor_id
    session.flush()


def give_back(session: Session, clock: Clock, response: SurveyResponse, act: Act) -> None:
    """Return answers to be completed; the comment says what is missing and is mailed."""
    transitions.take(session, clock, machine("survey_response"), "return", response, act, _facts(response))
    response.note = act.comment.strip()
    response.validated_at = response.validated_by_id = None
    session.flush()
    mails.send_returned(session, clock, response)
