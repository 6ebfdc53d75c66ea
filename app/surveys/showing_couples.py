"""The organisations that go best together, as far as a reader may see what that rests on."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.organisations import reference
from app.organisations.classifications import CodeList
from app.surveys.codes import LISTS
from app.surveys.models import MatchFinding, SurveyAnswer, SurveyResponse
from app.surveys.organisations import Couple, Reason, ShownCouple, ShownReason, couples_of
from app.surveys.process import ENDED
from app.surveys.questions import BLOCK
from app.surveys.showing import RANKS, may_see, title_of

Answers = Mapping[tuple[int, str], SurveyAnswer]


def shown_couples(session: Session, finding: MatchFinding, *, rank: int) -> list[ShownCouple]:
    """The couples of a finding that readers of this rank may see, the best first; nothing tells of the others.

    A couple is shown when a need and an offer it rests on are, both of them; of its reasons, those that are.
    """
    couples = couples_of(finding.run, finding)
    numbers = {number for couple in couples for number in (couple.one, couple.other)}
    responses = {
        row.id: row
        for row in session.scalars(select(SurveyResponse).where(SurveyResponse.id.in_(numbers)))
        if row.state not in ENDED
    }
    rows = session.scalars(select(SurveyAnswer).where(SurveyAnswer.response_id.in_(list(responses))))
    answers = {(row.response_id, row.block): row for row in rows if may_see(row.visibility, rank)}
    segments = dict(finding.run.snapshot["segments"])
    found = (
        _shown(couple, responses, answers, segments, rank)
        for couple in couples
        if couple.one in responses and couple.other in responses
    )
    return [couple for couple in found if any(reason.need for reason in couple.reasons)]


def _shown(
    couple: Couple, responses: Mapping[int, SurveyResponse], answers: Answers, segments: Mapping[str, str], rank: int
) -> ShownCouple:
    # What one needs and the other offers says most; the rest follows in the order of its weight.
    ordered = sorted(couple.reasons, key=lambda reason: reason.part != "text")
    reasons = (_reason(couple, reason, answers, segments) for reason in ordered)
    return ShownCouple(
        _name(answers.get((couple.one, "respondent")), rank),
        _name(answers.get((couple.other, "respondent")), rank),
        responses[couple.one].nuts,
        responses[couple.other].nuts,
        couple.score,
        couple.gain,
        couple.give,
        tuple(reason for reason in reasons if reason is not None),
    )


def _name(who: SurveyAnswer | None, rank: int) -> str:
    if who is None or (rank >= RANKS["public"] and not who.content.get("named")):
        return ""
    return str(who.content.get("organisation", ""))


def _reason(couple: Couple, reason: Reason, answers: Answers, segments: Mapping[str, str]) -> ShownReason | None:
    seeker, partner = (couple.one, couple.other) if reason.way == "gain" else (couple.other, couple.one)
    if reason.need or reason.offer:
        need, offer = _title(answers, seeker, reason.need), _title(answers, partner, reason.offer)
        return ShownReason(reason.way, reason.part, need, offer, ()) if need and offer else None
    if (seeker, "respondent") not in answers or (partner, "respondent") not in answers:
        return None
    return ShownReason(reason.way, reason.part, "", "", tuple(_word(reason.part, c, segments) for c in reason.shared))


def _title(answers: Answers, number: int, place: tuple[str, str] | None) -> str:
    """What an entry says in its first words; '' when it is not there or not open."""
    if place is None:
        return ""
    answer = answers.get((number, place[0]))
    items: list[Any] = list(answer.content.get("items", ())) if answer is not None else []
    item = next((each for each in items if each.get("key") == place[1]), None)
    return title_of(BLOCK[place[0]], item) if item is not None else ""


def _word(part: str, code: str, segments: Mapping[str, str]) -> str:
    if part == "segment":
        return reference.translated(segments.get(code, code))
    field, mark, value = code.partition("=")
    if mark and field == "country":
        return _named(reference.countries(), value)
    if mark:
        kinds = dict(LISTS["respondent_types"])
        return reference.translated(kinds[value]) if value in kinds else value
    scheme, mark, value = code.partition(":")
    return f"{value} {_named(reference.activities(), value)}" if mark and scheme == "nace" else code


def _named(codes: CodeList, code: str) -> str:
    return codes.label(code) if code in codes else code
