"""Reads of recommendations, and their reasons in words."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.matching.models import Recommendation
from app.matching.reasons import Reason
from app.matching.sentences import sentence


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


def reason_items(recommendation: Recommendation | None) -> list[dict[str, Any]]:
    """The reasons of a recommendation as the kit's `reasons` macro shows them: kind, text, points.

    Points are hundredths of the directed score that the reason stands for.
    """
    items: dict[str, dict[str, Any]] = {}
    for data in recommendation.reasons if recommendation else ():
        reason = Reason.from_data(data)
        kind = "shared" if reason.part in COMMON_GROUND else KINDS[reason.direction]
        words = sentence(reason)
        items.setdefault(words, {"kind": kind, "text": words, "points": round(reason.contribution * 100)})
    return list(items.values())
