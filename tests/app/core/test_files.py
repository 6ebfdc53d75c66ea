"""Uploaded documents: content proves the type, nothing is left behind, the file follows its row."""

import io
import stat
import zipfile

import pytest
from werkzeug.datastructures import FileStorage

from app.core import files
from app.core.errors import Invalid
from app.core.models import StoredFile

PDF = b"%PDF-1.4\n1 0 obj << /Type /Catalog >> endobj\ntrailer << >>\n%%EOF\n"


def office(part: str = "word/document.xml", **more: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr(part, "<document/>")
        for name, content in more.items():
            package.writestr(name.replace("__", "/"), content)
    return packed.getvalue()


@pytest.fixture
def keep(app, session, clock):
    with app.app_context():
        yield lambda name, content: files.store_upload(
            session,
            clock,
            FileStorage(io.BytesIO(content), name),
            subject_kind="partnership",
            subject_id=1,
            actor_id=None,
        )


def left_over(app) -> list[str]:
    return [str(path) for path in app.extensions["settings"].documents_folder.rglob("*") if path.is_file()]


def test_a_document_is_kept_closed_to_others_and_outside_what_is_served(app, session, keep):
    stored = keep("Commitment letter.pdf", PDF)
    session.commit()
    path = files.path_of(stored)
    assert path.read_bytes() == PDF
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert app.static_folder not in str(path)
    assert (stored.name, stored.media_type, stored.size) == ("Commitment letter.pdf", "application/pdf", len(PDF))
    assert list(files.verify(session)) == []


HOSTILE = {
    "empty": ("letter.pdf", lambda: b"", "empty"),
    "a program": ("letter.pdf", lambda: b"MZ\x90\x00 a program", "not really a PDF"),
    "cut off": ("letter.pdf", lambda: PDF[:-8], "not really a PDF"),
    "scripts": ("letter.pdf", lambda: PDF.replace(b"/Catalog", b"/Catalog /JavaScript"), "scripts"),
    "executable": ("letter.exe", lambda: b"MZ", "cannot be uploaded"),
    "html": ("letter.html", lambda: b"<script>alert(1)</script>", "cannot be uploaded"),
    "svg": ("letter.svg", lambda: b"<svg onload='alert(1)'/>", "cannot be uploaded"),
    "no ending": ("letter", lambda: PDF, "no name with an ending"),
    "pdf as png": ("photo.png", lambda: PDF, "not really a PNG"),
    "half a jpeg": ("photo.jpg", lambda: b"\xff\xd8\xff but no end", "not really a JPEG"),
    "pdf as word": ("letter.docx", lambda: PDF, "not really a Word"),
    "excel as word": ("letter.docx", lambda: office("xl/workbook.xml"), "not really a Word"),
    "macros": (
        "letter.docx",
        lambda: office(word__vbaProject__bin=b"x").replace(b"vbaProject/bin", b"vbaProject.bin"),
        "macros",
    ),
    "half a word": ("letter.docx", lambda: office()[:60], "not really a Word"),
    "bomb": ("letter.xlsx", lambda: office("xl/workbook.xml", big=b"0" * (201 * 1024 * 1024)), "unpacks to more"),
}
"""Name, content and what the refusal says. Contents are made in the test: archives hold the time they were made."""


@pytest.mark.parametrize("case", HOSTILE)
def test_a_wrong_or_hostile_file_is_refused_and_leaves_nothing(app, session, keep, case):
    name, content, words = HOSTILE[case]
    with pytest.raises(Invalid, match=words) as refused:
        keep(name, content())
    session.commit()
    assert refused.value.field == "file"
    assert left_over(app) == []
    assert session.query(StoredFile).count() == 0


def test_a_file_above_the_limit_is_refused(app, session, keep, settings):
    with pytest.raises(Invalid, match="larger than"):
        keep("letter.pdf", PDF + b"0" * settings.upload_bytes)
    assert left_over(app) == []


@pytest.mark.parametrize("kind", ["docx", "xlsx", "pptx", "odt"])
def test_office_documents_pass(keep, kind):
    part = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml", "pptx": "ppt/presentation.xml"}
    assert keep(f"notes.{kind}", office(part.get(kind, "content.xml"))).size > 0


@pytest.mark.parametrize(
    "name", ["../../etc/passwd.pdf", "C:\\letters\\passwd.pdf", "\x00passwd\n.pdf", "a/b/passwd.pdf"]
)
def test_a_name_never_leaves_its_folder(app, keep, name):
    stored = keep(name, PDF)
    assert stored.name == "passwd.pdf"
    assert files.path_of(stored).parent.parent == app.extensions["settings"].documents_folder


def test_a_rollback_takes_the_file_with_it(app, session, keep):
    keep("letter.pdf", PDF)
    session.rollback()
    assert left_over(app) == []


def test_a_rolled_back_savepoint_takes_only_its_own_file(app, session, keep):
    kept = keep("first.pdf", PDF)
    savepoint = session.begin_nested()
    keep("second.pdf", PDF)
    savepoint.rollback()
    session.commit()
    assert left_over(app) == [str(files.path_of(kept))]


def test_a_later_rollback_leaves_committed_files_alone(app, session, keep):
    kept = keep("first.pdf", PDF)
    session.commit()
    keep("second.pdf", PDF)
    session.rollback()
    assert left_over(app) == [str(files.path_of(kept))]


def test_verify_names_missing_changed_and_orphaned_files(session, keep):
    missing, changed = keep("a.pdf", PDF), keep("b.pdf", PDF)
    session.commit()
    files.path_of(missing).unlink()
    files.path_of(changed).write_bytes(b"other")
    orphan = files.path_of(changed).with_name("zz.pdf")
    orphan.write_bytes(PDF)
    found = [(what, getattr(where, "name", where)) for what, where in files.verify(session)]
    assert found == [("missing", "a.pdf"), ("changed", "b.pdf"), ("orphan", "zz.pdf")]


def test_nobody_reads_a_document_without_a_reader(session, keep, client):
    stored = keep("letter.pdf", PDF)
    stored.subject_kind = "nobody knows"
    session.commit()
    assert client.get(f"/documents/{stored.id}").status_code == 404
    assert client.get("/documents/999").status_code == 404


def test_the_command_names_what_does_not_agree_and_removes_orphans_on_request(app, session, keep):
    kept = keep("a.pdf", PDF)
    session.commit()
    orphan = files.path_of(kept).with_name("zz.pdf")
    orphan.write_bytes(PDF)
    runner = app.test_cli_runner()
    found = runner.invoke(args=["database", "documents"])
    assert (found.exit_code, "orphan: zz.pdf" in found.output) == (1, True)
    assert runner.invoke(args=["database", "documents", "--remove-orphans"]).exit_code == 0
    assert left_over(app) == [str(files.path_of(kept))]
