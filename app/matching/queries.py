"""Reads of recommendations, and their reasons in words."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.matching.advice import Hint, hints, judged
from app.matching.gathering import decisions_of, profiles_of, revisions_of
from app.matching.models import MarkKind, PartnerWish, Recommendation, RecommendationMark
from app.matching.reasons import Reason
from app.matching.sentences import all_told, hint_sentence, part_name, sentence
from app.registrations.models import Participant


def recommendation_between(session: Session, participant_id: int, other_id: int) -> Recommendation | None:
    """How well `other` complements `participant`, as last computed."""
    return session.scalars(
        select(Recommendation).where(
            Recommendation.participant_id == participant_id, Recommendation.other_id == other_id
        )
    ).first()


def scores_with(session: Session, participant_id: int, others: Collection[int]) -> dict[int, Recommendation]:
    """The recommendations of one participant for some others, by their id."""
    if not others:
        return {}
    found = session.scalars(
        select(Recommendation).where(
            Recommendation.participant_id == participant_id, Recommendation.other_id.in_(others)
        )
    )
    return {row.other_id: row for row in found}


def scores_of_pairs(session: Session, pairs: Collection[tuple[int, int]]) -> dict[tuple[int, int], Recommendation]:
    """The recommendations of (viewer, other) pairs, where there are any."""
    if not pairs:
        return {}
    viewers, others = {one for one, _other in pairs}, {other for _one, other in pairs}
    query = select(Recommendation).where(
        Recommendation.participant_id.in_(viewers), Recommendation.other_id.in_(others)
    )
    found = {(row.participant_id, row.other_id): row for row in session.scalars(query)}
    return {pair: found[pair] for pair in pairs if pair in found}


KINDS = {"gain": "needs", "give": "gives"}
COMMON_GROUND = ("language",)


def reason_items(recommendation: Recommendation | None, first: str | None = None) -> list[dict[str, Any]]:
    """The reasons of a recommendation as the kit's `reasons` macro shows them: kind, text, points.

    Points are hundredths of the directed score that the reason stands for. Those of the kind `first` come first.
    """
    items: dict[str, dict[str, Any]] = {}
    for data in recommendation.reasons if recommendation else ():
        reason = Reason.from_data(data)
        kind = "shared" if reason.part in COMMON_GROUND else KINDS[reason.direction]
        words = sentence(reason)
        items.setdefault(words, {"kind": kind, "text": words, "points": round(reason.contribution * 100)})
    return sorted(items.values(), key=lambda item: item["kind"] != first) if first else list(items.values())


def told_reasons(recommendation: Recommendation | None, viewer: str, other: str, limit: int = 2) -> list[str]:
    """The weightiest reasons as sentences to an organiser; `viewer` and `other` are the names of the two."""
    found = [Reason.from_data(data) for data in recommendation.reasons] if recommendation else []
    return all_told(found, viewer, other, limit)


PAGES = {
    "add_need": ("marketplace.new_entry", {"kind": "need"}),
    "add_offer": ("marketplace.new_entry", {"kind": "offer"}),
    "add_keywords": ("marketplace.entries", {}),
    "add_readiness": ("marketplace.entries", {}),
    "add_partnership": ("marketplace.entries", {}),
    "write_more": ("marketplace.entries", {}),
    "add_position": ("registrations.edit_profile", {}),
    "add_languages": ("registrations.edit_profile", {}),
    "add_wanted_position": ("matching.mine", {"_anchor": "wishes"}),
    "add_wishes": ("matching.mine", {"_anchor": "wishes"}),
}
"""Where each piece of advice is followed: endpoint and values."""


@dataclass(frozen=True)
class Advice:
    """What the score of somebody rests on: `judged` percent of the weight, and what to add with its gain in percent."""

    judged: int
    items: list[dict[str, Any]]


def advice_for(session: Session, participant: Participant) -> Advice:
    """What a participant should add, the greatest gain first, by the weights of the event."""
    found = profiles_of(session, participant.event_id, [participant.id])
    weights = decisions_of(session, participant.event_id).weights
    told = hints(found[0], weights) if found else []
    return Advice(round(100 * judged(told)), [_advice_item(hint) for hint in told])


def _advice_item(hint: Hint) -> dict[str, Any]:
    endpoint, values = PAGES[hint.code]
    return {
        "code": hint.code,
        "text": hint_sentence(hint.code),
        "gain": round(100 * hint.gain),
        "endpoint": endpoint,
        "values": values,
    }


def parameters_of(session: Session, event_id: int) -> list[tuple[str, int]]:
    """The main parameters of the ranking at an event: name and percent of each part that counts, the weightiest
    first."""
    weights = decisions_of(session, event_id).weights.as_dict()
    whole = sum(weights.values())
    ranked = sorted(weights.items(), key=lambda item: -item[1])
    return [(part_name(part), round(100 * weight / whole)) for part, weight in ranked if weight]


def wish_row(session: Session, participant_id: int) -> PartnerWish | None:
    """The wishes of a participant, if they ever said any."""
    return session.get(PartnerWish, participant_id)


def is_ranked(session: Session, participant_id: int) -> bool:
    """Whether a participant wants their lists ranked."""
    row = wish_row(session, participant_id)
    return row is None or row.ranked


def mark_of(session: Session, participant_id: int, other_id: int) -> MarkKind | None:
    """Whether a participant saved or dismissed another one."""
    row = session.get(RecommendationMark, (participant_id, other_id))
    return row.kind if row else None


def is_being_scored(session: Session, participant: Participant) -> bool:
    """True while a changed profile waits for its new scores."""
    revision, scored = revisions_of(session, participant.event_id, participant.id).get(participant.id, (0, 0))
    return revision != scored
