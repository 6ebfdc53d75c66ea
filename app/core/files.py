"""Uploaded documents: checked, stored under a name of ours outside any folder that is served, read only by policy.

The row belongs to the transaction, and the file follows it: it is written before the commit and removed again when the
transaction, or the savepoint around it, is undone.
"""

import hashlib
import os
import unicodedata
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import event, select
from sqlalchemy.orm import Session, SessionTransaction
from werkzeug.datastructures import FileStorage

from app.core import uploads
from app.core.clock import Clock
from app.core.errors import Forbidden, NotFound
from app.core.filetypes import checked_type
from app.core.models import StoredFile

NAME_LENGTH = 160
Reader = Callable[[StoredFile], bool]
_readers: dict[str, Reader] = {}


def readable_by(subject_kind: str, reader: Reader) -> None:
    """Say who may read the documents of a kind of subject: `reader` gets the document and looks at who is asking."""
    _readers[subject_kind] = reader


def check_readable(number: int, session: Session) -> StoredFile:
    """The document of this number. Raises NotFound for none, Forbidden or SignInNeeded for one who may not read it."""
    found = session.get(StoredFile, number)
    reader = _readers.get(found.subject_kind) if found else None
    if found is None or reader is None:
        raise NotFound(_("There is no such document."))
    if not reader(found):
        raise Forbidden(_("This document is not open to you."))
    return found


def folder() -> Path:
    """Where documents lie; made at first use, closed to other accounts of the machine."""
    place: Path = current_app.extensions["settings"].documents_folder
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    return place


def path_of(stored: StoredFile) -> Path:
    """The file of a document."""
    return folder() / stored.place[:2] / stored.place


def store_upload(
    session: Session, clock: Clock, upload: FileStorage, *, subject_kind: str, subject_id: int, actor_id: int | None
) -> StoredFile:
    """Keep an uploaded file. Raises FileRefused when it is empty, too large or not what it claims to be."""
    content = uploads.content_of(upload)
    return store(
        session, clock, upload.filename or "", content, subject_kind=subject_kind, subject_id=subject_id,
        actor_id=actor_id,
    )  # fmt: skip


def store(
    session: Session,
    clock: Clock,
    name: str,
    content: bytes,
    *,
    subject_kind: str,
    subject_id: int,
    actor_id: int | None,
) -> StoredFile:
    """Keep a document; the row is in the session, the file on the disk. Raises FileRefused like `store_upload`."""
    name = clean_name(name)
    if not content:
        raise uploads.refused(_("The file is empty; choose another one."))
    kind = checked_type(name, content)
    stored = StoredFile(
        place=uuid.uuid4().hex + kind.suffix,
        name=name,
        media_type=kind.media_type,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        subject_kind=subject_kind,
        subject_id=subject_id,
        uploaded_by_id=actor_id,
        uploaded_at=clock(),
    )
    session.add(stored)
    session.flush()
    _write(session, stored, content)
    return stored


def clean_name(name: str) -> str:
    """A file name without folders and control characters, short enough to keep. Raises FileRefused if none is left."""
    name = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    name = "".join(c for c in name if unicodedata.category(c)[0] != "C").strip(" .")
    stem, dot, suffix = name.rpartition(".")
    if not stem or not dot:
        raise uploads.refused(_("The file has no name with an ending such as .pdf; rename it."), 415)
    return f"{stem[: NAME_LENGTH - len(suffix) - 1]}.{suffix}"


def _write(session: Session, stored: StoredFile, content: bytes) -> None:
    path = path_of(stored)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    _follow(session, stored, path)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _follow(session: Session, stored: StoredFile, path: Path) -> None:
    """Remember the file until its transaction ends."""
    pending: list[tuple[StoredFile, Path]] | None = session.info.get("files_written")
    if pending is None:
        pending = session.info["files_written"] = []
        event.listen(session, "after_commit", _keep)
        event.listen(session, "after_soft_rollback", _undo)
    pending.append((stored, path))


def _keep(session: Session) -> None:
    session.info.get("files_written", []).clear()


def _undo(session: Session, _previous: SessionTransaction) -> None:
    """Remove the files whose rows the rollback took with it."""
    pending = session.info.get("files_written", [])
    for stored, path in list(pending):
        if stored not in session:
            path.unlink(missing_ok=True)
            pending.remove((stored, path))


def verify(session: Session) -> Iterator[tuple[str, Any]]:
    """What does not agree between rows and files: ('missing' | 'changed', row) and ('orphan', path)."""
    known = set()
    for stored in session.scalars(select(StoredFile).order_by(StoredFile.id)):
        path = path_of(stored)
        known.add(path)
        if not path.is_file():
            yield "missing", stored
        elif hashlib.sha256(path.read_bytes()).hexdigest() != stored.sha256:
            yield "changed", stored
    for path in sorted(folder().glob("*/*")):
        if path not in known:
            yield "orphan", path
