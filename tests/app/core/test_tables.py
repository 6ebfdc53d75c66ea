"""Tables in files: what goes out comes back, and nothing harmful goes in or out."""

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core import tables
from app.core.errors import ImportRefused, Invalid
from app.core.tables import Sheet, read_table, write_csv, write_xlsx

plain = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\ufeff"), max_size=40)
risky = st.builds(lambda mark, rest: mark + rest, st.sampled_from(["=", "+", "-", "@", "'=", "''-", "'"]), plain)
texts = st.one_of(plain, risky).map(lambda text: tables.clean(text).strip())


@pytest.fixture(autouse=True)
def _context(app):
    with app.app_context():
        yield


def cells_of(table):
    return [list(row.cells.values()) for row in table.rows]


def filled(rows):
    return [row for row in rows if any(row)]


@given(st.lists(st.tuples(texts, texts), max_size=6))
def test_what_is_written_as_csv_is_read_again(rows):
    data = write_csv(Sheet("x", ["one", "two"], rows))
    assert cells_of(read_table(data, "x.csv", "x")["x"]) == filled([list(row) for row in rows])


@given(st.lists(st.tuples(texts.filter(lambda t: "_x" not in t), texts.filter(lambda t: "_x" not in t)), max_size=4))
def test_what_is_written_as_xlsx_is_read_again(rows):
    data = write_xlsx([Sheet("x", ["one", "two"], rows)])
    assert cells_of(read_table(data, "x.xlsx", "x")["x"]) == filled([list(row) for row in rows])


@given(st.text(max_size=30))
def test_no_csv_cell_begins_like_a_formula(text):
    written = tables._csv_cell(text)
    assert not written.startswith(("=", "+", "-", "@", "\t", "\r"))


def test_numbers_stay_numbers_in_csv():
    assert write_csv(Sheet("x", ["n"], [[-5], [2.5], [True], [None]])) == b'\xef\xbb\xbfn\r\n-5\r\n2.5\r\nyes\r\n""\r\n'


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_delimiter_and_encoding_are_found(delimiter, encoding):
    data = f'E-Mail{delimiter}"a, b; c"\r\nx{delimiter}Mårten\r\n'.encode(encoding)
    table = read_table(data, "x.csv", "x")["x"]
    assert table.columns == ("e_mail", "a,_b;_c")
    assert cells_of(table) == [["x", "Mårten"]]


def test_rows_count_as_a_spreadsheet_shows_them():
    table = read_table(b'a,b\n"two\nlines",1\n\n,\nx,2\n', "x.csv", "x")["x"]
    assert [(row.number, row.get("b")) for row in table.rows] == [(2, "1"), (5, "2")]


@pytest.mark.parametrize(
    ("text", "row", "column", "sentence"),
    [
        ("a,a\n1,2\n", 1, "a", "twice"),
        ("a,,b\n1,2,3\n", 1, "2", "no name"),
        ("\n\n", 1, "", "first row"),
        ("a,b\n1,2,3\n", 2, "", "more cells"),
        ('a,b\n1,"2\n', 2, "", "quotation marks"),
        ("a\n" + "x" * 20_001 + "\n", 2, "a", "characters"),
    ],
)
def test_faults_of_the_form_name_their_place(text, row, column, sentence):
    with pytest.raises(ImportRefused) as caught:
        read_table(text.encode(), "x.csv", "x")
    fault = caught.value.cells[0]
    assert (fault.row, fault.column) == (row, column)
    assert sentence in fault.message


def test_formulas_in_a_workbook_are_refused_with_their_place():
    from openpyxl import Workbook

    book = Workbook()
    book.active.append(["name", "sum"])
    book.active.append(["Ann", "=1+1"])
    out = io.BytesIO()
    book.save(out)
    with pytest.raises(ImportRefused) as caught:
        read_table(out.getvalue(), "x.xlsx", "x")
    assert [(c.row, c.column, c.value) for c in caught.value.cells] == [(2, "sum", "=1+1")]


def test_text_that_looks_like_a_formula_is_written_as_text():
    from openpyxl import load_workbook

    data = write_xlsx([Sheet("x", ["a"], [["=cmd|' /C calc'!A0"]])])
    cell = load_workbook(io.BytesIO(data)).active["A2"]
    assert (cell.data_type, cell.value) == ("s", "=cmd|' /C calc'!A0")


def repacked(change):
    """A small workbook with some of its parts changed."""
    source = zipfile.ZipFile(io.BytesIO(write_xlsx([Sheet("x", ["a"], [["b"]])])))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for part in source.infolist():
            target.writestr(part.filename, change(part.filename, source.read(part)))
    return out.getvalue()


def test_a_file_that_unpacks_to_much_is_refused_before_it_is_parsed():
    bomb = repacked(lambda name, data: b" " * (tables.MAX_UNPACKED + 1) if name.endswith("styles.xml") else data)
    assert len(bomb) < 100_000
    with pytest.raises(Invalid, match="too large once unpacked"):
        read_table(bomb, "x.xlsx", "x")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_xml_entities_are_refused(encoding):
    evil = '<?xml version="1.0" encoding="{}"?><!DOCTYPE a [<!ENTITY b "c">]><worksheet>&b;</worksheet>'
    data = repacked(lambda name, old: evil.format(encoding).encode(encoding) if "sheet1" in name else old)
    with pytest.raises(Invalid):
        read_table(data, "x.xlsx", "x")


@pytest.mark.parametrize("data", [b"PK\x03\x04 nonsense", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"a\x00b\x00\x81"])
def test_files_of_other_kinds_are_refused_in_words(data):
    with pytest.raises(Invalid) as caught:
        read_table(data, "x.xlsx", "x")
    assert "CSV" in caught.value.message or "damaged" in caught.value.message


def test_too_many_rows_or_columns_are_refused(monkeypatch):
    monkeypatch.setattr(tables, "MAX_ROWS", 3)
    monkeypatch.setattr(tables, "MAX_COLUMNS", 2)
    read_table(b"a,b\n1,2\n1,2\n1,2\n", "x.csv", "x")
    with pytest.raises(Invalid, match="3 rows"):
        read_table(b"a\n1\n2\n3\n4\n", "x.csv", "x")
    with pytest.raises(Invalid, match="2 columns"):
        read_table(b"a,b,c\n", "x.csv", "x")
