"""What the page of a part is told while somebody types, and what another window saved meanwhile."""

from collections.abc import Iterator, Mapping
from typing import Any

from flask import Response, jsonify, request
from flask_babel import gettext as _

from app.organisations import reference
from app.surveys.answers import Fault
from app.surveys.codes import VISIBILITIES
from app.surveys.questions import Asked, Block, Field, Shape
from app.surveys.showing import words

MEANWHILE = "saved_meanwhile"
Content = Mapping[str, Any]


def is_typing() -> bool:
    """True when the page saves by itself and waits for an answer in JSON."""
    return "auto" in request.form


def saved(revision: int | str, address: str = "") -> Response:
    """It is kept. `revision` goes with the next save, `address` is where an entry that is new now lives."""
    return jsonify({"revision": revision, "address": address})


def refused(faults: list[Fault]) -> Response:
    """An answer that cannot be taken as it stands; it stays on the page and is kept as soon as it is right.

    Not an error: somebody is still typing.
    """
    return jsonify({"faults": [{"name": f.name, "segment": f.segment, "message": f.message} for f in faults]})


def conflict(revision: int | str, theirs: list[dict[str, str]]) -> Response:
    """Another window was faster; nothing was overwritten. The page shows what differs and lets people choose."""
    return _with(409, {"revision": revision, "message": meanwhile(), "theirs": theirs})


def _with(status: int, told: dict[str, Any]) -> Response:
    response = jsonify(told)
    response.status_code = status
    return response


def meanwhile() -> str:
    """What happened, in a sentence."""
    return str(_("This part was saved in another window meanwhile. What you wrote stands here and is not lost."))


def differences(block: Block, asked: Asked, mine: Content, theirs: Content) -> list[dict[str, str]]:
    """Where what another window saved differs from what was sent: the question, and what stands there."""
    found = []
    for label, question, own, other in _pairs(block, asked, mine, theirs):
        if _plain(own) != _plain(other):
            found.append({"label": label, "value": words(question, other, asked) or str(_("No answer"))})
    return found


def other_visibility(mine: str | None, theirs: str) -> list[dict[str, str]]:
    """Whether another window chose another visibility."""
    if mine in (None, theirs):
        return []
    return [{"label": str(_("Who may see this part")), "value": reference.translated(dict(VISIBILITIES)[theirs])}]


def _pairs(block: Block, asked: Asked, mine: Content, theirs: Content) -> Iterator[tuple[str, Field, Any, Any]]:
    parts = [("", "", mine, theirs)]
    if block.shape is Shape.MATRIX:
        parts = [(code, f"{name}: ", mine.get(code, {}), theirs.get(code, {})) for code, name in asked.segments]
    for _code, before, own, other in parts:
        for question in block.fields:
            label = question.label if question.choices else reference.translated(question.label)
            yield f"{before}{label}", question, own.get(question.name), other.get(question.name)


def _plain(value: Any) -> str:
    """What two answers are compared by: as typed, or as kept."""
    if isinstance(value, list):
        return " ".join(sorted(str(each) for each in value))
    if value in (None, False, "no"):
        return ""
    text = "yes" if value is True else str(value)
    return " ".join(text.split()).removesuffix(".0")
