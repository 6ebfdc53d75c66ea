"""Small draws of chance that several parts of the demo world share; every one takes its random generator."""

import random
import unicodedata
from collections.abc import Mapping, Sequence
from typing import TypeVar

T = TypeVar("T")

WITHOUT_DECOMPOSITION = str.maketrans(
    {"ł": "l", "ø": "o", "ß": "ss", "đ": "d", "æ": "ae", "ı": "i", "Ł": "L", "Ø": "O", "Đ": "D"}
)


def weighted(rng: random.Random, weights: Mapping[T, float]) -> T:
    """Draw one key with the probability its value says."""
    return rng.choices(list(weights), list(weights.values()))[0]


def ascii_slug(text: str) -> str:
    """Return ``text`` in lower-case ASCII letters and digits joined by hyphens."""
    plain = unicodedata.normalize("NFKD", text.translate(WITHOUT_DECOMPOSITION))
    letters = "".join(c if c.isascii() and c.isalnum() else " " for c in plain if not unicodedata.combining(c))
    return "-".join(letters.lower().split())


def shares(total: int, weights: Sequence[float]) -> list[int]:
    """Split ``total`` into whole parts in proportion to ``weights`` (largest remainder); they add up to it."""
    exact = [total * weight / sum(weights) for weight in weights]
    parts = [int(value) for value in exact]
    by_rest = sorted(range(len(exact)), key=lambda i: parts[i] - exact[i])
    for index in by_rest[: total - sum(parts)]:
        parts[index] += 1
    return parts


def capital(text: str) -> str:
    """Return ``text`` with a capital first letter, the rest as it is."""
    return text[:1].upper() + text[1:]


def lowered(text: str) -> str:
    """Return ``text`` ready for the middle of a sentence: abbreviations keep their capitals."""
    return text[:1].lower() + text[1:] if text[1:2].islower() else text
