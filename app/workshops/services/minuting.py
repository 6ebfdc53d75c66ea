"""The minutes: made from what was collected, edited, kept version by version as documents."""

from functools import partial

from flask_babel import format_date
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from app.accounts.models import User
from app.core import audit, files
from app.core.clock import Clock, in_zone
from app.core.errors import Conflict, Invalid
from app.core.models import StoredFile
from app.events.models import Event
from app.i18n import day_name
from app.workshops import paper, queries
from app.workshops.models import Workshop, WorkshopMinutes
from app.workshops.rules import Collected, Headings, Material, first_minutes
from app.workshops.services.telling import lock

TEXT_LENGTH = 60_000


def first_text(session: Session, workshop: Workshop) -> str:
    """The minutes as what was collected makes them, in the reader's language."""
    found = queries.entries_of(session, workshop.id)
    votes = queries.votes_of(session, [entry.id for entry in found])
    groups = {group.id: group.name for group in queries.groups_of(session, workshop.id)}
    event = session.get_one(Event, workshop.session.event_id)
    starts, ends = (in_zone(at, event.time_zone) for at in (workshop.session.starts_at, workshop.session.ends_at))
    people = [person for person in queries.people_of(session, workshop) if person.is_here]
    material = Material(
        title=workshop.session.title,
        when=f"{event.name}, {format_date(starts, 'long', rebase=False)}, {starts:%H:%M}–{ends:%H:%M}",
        purpose=workshop.purpose,
        present=[f"{p.participant.user.name}, {p.participant.organisation.name}" for p in people],
        agenda=[
            _("%(title)s (%(n)d minutes)", title=item.title, n=item.minutes) + (f", {item.who}" if item.who else "")
            for item in queries.agenda_of(session, workshop.id)
        ],
        entries=[
            Collected(
                entry.kind, entry.state, entry.text, groups.get(entry.group_id or 0, ""),
                entry.author.name if entry.author else "", votes.get(entry.id, 0), entry.owner_name, entry.due,
            )
            for entry in found
        ],
    )  # fmt: skip
    return first_minutes(material, _headings())


def _headings() -> Headings:
    return Headings(
        purpose=_("Purpose"),
        present=_("Present"),
        agenda=_("Agenda"),
        ideas=_("Ideas"),
        decisions=_("Decisions"),
        follow_ups=_("Follow-ups"),
        none=_("None."),
        votes=_("supported by %(n)s", n="{}"),
        proposed=_("proposed, not agreed"),
        until=_("until %(day)s", day="{}"),
        done=_("done"),
        day=partial(day_name, style="d MMMM y"),
    )


def write_minutes(
    session: Session, clock: Clock, actor: User, workshop: Workshop, text: str, *, based_on: int
) -> WorkshopMinutes:
    """Keep a text as the next version, with its document. `based_on` is the version the writer had before them.

    Raises Invalid with the field, Conflict when the workshop has not ended, is minuted, or somebody was faster.
    """
    text = text.replace("\r\n", "\n").strip()
    if not text:
        raise Invalid(_("Write something first."), field="text")
    if len(text) > TEXT_LENGTH:
        raise Invalid(_("Use at most %(n)d characters.", n=TEXT_LENGTH), field="text")
    number = _next(session, workshop, based_on)
    content = paper.document(workshop.session.title, text, _("Minutes, version %(n)d", n=number))
    stored = files.store(
        session, clock, f"minutes-{workshop.session_id}-v{number}.pdf", content, subject_kind="workshop",
        subject_id=workshop.id, actor_id=actor.id,
    )  # fmt: skip
    return _keep(session, clock, actor, workshop, number, text, stored)


def upload_minutes(
    session: Session, clock: Clock, actor: User, workshop: Workshop, upload: FileStorage | None, *, based_on: int
) -> WorkshopMinutes:
    """Keep a document written elsewhere as the next version. Raises like `write_minutes`, or Invalid on 'file'."""
    if upload is None or not upload.filename:
        raise Invalid(_("Choose a file."), field="file")
    number = _next(session, workshop, based_on)
    stored = files.store_upload(
        session, clock, upload, subject_kind="workshop", subject_id=workshop.id, actor_id=actor.id
    )
    return _keep(session, clock, actor, workshop, number, "", stored)


def _next(session: Session, workshop: Workshop, based_on: int) -> int:
    lock(session, workshop)
    if workshop.state != "held":
        raise Conflict(_("Minutes are written after the workshop has ended and before they are finished."))
    found = queries.minutes_of(session, workshop.id)
    latest = found[0].number if found else 0
    if latest != based_on:
        raise Conflict(
            _("Somebody kept version %(n)d meanwhile. Copy your text, look at it and go on from there.", n=latest),
            code="minutes_changed",
        )
    return latest + 1


def _keep(
    session: Session, clock: Clock, actor: User, workshop: Workshop, number: int, text: str, stored: StoredFile
) -> WorkshopMinutes:
    row = WorkshopMinutes(
        workshop_id=workshop.id, number=number, workshop_version=workshop.version, text=text, written_at=clock(),
        author_id=actor.id,
    )  # fmt: skip
    row.file = stored
    session.add(row)
    session.flush()
    audit.record(
        session, clock, actor_id=actor.id, action="workshop_minutes.keep", subject_kind="workshop_minutes",
        subject_id=row.id, event_id=workshop.session.event_id,
        detail={"workshop": workshop.id, "number": number, "sha256": stored.sha256},
    )  # fmt: skip
    return row
