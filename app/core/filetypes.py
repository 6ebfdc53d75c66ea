"""Which kinds of document may be uploaded, and how their content proves that it is what its name claims.

The name alone proves nothing: the first bytes and the inner structure have to fit it, and content that does more than
being read (macros, scripts, programs to start) is refused.
"""

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath

from flask_babel import gettext as _

from app.core.errors import Invalid

UNPACKED_AT_MOST = 200 * 1024 * 1024
ENTRIES_AT_MOST = 5000
TAIL = 2048
ACTIVE_PDF = (b"/JavaScript", b"/Launch", b"/EmbeddedFile")
ACTIVE_PARTS = ("vbaproject.bin", "vbadata.xml", "activex", "oleobject", "basic/script", "scripts/")


@dataclass(frozen=True)
class FileType:
    """A kind of document: its suffix, its media type, and the check of its content, which raises Invalid."""

    suffix: str
    media_type: str
    name: str
    check: Callable[[bytes], None]


def _refuse(reason: str) -> Invalid:
    return Invalid(reason, field="file", code="file_refused")


def _not_really(name: str) -> Invalid:
    return _refuse(_("This file is not really a %(kind)s; save it again as one and repeat the upload.", kind=name))


def _pdf(content: bytes) -> None:
    if not content.startswith(b"%PDF-") or b"%%EOF" not in content[-TAIL:]:
        raise _not_really("PDF")
    if any(mark in content for mark in ACTIVE_PDF):
        raise _refuse(_("This PDF holds scripts or attached files. Print it to a new PDF and upload that one."))


def _png(content: bytes) -> None:
    if not content.startswith(b"\x89PNG\r\n\x1a\n") or b"IEND" not in content[-TAIL:]:
        raise _not_really("PNG")


def _jpeg(content: bytes) -> None:
    if not content.startswith(b"\xff\xd8\xff") or b"\xff\xd9" not in content[-TAIL:]:
        raise _not_really("JPEG")


def _package(name: str, main_part: str) -> Callable[[bytes], None]:
    """The check of an office document: a ZIP with the part that makes it one, of sane size, without active content."""

    def check(content: bytes) -> None:
        if not content.startswith(b"PK\x03\x04"):
            raise _not_really(name)
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as package:
                entries = package.infolist()
                damaged = None if _too_large(entries) else package.testzip()
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError, OSError) as error:
            raise _not_really(name) from error
        if _too_large(entries):
            raise _refuse(_("This file unpacks to more than is sensible for a document."))
        names = [entry.filename.lower() for entry in entries]
        if damaged or main_part not in names:
            raise _not_really(name)
        if any(part in entry for entry in names for part in ACTIVE_PARTS):
            raise _refuse(_("This file holds macros or embedded programs. Save it without them, or as a PDF."))

    return check


def _too_large(entries: list[zipfile.ZipInfo]) -> bool:
    return len(entries) > ENTRIES_AT_MOST or sum(entry.file_size for entry in entries) > UNPACKED_AT_MOST


OFFICE = "application/vnd.openxmlformats-officedocument."
OPEN = "application/vnd.oasis.opendocument."
FILE_TYPES = {
    kind.suffix: kind
    for kind in (
        FileType(".pdf", "application/pdf", "PDF", _pdf),
        FileType(".docx", OFFICE + "wordprocessingml.document", "Word", _package("Word", "word/document.xml")),
        FileType(".xlsx", OFFICE + "spreadsheetml.sheet", "Excel", _package("Excel", "xl/workbook.xml")),
        FileType(".pptx", OFFICE + "presentationml.presentation", "PowerPoint",
                 _package("PowerPoint", "ppt/presentation.xml")),
        FileType(".odt", OPEN + "text", "OpenDocument", _package("OpenDocument", "content.xml")),
        FileType(".ods", OPEN + "spreadsheet", "OpenDocument", _package("OpenDocument", "content.xml")),
        FileType(".png", "image/png", "PNG", _png),
        FileType(".jpg", "image/jpeg", "JPEG", _jpeg),
        FileType(".jpeg", "image/jpeg", "JPEG", _jpeg),
    )
}  # fmt: skip
ACCEPTED = ",".join(FILE_TYPES)
"""For the accept attribute of file fields."""


def checked_type(name: str, content: bytes) -> FileType:
    """The type of a document by its name, once its content agrees. Raises Invalid with what is wrong."""
    suffix = PurePosixPath(name.lower()).suffix
    kind = FILE_TYPES.get(suffix)
    if kind is None:
        known = ", ".join(sorted({k.removeprefix(".").upper() for k in FILE_TYPES}))
        raise _refuse(_("Files of this kind cannot be uploaded. Use one of: %(known)s.", known=known))
    kind.check(content)
    return kind
