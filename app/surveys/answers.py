"""Checking answers against the questions: what came from a form, a file or a program becomes clean JSON or faults."""

import math
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from flask_babel import gettext as _

from app.organisations import reference
from app.organisations.classifications import CodeList
from app.surveys.questions import ITEMS_AT_MOST, Asked, Block, Field, Kind, Shape

Content = dict[str, Any]
KEY_BYTES = 6
YES, NO = {"y", "yes", "true", "on", "1", "x"}, {"", "n", "no", "false", "off", "0"}


@dataclass(frozen=True)
class Fault:
    """What is wrong with one answer: the field, in a matrix also the segment, and how to mend it."""

    name: str
    message: str
    segment: str = ""


@dataclass
class Checked:
    """Clean content, and what was wrong; the content is only sound when nothing was."""

    content: Content
    faults: list[Fault] = field(default_factory=list)


class Wrong(ValueError):
    """An answer that cannot be taken; the message is for the respondent."""


def new_key() -> str:
    """A key of a list entry, unique within its answer for all practical purposes."""
    return secrets.token_hex(KEY_BYTES)


def check_form(block: Block, raw: Mapping[str, Any], asked: Asked, *, complete: bool = True) -> Checked:
    """Check the answers of a form, or of one entry of a list. Without `complete` a required answer may be missing."""
    checked = Checked({})
    for question in block.fields:
        try:
            value = read(question, raw.get(question.name), asked)
        except Wrong as wrong:
            checked.faults.append(Fault(question.name, str(wrong)))
            continue
        if value in (None, "", [], False):
            if question.required and complete:
                checked.faults.append(Fault(question.name, _required(question)))
            continue
        checked.content[question.name] = value
    if not checked.faults:
        checked.faults = _across(checked.content)
    return checked


def _required(question: Field) -> str:
    if question.kind is Kind.FLAG:
        return str(_("Without this consent the answers cannot be used."))
    return str(_("Choose an answer.") if question.kind is Kind.CHOICE else _("Write an answer."))


def _across(content: Content) -> list[Fault]:
    """Rules between fields."""
    low, high = content.get("trl_from"), content.get("trl_to")
    if low is not None and high is not None and low > high:
        return [Fault("trl_to", _("The highest readiness level is below the lowest."))]
    if ("latitude" in content) != ("longitude" in content):
        return [Fault("longitude", _("Give both latitude and longitude, or neither."))]
    return []


def check_matrix(block: Block, raw: Mapping[str, Mapping[str, Any]], asked: Asked) -> Checked:
    """Check a matrix. A segment with any detail counts as active; one without anything is left out."""
    checked = Checked({})
    known = dict(asked.segments)
    for segment, row in raw.items():
        if segment not in known:
            checked.faults.append(Fault("segment", _unknown(segment, asked.segments), str(segment)))
            continue
        found = check_form(block, row, asked)
        checked.faults += [Fault(fault.name, fault.message, segment) for fault in found.faults]
        if found.content:
            checked.content[segment] = {**found.content, "active": True}
    return checked


def check_items(block: Block, raw: Sequence[Mapping[str, Any]], asked: Asked) -> Checked:
    """Check a whole list; entries without a key get one. Faults of entries carry no number: check one at a time where
    places matter."""
    checked = Checked({"items": []})
    if len(raw) > ITEMS_AT_MOST:
        checked.faults.append(Fault("items", _("Use at most %(n)d entries.", n=ITEMS_AT_MOST)))
    for each in raw:
        found = check_form(block, each, asked)
        checked.faults += found.faults
        checked.content["items"].append({"key": str(each.get("key") or new_key()), **found.content})
    return checked


def read(question: Field, raw: Any, asked: Asked) -> Any:
    """The value of an answer; None for no answer. Raises Wrong with a sentence for the respondent."""
    if question.kind is Kind.MULTI:
        return _multi(question, raw, asked)
    if question.kind is Kind.FLAG:
        return _flag(raw)
    text = "" if raw is None else str(raw).strip()
    if not text:
        return None
    readers: dict[Kind, Callable[[], Any]] = {
        Kind.CHOICE: lambda: _choice(question, text, asked),
        Kind.WHOLE: lambda: _whole(question, text),
        Kind.NUMBER: lambda: _number(question, text),
        Kind.DATE: lambda: _date(text),
        Kind.WEBSITE: lambda: _website(question, text),
        Kind.REGION: lambda: _code(reference.regions(), text.upper()),
    }
    reader = readers.get(question.kind)
    return reader() if reader else _text(question, text)


def _text(question: Field, text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\x00", "")
    if question.kind is Kind.TEXT:
        text = " ".join(text.split())
    if question.at_most and len(text) > question.at_most:
        raise Wrong(_("Use at most %(n)d characters; these are %(found)d.", n=int(question.at_most), found=len(text)))
    return text


def _flag(raw: Any) -> bool:
    if isinstance(raw, bool):
        return raw
    text = "" if raw is None else str(raw).strip().lower()
    if text in YES:
        return True
    if text in NO:
        return False
    raise Wrong(_("Write yes or no."))


def _choice(question: Field, text: str, asked: Asked) -> str:
    options = asked.options(question)
    for code, label in options:
        if text.casefold() in {code.casefold(), label.casefold()}:
            return code
    raise Wrong(_unknown(text, options))


def _unknown(text: str, options: Sequence[tuple[str, str]]) -> str:
    if not options:
        return str(_("This survey has no list to choose “%(text)s” from; leave it empty.", text=text[:60]))
    codes = ", ".join(code for code, _label in options[:12]) + (" …" if len(options) > 12 else "")
    return str(_("“%(text)s” is none of the codes; use one of: %(codes)s.", text=text[:60], codes=codes))


def _multi(question: Field, raw: Any, asked: Asked) -> list[str] | None:
    parts = re.split(r"[\s,;|]+", raw) if isinstance(raw, str) else [str(part) for part in raw or ()]
    outer: dict[str, CodeList] = {}
    if question.options == "countries":
        outer["list"] = reference.countries()
    if question.options == "activities":
        outer["list"] = reference.activities()
    found: list[str] = []
    for part in (part.strip() for part in parts):
        if not part:
            continue
        code = _code(outer["list"], part.upper()) if outer else _choice(question, part, asked)
        if code not in found:
            found.append(code)
    return found or None


def _code(codes: CodeList, text: str) -> str:
    if text not in codes:
        raise Wrong(
            _("“%(code)s” is not a code of %(scheme)s: %(hint)s.", code=text[:20], scheme=codes.scheme, hint=codes.hint)
        )
    return text


def _whole(question: Field, text: str) -> int:
    number = _number(question, text)
    if number != int(number):
        raise Wrong(_("Write a whole number."))
    return int(number)


def _number(question: Field, text: str) -> float:
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        raise Wrong(_("Write a number.")) from None
    low, high = question.at_least, question.at_most
    below, above = low is not None and number < low, high is not None and number > high
    if not math.isfinite(number) or below or above:
        if low is None or high is None:
            raise Wrong(_("This number cannot be right."))
        raise Wrong(_("Write a number from %(low)g to %(high)g.", low=low, high=high))
    return number


def _date(text: str) -> str:
    try:
        return date.fromisoformat(text[:10]).isoformat()
    except ValueError:
        raise Wrong(_("Write the date as year-month-day, such as 2027-03-16.")) from None


def _website(question: Field, text: str) -> str:
    address = text if "://" in text else f"https://{text}"
    try:
        parts = urlsplit(address)
        good = parts.scheme in {"http", "https"} and "." in (parts.hostname or "") and len(address.split()) == 1
    except ValueError:
        good = False
    if not good:
        raise Wrong(_("Write the website as an address such as https://example.org."))
    return _text(question, address)


def is_answered(block: Block, content: Content | None) -> bool:
    """True when the block holds any answer."""
    if not content:
        return False
    return bool(content.get("items")) if block.shape is Shape.LIST else bool(content)


def missing(asked: Asked, answers: Mapping[str, Content]) -> list[tuple[Block, str]]:
    """What keeps a survey from being submitted: the block and a sentence; empty when it can be."""
    type_of = answers.get("respondent", {}).get("type")
    blocks = asked.blocks_for(type_of)
    found: list[tuple[Block, str]] = []
    for block in blocks:
        content = answers.get(block.key) or {}
        if block.shape is Shape.FORM and (block.key == "respondent" or content or block.key in asked.required):
            faults = check_form(block, content, asked).faults
            if faults:
                found.append((block, block.field(faults[0].name).label))
                continue
        if block.key in asked.required and not is_answered(block, content):
            found.append((block, _("This part is needed.")))
    others = [block for block in blocks if block.key != "respondent"]
    if not found and not any(is_answered(block, answers.get(block.key)) for block in others):
        found.append((others[0] if others else blocks[0], _("Answer at least one part besides your organisation.")))
    return found
