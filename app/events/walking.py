"""Writes on walking times between zones."""

from collections.abc import Mapping

from flask_babel import gettext as _
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core import audit
from app.core.clock import Clock
from app.core.errors import Invalid
from app.events.models import Event, Walk, Zone

LONGEST_WALK = 240
HIGHEST_PRICE = 100_000


def set_walks(
    session: Session,
    event: Event,
    actor: User,
    clock: Clock,
    *,
    minutes: Mapping[tuple[int, int], int],
    price: int | None,
) -> None:
    """Make these the walks of an event: (smaller zone id, greater zone id) -> minutes; other ways take no time.

    `price` is what a hurry costs in points of value; None forbids it. Raises Invalid for zones of another event or
    numbers out of range.
    """
    zones = set(session.scalars(select(Zone.id).where(Zone.event_id == event.id)))
    for (low, high), length in minutes.items():
        if low >= high or not {low, high} <= zones:
            raise Invalid(_("One of these zones is not part of this event any more; reload the page."))
        if not 1 <= length <= LONGEST_WALK:
            raise Invalid(_("A walk takes from 1 to %(n)s minutes.", n=LONGEST_WALK), field=f"walk_{low}_{high}")
    if price is not None and not 1 <= price <= HIGHEST_PRICE:
        raise Invalid(_("The price is a number from 1 to %(n)s.", n=HIGHEST_PRICE), field="price")
    session.execute(delete(Walk).where(Walk.event_id == event.id))
    session.add_all(
        Walk(event_id=event.id, low_id=low, high_id=high, minutes=length)
        for (low, high), length in sorted(minutes.items())
    )
    event.walking_price = price
    session.flush()
    audit.record(
        session,
        clock,
        actor_id=actor.id,
        action="event.walks",
        subject_kind="event",
        subject_id=event.id,
        event_id=event.id,
        detail={"walks": len(minutes), "price": price},
    )
