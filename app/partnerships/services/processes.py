"""Process templates of an installation: copied, edited as a new version, never changed once written."""

from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core import audit
from app.core.clock import Clock
from app.core.errors import Conflict, ImportRefused, Invalid
from app.partnerships import queries, ties
from app.partnerships.models import ProcessTemplate
from app.partnerships.templates import SHIPPED, Template, parse_template, read_template


def template_data(session: Session, key: str, version: int) -> dict[str, Any]:
    """The data of one version, complete. Raises KeyError."""
    return queries.template(session, key, version).model_dump(mode="json", exclude_defaults=True)


def copy_template(session: Session, clock: Clock, actor: User, source: Template, *, key: str, name: str) -> Template:
    """A copy under a key and name of its own, as version 1. Raises Invalid for a key that is taken or malformed."""
    if queries.newest_template(session, key) is not None:
        raise Invalid(_("There is a process with this short name already."), field="key")
    data = source.model_dump(mode="json", exclude_defaults=True)
    data |= {"key": key.strip(), "version": 1, "name": name.strip()}
    copied = read_template(data)
    note = _("Copy of “%(name)s”, version %(n)d", name=source.name, n=source.version)
    _write(session, clock, actor, copied, data, note)
    return copied


def edit_template(
    session: Session, clock: Clock, actor: User, key: str, text: str | dict[str, Any], note: str
) -> Template:
    """The next version of an own template from JSON, as text or data.

    Raises ImportRefused with every fault, also when guards, services or pages rely on what is taken away; Invalid for a
    shipped one, for another key, or when nothing is changed. Partnerships go on under the version they began with.
    """
    if key in SHIPPED:
        raise Invalid(_("A shipped process is not changed; make a copy and edit that."))
    newest = queries.newest_template(session, key)
    if newest is None:
        raise Invalid(_("There is no process of this name."))
    read = parse_template(text) if isinstance(text, str) else read_template(text)
    if read.key != key:
        raise Invalid(_("The key in the text is “%(found)s”, not “%(key)s”.", found=read.key, key=key), field="text")
    check_ties(newest, read)
    data = read.model_dump(mode="json", exclude_defaults=True) | {"version": newest.version + 1}
    if data == newest.model_dump(mode="json", exclude_defaults=True) | {"version": newest.version + 1}:
        raise Invalid(_("Nothing is changed."), field="text")
    edited = read_template(data)
    _write(session, clock, actor, edited, data, note)
    return edited


def check_ties(before: Template, after: Template) -> None:
    """Raises ImportRefused with each thing that is relied on and would be gone."""
    if faults := ties.broken(before, after):
        raise ImportRefused(_("This template lacks what is relied on; nothing was saved."), faults)


def _write(session: Session, clock: Clock, actor: User, found: Template, data: dict[str, Any], note: str) -> None:
    """Raises Conflict when the version was written in the same moment; the constraint lets one through."""
    row = ProcessTemplate(key=found.key, version=found.version, name=found.name, data=data, note=note.strip()[:400])
    row.created_at, row.created_by_id = clock(), actor.id
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        message = _("Somebody else kept version %(n)d a moment ago. Reload the page and look at it.", n=found.version)
        raise Conflict(message) from None
    audit.record(
        session, clock, actor_id=actor.id, action="process.write", subject_kind="process_template", subject_id=row.id,
        detail={"key": found.key, "version": found.version, "comment": row.note},
    )  # fmt: skip


def versions_of(session: Session, key: str) -> list[ProcessTemplate]:
    """The versions of a template that were written into the database, newest first."""
    query = select(ProcessTemplate).where(ProcessTemplate.key == key)
    return list(session.scalars(query.order_by(-ProcessTemplate.version)))
