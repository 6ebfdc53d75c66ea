"""Writes on interest in an entry: who asks, what the owner answers, and who thereby learns what."""

from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core import audit, jobs
from app.core.clock import Clock
from app.core.errors import Conflict, Invalid, NotFound
from app.marketplace import mails, rules
from app.marketplace.models import Disclosure, DisclosureWay, Entry, Interest, InterestState
from app.marketplace.queries import LIVE, latest_interest, organisations_of, viewer_of, visible_to
from app.marketplace.upkeep import TEND, TEND_EVERY


def express(session: Session, clock: Clock, sender: User, entry: Entry, message: str) -> Interest:
    """Ask the owner of an entry to get in touch; they learn who asks. Raises NotFound when the entry is not shown to
    the sender, Invalid with the field, Conflict when they asked already or too often."""
    now, message = clock(), message.strip()
    visible = exists().where(Entry.id == entry.id, visible_to(viewer_of(session, sender), now))
    if entry.owner_id == sender.id or not session.scalar(select(visible)):
        raise NotFound(_("This entry is not there any more."))
    if len(message) < rules.MESSAGE_AT_LEAST:
        raise Invalid(_("Say in a sentence or two who you are and what interests you."), field="message")
    if len(message) > rules.MESSAGE_LENGTH:
        raise Invalid(_("Use at most %(n)d characters.", n=rules.MESSAGE_LENGTH), field="message")
    session.execute(select(User.id).where(User.id == sender.id).with_for_update())
    _check_before(session, entry, sender, clock)
    employers = organisations_of(session, sender.id)
    interest = Interest(
        message=message,
        entry=entry,
        sender=sender,
        organisation=employers[0] if employers else None,
        created_at=now,
        expires_at=now + rules.INTEREST_LIFETIME,
    )
    session.add(interest)
    session.flush()
    _record(session, clock, sender, interest, "interest.express")
    mails.send_interest(session, clock, interest)
    jobs.enqueue(session, TEND, {}, clock, delay=TEND_EVERY, once=True)
    return interest


def _check_before(session: Session, entry: Entry, sender: User, clock: Clock) -> None:
    last = latest_interest(session, entry.id, sender.id)
    if last is not None and last.state in LIVE:
        raise Conflict(_("You have asked about this entry already."))
    refused = last is not None and last.state is InterestState.DECLINED and last.answered_at is not None
    if last and refused and last.answered_at and last.answered_at + rules.PAUSE_AFTER_REFUSAL > clock():
        raise Conflict(_("The owner of this entry has declined; you can ask again after ninety days."))
    mine = select(func.count(Interest.id)).where(Interest.sender_id == sender.id)
    if (session.scalar(mine.where(Interest.state == InterestState.OPEN)) or 0) >= rules.OPEN_INTERESTS:
        raise Conflict(_("%(n)d of your questions wait for an answer; take one back first.", n=rules.OPEN_INTERESTS))
    today = mine.where(Interest.created_at > clock() - timedelta(days=1))
    if (session.scalar(today) or 0) >= rules.INTERESTS_A_DAY:
        raise Conflict(_("You asked %(n)d owners within a day; go on tomorrow.", n=rules.INTERESTS_A_DAY))


def grant(session: Session, clock: Clock, actor: User, interest: Interest, answer: str = "") -> None:
    """Agree to get in touch: the sender learns name, organisation, address and what the entry kept back."""
    _leave_open(session, clock, interest, InterestState.GRANTED, answer)
    entry = interest.entry
    shown = ["name", "organisation", "email", *(entry.concealed if entry.anonymous else ())]
    _disclose(session, clock, entry.id, interest.sender_id, DisclosureWay.GRANT, shown)
    _record(session, clock, actor, interest, "interest.grant", shown=shown)
    mails.send_granted(session, clock, interest)


def decline(session: Session, clock: Clock, actor: User, interest: Interest, answer: str = "") -> None:
    """Say no; the sender learns nothing more."""
    _leave_open(session, clock, interest, InterestState.DECLINED, answer)
    _record(session, clock, actor, interest, "interest.decline")
    mails.send_declined(session, clock, interest)


def withdraw(session: Session, clock: Clock, actor: User, interest: Interest) -> None:
    """Take the question back, also after it was granted: the entry's owner is no longer shown then."""
    session.refresh(interest, with_for_update=True)
    if interest.state not in LIVE:
        raise Conflict(_("This has been answered or taken back in the meantime."))
    was_open = interest.state is InterestState.OPEN
    interest.state, interest.answered_at = InterestState.WITHDRAWN, clock()
    session.flush()
    _record(session, clock, actor, interest, "interest.withdraw")
    if was_open:
        mails.send_withdrawn(session, clock, interest)


def expire_due(session: Session, clock: Clock) -> int:
    """End what was not answered in time, and tell the senders; returns how many."""
    due = select(Interest).where(Interest.state == InterestState.OPEN, Interest.expires_at <= clock())
    found = session.scalars(due.order_by(Interest.id).with_for_update()).all()
    for interest in found:
        interest.state, interest.answered_at = InterestState.EXPIRED, clock()
        _record(session, clock, None, interest, "interest.expire")
        mails.send_expired(session, clock, interest)
    session.flush()
    return len(found)


def _leave_open(session: Session, clock: Clock, interest: Interest, state: InterestState, answer: str) -> None:
    if len(answer) > rules.ANSWER_LENGTH:
        raise Invalid(_("Use at most %(n)d characters.", n=rules.ANSWER_LENGTH), field="answer")
    session.refresh(interest, with_for_update=True)
    if interest.state is not InterestState.OPEN:
        raise Conflict(_("This has been answered or taken back in the meantime."))
    interest.state, interest.answered_at, interest.answer = state, clock(), answer.strip()
    session.flush()


def note_look(session: Session, clock: Clock, entry_id: int, viewer_id: int, shown: list[str]) -> None:
    """Write down that somebody looked at an anonymous entry whose owner they may know; once a day."""
    _disclose(session, clock, entry_id, viewer_id, DisclosureWay.LOOK, shown)


def _disclose(
    session: Session, clock: Clock, entry_id: int, viewer_id: int, way: DisclosureWay, shown: list[str]
) -> None:
    values = {"entry_id": entry_id, "viewer_id": viewer_id, "way": way, "day": clock().date()}
    known = select(Disclosure.id).filter_by(**values)
    if session.scalars(known).first() is None:
        session.add(Disclosure(at=clock(), shown=shown, **values))
        session.flush()


def _record(
    session: Session, clock: Clock, actor: User | None, interest: Interest, action: str, **detail: object
) -> None:
    audit.record(
        session,
        clock,
        actor_id=actor.id if actor else None,
        action=action,
        subject_kind="interest",
        subject_id=interest.id,
        detail={"entry": interest.entry_id, "sender": interest.sender_id, **detail},
    )
