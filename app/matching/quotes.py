"""Takes back what stored reasons quote of an entry that is no longer shown.

The next scoring would do so by itself, a moment later; but what its owner has just hidden or removed must not stand
beside their name for that moment, nor for as long as no worker runs.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.matching.gathering import profiles_of
from app.matching.models import Recommendation
from app.matching.parts.codes import code_of, offered_codes, wanted_codes, with_ancestors
from app.matching.profiles import Profile, Statement
from app.registrations.models import Participant


def take_back_quotes(session: Session, participant: Participant) -> int:
    """Drop the stored reasons that rest on what the participant shows no more; returns how many recommendations lost
    one. Their scores stay until the next scoring."""
    concerned = or_(Recommendation.participant_id == participant.id, Recommendation.other_id == participant.id)
    rows = session.scalars(select(Recommendation).where(concerned)).all()
    if not rows:
        return 0
    found = profiles_of(session, participant.event_id, [participant.id])
    shown = _Shown(found[0] if found else Profile(id=participant.id, organisation_id=participant.organisation_id))
    changed = 0
    for row in rows:
        kept = [reason for reason in row.reasons if shown.covers(reason, sees=row.participant_id == participant.id)]
        if len(kept) < len(row.reasons):
            row.reasons, changed = kept, changed + 1
    session.flush()
    return changed


class _Shown:
    """What one participant shows to everybody at the event."""

    def __init__(self, profile: Profile) -> None:
        self.needs, self.offers = _ids(profile.needs), _ids(profile.offers)
        self.wanted = set(wanted_codes(profile))
        self.offered = {member for code in offered_codes(profile) for member in with_ancestors(code)}

    def covers(self, reason: Mapping[str, Any], *, sees: bool) -> bool:
        """True when the reason quotes nothing of this participant but what is shown. `sees`: the row is theirs."""
        seeks = sees == (reason["direction"] == "gain")
        quoted, ids = (reason["need_id"], self.needs) if seeks else (reason["offer_id"], self.offers)
        if quoted is not None and quoted not in ids:
            return False
        return reason["part"] != "codes" or all(self._has(keyword, seeks=seeks) for keyword in reason["shared"])

    def _has(self, keyword: str, *, seeks: bool) -> bool:
        code = code_of(keyword)
        return code in self.wanted if seeks else bool(with_ancestors(code) & self.offered)


def _ids(statements: Iterable[Statement]) -> set[int]:
    return {statement.id for statement in statements}
