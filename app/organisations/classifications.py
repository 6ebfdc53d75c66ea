"""What every classification can do: hold codes in order, name them, tell what stands above and below."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import flask_babel
from babel import Locale


class UnknownCodeError(ValueError):
    """A code that its scheme does not hold; the message says which and what was expected."""

    def __init__(self, scheme: str, code: str, hint: str) -> None:
        super().__init__(f"“{code}” is not a code of {scheme}: {hint}")
        self.scheme, self.code, self.hint = scheme, code, hint


@dataclass(frozen=True, slots=True)
class Entry:
    """One code of a scheme; ``level`` is its depth (0 for a country of NUTS), ``parent`` the code above."""

    scheme: str
    version: str
    code: str
    name: str
    note: str = ""
    level: int = 0
    parent: str | None = None

    @property
    def ref(self) -> str:
        """Scheme, version and code in one string."""
        return f"{self.scheme}:{self.version}:{self.code}"


Naming = Callable[[Entry, Locale], str]


class CodeList:
    """The entries of one scheme in their published order, with look-up by code."""

    def __init__(self, scheme: str, hint: str, entries: Iterable[Entry], naming: Naming | None = None) -> None:
        self.scheme, self.hint = scheme, hint
        self._entries = {entry.code: entry for entry in entries}
        self._naming = naming
        self._children: dict[str | None, list[Entry]] = {}
        for entry in self._entries.values():
            self._children.setdefault(entry.parent, []).append(entry)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries.values())

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, code: object) -> bool:
        return code in self._entries

    @property
    def codes(self) -> tuple[str, ...]:
        """All codes in order."""
        return tuple(self._entries)

    def require(self, code: str) -> Entry:
        """Return the entry of ``code``; raise ``UnknownCodeError`` when there is none."""
        try:
            return self._entries[code]
        except KeyError:
            raise UnknownCodeError(self.scheme, code, self.hint) from None

    def name(self, code: str, locale: Locale | str | None = None) -> str:
        """Return the name in ``locale``, by default the reader's; raise ``UnknownCodeError``."""
        entry = self.require(code)
        return self._naming(entry, reader_locale(locale)) if self._naming else entry.name

    def label(self, code: str | None, locale: Locale | str | None = None) -> str:
        """Return the name for display: empty for no code, the bare code when this version lacks it."""
        if not code:
            return ""
        return self.name(code, locale) if code in self._entries else code

    def parents(self, code: str) -> tuple[Entry, ...]:
        """Return the entries above ``code``, nearest first."""
        found: list[Entry] = []
        parent = self.require(code).parent
        while parent is not None:
            found.append(self.require(parent))
            parent = found[-1].parent
        return tuple(found)

    def children(self, code: str | None = None) -> tuple[Entry, ...]:
        """Return the entries directly below ``code``, or the top level for None."""
        if code is not None:
            self.require(code)
        return tuple(self._children.get(code, ()))

    def choices(
        self, *, level: int | None = None, under: str | None = None, locale: Locale | str | None = None
    ) -> list[tuple[str, str]]:
        """Return ``(code, name)`` pairs for a form, of one ``level`` and below ``under`` where given."""
        return [
            (entry.code, self.name(entry.code, locale))
            for entry in self._entries.values()
            if (level is None or entry.level == level) and (under is None or self._is_below(entry, under))
        ]

    def _is_below(self, entry: Entry, above: str) -> bool:
        return any(parent.code == above for parent in self.parents(entry.code))


def reader_locale(locale: Locale | str | None = None) -> Locale:
    """Return ``locale`` as an object: by default the reader's, and English outside a request."""
    if isinstance(locale, Locale):
        return locale
    if locale:
        return Locale.parse(locale)
    return flask_babel.get_locale() or Locale("en")
