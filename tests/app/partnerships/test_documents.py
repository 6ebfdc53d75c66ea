"""Differences and marked passages: what goes in comes out again."""

from hypothesis import given
from hypothesis import strategies as st

from app.partnerships.differences import document_difference, text_difference
from app.partnerships.filters import marked
from app.partnerships.rules import content_hash
from app.partnerships.templates import shipped

TEXTS = st.text(alphabet="ab ,.\nä", max_size=40)


@given(TEXTS, TEXTS)
def test_a_difference_holds_both_texts_entirely(before, after):
    pieces = text_difference(before, after)
    assert "".join(p.text for p in pieces if p.kind != "added") == before
    assert "".join(p.text for p in pieces if p.kind != "removed") == after


@given(TEXTS)
def test_a_text_does_not_differ_from_itself(text):
    assert all(piece.kind == "same" for piece in text_difference(text, text))


def test_rows_that_change_are_compared_word_by_word_and_new_ones_are_whole(app):
    note = shipped("s3-baseline").document("scoping_note")
    before = {"risks": [{"risk": "Price falls", "answer": "Wait"}]}
    after = {"risks": [{"risk": "Price rises", "answer": "Wait"}]}
    lines = document_difference(note, before, after)[0].lines
    assert [(p.kind, p.text) for p in lines[0] if p.kind != "same"] == [("removed", "falls"), ("added", "rises")]
    longer = {"risks": [*before["risks"], {"risk": "Strike"}]}
    assert [p.kind for line in document_difference(note, before, longer)[0].lines for p in line] == ["same", "added"]
    assert document_difference(note, before, before) == []
    assert document_difference(note, {"vision": None}, {"vision": ""}) == []


@given(st.text(alphabet="ab<&\"' ", max_size=30), st.lists(st.text(alphabet="ab<&", max_size=4), max_size=4))
def test_marking_never_lets_markup_through(text, quotes):
    out = str(marked(text, quotes))
    bare = out.replace("<mark>", "").replace("</mark>", "")
    assert "<" not in bare
    assert bare == str(marked(text, []))


def test_the_hash_of_a_content_does_not_depend_on_the_order_of_its_keys():
    assert content_hash({"a": 1, "b": "ä"}) == content_hash({"b": "ä", "a": 1})
    assert content_hash({"a": 1}) != content_hash({"a": 2})
    # printf '{"a":1}' | sha256sum
    assert content_hash({"a": 1}) == "015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862"
