"""The edition of every stored code, kept beside it: `editions` of a row is scheme to version, as {"nace": "2.1"}.

A row keeps the edition its codes were chosen from: saved again with the same codes, it stays, whatever is loaded by
then. Together with the columns' schemes, which are named where `keep_editions` is called, each code can be written as
scheme:version:code.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlalchemy import event, inspect

from app.organisations import reference

Codes = Mapping[str, Iterable[str]]
"""Scheme to codes."""
Found = Callable[[Any], Codes]


def editions_of(codes: Codes, before: Mapping[str, str] | None = None) -> dict[str, str]:
    """The versions of the schemes that have codes; of one that is not loaded any more, what was known `before`.

    Codes of two editions at once, as regions of the United Kingdom beside others, give both: '2018+2024'.
    """
    known, found = reference.schemes(), {}
    for scheme, some in codes.items():
        entries = [known[scheme].require(code) for code in some if code in known[scheme]]
        if entries:
            found[scheme] = "+".join(sorted({entry.version for entry in entries}))
        elif before and scheme in before and any(True for _code in some):
            found[scheme] = before[scheme]
    return found


def listed(value: Any) -> list[str]:
    """A stored value as codes: nothing, one, or a list; numbers such as readiness levels as text."""
    if value is None or value == "":
        return []
    return [str(each) for each in value] if isinstance(value, list | tuple) else [str(value)]


def keep_editions(model: type[Any], **columns: str | Found) -> None:
    """Keep `editions` of a model's rows true by itself: for each column its scheme, or a function that finds the codes
    of several schemes in what it holds."""

    def codes_of(row: Any, names: Iterable[str]) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for name in names:
            source, value = columns[name], getattr(row, name)
            if value is None:  # also before the default of a new row is filled in
                continue
            some = {source: listed(value)} if isinstance(source, str) else source(value)
            for scheme, codes in some.items():
                found.setdefault(scheme, []).extend(codes)
        return {scheme: codes for scheme, codes in found.items() if codes}

    def keep(_mapper: Any, _connection: Any, row: Any) -> None:
        state = inspect(row)
        changed = [name for name in columns if state.attrs[name].history.has_changes()]
        before: dict[str, str] = dict(row.editions or {})
        now = editions_of(codes_of(row, columns), before)
        if state.persistent:
            touched = codes_of(row, changed)
            now = {s: version if s in touched or s not in before else before[s] for s, version in now.items()}
        if now != before or row.editions is None:
            row.editions = now

    for moment in ("before_insert", "before_update"):
        event.listen(model, moment, keep)
