"""Files that no upload may keep, made in the test: archives hold the time they were made."""

import io
import zipfile
import zlib

from app.core.tables import MAX_UNPACKED, Sheet, write_xlsx
from tests.app.core.test_files import PDF

PLAIN = b"email,name\nines@example.org,Ines\n"


def workbook(**parts: bytes) -> bytes:
    """A sound workbook with further parts; in their names `__` stands for a slash and `_bin` for `.bin`."""
    packed = io.BytesIO(write_xlsx([Sheet("people", ["email"], [["ines@example.org"]])]))
    with zipfile.ZipFile(packed, "a", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name.replace("__", "/").replace("_bin", ".bin"), content)
    return packed.getvalue()


def with_sheet(xml: bytes) -> bytes:
    """A workbook whose only sheet is this XML."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook())) as sound, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as package:
        for part in sound.namelist():
            package.writestr(part, xml if part == "xl/worksheets/sheet1.xml" else sound.read(part))
    return made.getvalue()


def macro_workbook() -> bytes:
    """A workbook with Visual Basic."""
    return workbook(xl__vbaProject_bin=b"Sub AutoOpen()")


def bomb() -> bytes:
    """A workbook of some hundred kilobytes that unpacks to more than is taken of a document, or of a table."""
    return workbook(xl__media__big_bin=b"0" * (5 * MAX_UNPACKED + 1))


def nested() -> bytes:
    """A workbook whose sheet nests so deeply that a reader which follows it by calling itself would fall over."""
    return with_sheet(b"<worksheet>" + b"<sheetData><row><c>" * 50_000 + b"</c></row></sheetData>" * 50_000)


def entities() -> bytes:
    """A workbook whose XML multiplies itself."""
    lol = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]><worksheet>&b;</worksheet>'
    return with_sheet(lol)


def pdf_with_script() -> bytes:
    """A PDF that runs a script when it is opened."""
    return PDF.replace(b"/Catalog", b"/Catalog /OpenAction << /S /JavaScript /JS (app.alert(1)) >>")


def pdf_with_packed_script() -> bytes:
    """The same, the script's action packed into an object stream."""
    packed = zlib.compress(b"1 0 << /S /JavaScript /JS (app.alert(1)) >>")
    stream = b"2 0 obj << /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d >>\nstream\n" % len(packed)
    return PDF.replace(b"trailer", stream + packed + b"\nendstream endobj\ntrailer")


def pdf_with_escaped_script() -> bytes:
    """The same, its name written so that a search does not find it."""
    return pdf_with_script().replace(b"/JavaScript", b"/J#61vaScript")


def protected_pdf() -> bytes:
    """A PDF with objects that nobody can look into without its key."""
    sound = zlib.compress(b"1 0 << /S /JavaScript /JS (app.alert(1)) >>")
    return pdf_with_packed_script().replace(sound, bytes(255 - byte for byte in sound))
