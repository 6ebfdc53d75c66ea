"""Reads of recommendations, and their reasons in words."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.matching.models import Recommendation


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


def reason_items(recommendation: Recommendation | None) -> list[dict[str, Any]]:
    """The reasons of a recommendation as the kit's `reasons` macro shows them: kind, text, points, tags."""
    if recommendation is None:
        return []
    return [dict(item) for item in recommendation.reasons]
