"""Which kinds of document may be uploaded, and how their content proves that it is what its name claims.

The name alone proves nothing: the first bytes and the inner structure have to fit it, and content that does more than
being read (macros, scripts, programs to start) is refused.
"""

import io
import zipfile
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

from flask_babel import gettext as _

from app.core import pdf_content
from app.core.errors import FileRefused
from app.core.uploads import refused

UNPACKED_AT_MOST = 200 * 1024 * 1024
ENTRIES_AT_MOST = 5000
TAIL = 2048
BROKEN = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError, OSError)
"""What reading a damaged or protected archive raises."""
ACTIVE_PARTS = ("vbaproject.bin", "vbadata.xml", "activex", "oleobject", "basic/script", "scripts/")


@dataclass(frozen=True)
class FileType:
    """A kind of document: its suffix, its media type, and the check of its content, which raises FileRefused."""

    suffix: str
    media_type: str
    name: str
    check: Callable[[bytes], None]


def _not_really(name: str) -> FileRefused:
    return refused(_("This file is not really a %(kind)s; save it again as one and repeat the upload.", kind=name))


def _pdf(content: bytes) -> None:
    if not content.startswith(b"%PDF-") or b"%%EOF" not in content[-TAIL:]:
        raise _not_really("PDF")
    try:
        if pdf_content.is_active(content):
            raise refused(_("This PDF holds scripts or attached files. Print it to a new PDF and upload that one."))
    except pdf_content.Unreadable:
        message = _("Parts of this PDF are protected and cannot be checked. Print it to a new PDF and upload that one.")
        raise refused(message) from None


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
        except BROKEN as error:
            raise _not_really(name) from error
        if _too_large(entries):
            raise refused(_("This file unpacks to more than is sensible for a document. Save it as a PDF."), 413)
        if damaged or main_part not in {entry.filename.lower() for entry in entries}:
            raise _not_really(name)
        if holds_programs(entry.filename for entry in entries):
            raise refused(_("This file holds macros or embedded programs. Save it without them, or as a PDF."))

    return check


def holds_programs(names: Iterable[str]) -> bool:
    """True when a part of an office document, by its name, is a macro or an embedded program."""
    return any(part in name.lower() for name in names for part in ACTIVE_PARTS)


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
    """The type of a document by its name, once its content agrees. Raises FileRefused with what is wrong."""
    suffix = PurePosixPath(name.lower()).suffix
    kind = FILE_TYPES.get(suffix)
    if kind is None:
        known = ", ".join(sorted({k.removeprefix(".").upper() for k in FILE_TYPES}))
        raise refused(_("Files of this kind cannot be uploaded. Use one of: %(known)s.", known=known), 415)
    kind.check(content)
    return kind
