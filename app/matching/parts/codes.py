"""Sector and technology codes and keywords: those of the needs against those of the offers.

A code is 'scheme:value' ('nace:22.21'); a plain keyword has no scheme and is compared by its stems. What a seeker
wants is the keywords of the needs and the wanted sectors; what a partner has is the keywords of the offers and its
sectors, each with all its ancestors. A wanted code counts 1 if the partner has it, 1/2 if the partner has only its
parent (so a sister code counts half). The figure is sqrt(matched / wanted): one hit among four wanted codes is worth
one half. Only wanted codes of schemes the partner uses at all are counted.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np
from scipy import sparse

from app.matching.parts.rows import spliced, widened
from app.matching.parts.tables import FloatArray, IntArray
from app.matching.profiles import Profile, Statement
from app.matching.reasons import Reason
from app.matching.words import stems

SAME_PARENT = 0.5


@lru_cache(maxsize=100_000)
def code_of(keyword: str) -> str:
    """The form in which a keyword or code is compared."""
    plain = keyword.strip().casefold()
    if ":" in plain:
        return plain
    return " ".join(stems(plain)) or plain


def parent_of(code: str) -> str | None:
    """The code one level up, or None: 'nace:22.21' to 'nace:22.2' to 'nace:22'."""
    scheme, colon, value = code.partition(":")
    if not colon or "." not in value:
        return None
    return f"{scheme}:{value[:-1].rstrip('.')}"


def with_ancestors(code: str) -> set[str]:
    """The code and all codes above it."""
    family = {code}
    while (parent := parent_of(code)) is not None:
        family.add(parent)
        code = parent
    return family


def scheme_of(code: str) -> str:
    return code.partition(":")[0] if ":" in code else ""


def wanted_codes(profile: Profile) -> dict[str, str]:
    """What the profile seeks: compared form to written form."""
    return _codes(profile.needs, profile.wanted_sectors)


def offered_codes(profile: Profile) -> dict[str, str]:
    """What the profile has: compared form to written form."""
    return _codes(profile.offers, profile.sectors)


def _codes(statements: tuple[Statement, ...], sectors: tuple[str, ...]) -> dict[str, str]:
    written = [keyword for statement in statements for keyword in statement.keywords if keyword.strip()]
    written += [f"nace:{sector}" for sector in sectors if sector.strip()]
    return {code_of(keyword): keyword for keyword in written}


class CodesPart:
    """The part 'codes'."""

    def __init__(self, profiles: Sequence[Profile]) -> None:
        self._columns: dict[str, int] = {}
        self._tables = self._encode(profiles)

    def replace(self, place: int, profile: Profile) -> None:
        """Put another profile at `place`, or behind the last one."""
        new = self._encode([profile])
        end = min(place + 1, self._tables[0].shape[0])
        self._tables = [spliced(old, (place, end), rows) for old, rows in zip(self._tables, new, strict=True)]

    def _encode(self, profiles: Sequence[Profile]) -> list[sparse.csr_matrix]:
        """Wanted codes, codes at hand with their ancestors, number of wanted codes by scheme, schemes at hand."""
        wanted = [wanted_codes(profile) for profile in profiles]
        offered = [offered_codes(profile) for profile in profiles]
        return [
            self._matrix([_weights(codes) for codes in wanted]),
            self._matrix([{member: 1.0 for code in codes for member in with_ancestors(code)} for codes in offered]),
            self._matrix([_schemes(codes) for codes in wanted]),
            self._matrix([dict.fromkeys(_schemes(codes), 1.0) for codes in offered]),
        ]

    def _matrix(self, rows: Sequence[dict[str, float]]) -> sparse.csr_matrix:
        pointers = np.cumsum([0, *(len(row) for row in rows)])
        indices = [self._columns.setdefault(name, len(self._columns)) for row in rows for name in row]
        data = np.array([weight for row in rows for weight in row.values()], dtype=np.float32)
        return sparse.csr_matrix((data, indices, pointers), shape=(len(rows), max(1, len(self._columns))))

    def _product(self, one: int, other: int, rows: IntArray, cols: IntArray) -> FloatArray:
        width = len(self._columns) + 1
        left, right = widened(self._tables[one][rows], width), widened(self._tables[other][cols], width)
        return np.asarray((left @ right.T).toarray())

    def block(self, rows: IntArray, cols: IntArray) -> FloatArray:
        matched, wanted = self._product(0, 1, rows, cols), self._product(2, 3, rows, cols)
        share = np.minimum(matched / np.maximum(wanted, np.float32(1)), np.float32(1))
        return np.where(wanted > 0, np.sqrt(share), np.float32(np.nan))

    def reason(self, seeker: Profile, partner: Profile) -> Reason | None:
        """The wanted codes that the partner has, exactly or by their parent, as the seeker wrote them."""
        has = {member for code in offered_codes(partner) for member in with_ancestors(code)}
        wanted = wanted_codes(seeker)
        exact = [written for code, written in wanted.items() if code in has]
        near = [written for code, written in wanted.items() if code not in has and parent_of(code) in has]
        return Reason("codes", shared=(*exact, *near)) if exact or near else None


def _weights(codes: Iterable[str]) -> dict[str, float]:
    """Each wanted code's weight of 1, half of it on the parent if there is one."""
    row: dict[str, float] = defaultdict(float)
    for code in codes:
        parent = parent_of(code)
        row[code] += 1.0 if parent is None else 1.0 - SAME_PARENT
        if parent is not None:
            row[parent] += SAME_PARENT
    return row


def _schemes(codes: Iterable[str]) -> dict[str, float]:
    """How many of the codes are of each scheme; the names cannot be mistaken for codes."""
    return {f"scheme {scheme}": float(count) for scheme, count in Counter(map(scheme_of, codes)).items()}
