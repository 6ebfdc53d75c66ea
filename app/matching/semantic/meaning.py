"""Vectors of texts for the scorer: kept in the database by the hash of the text, worked out for texts not seen before.

Used only when the setting `embeddings` is on and the packages are there; else the scorer compares words alone.
"""

import hashlib
import logging
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import numpy as np
from flask import current_app, has_app_context
from numpy.typing import NDArray
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from threadpoolctl import threadpool_limits

from app.matching.models import TextEmbedding
from app.matching.profiles import Profile
from app.matching.semantic import minilm

log = logging.getLogger(__name__)
FloatArray = NDArray[np.float32]
Encode = Callable[[Sequence[str]], Iterable[tuple[list[int], FloatArray]]]
LOOK_UP = 500
"""Hashes per statement; the databases bound the number of parameters."""


@dataclass
class Meaning:
    """Vectors by text. `fresh` are those worked out just now, by hash; `keep` writes them down."""

    vectors: dict[str, FloatArray] = field(default_factory=dict)
    fresh: dict[str, FloatArray] = field(default_factory=dict)

    def __call__(self, texts: Sequence[str]) -> FloatArray:
        """One row of length 1 for each text; zeros for a text that nobody encoded."""
        rows = np.zeros((len(texts), minilm.DIMENSIONS), dtype=np.float32)
        for at, text in enumerate(texts):
            known = self.vectors.get(text)
            if known is not None:
                rows[at] = known
        return rows


def is_on() -> bool:
    """Whether texts are compared by meaning, too: the setting is on and nothing is missing."""
    wanted = has_app_context() and current_app.extensions["settings"].embeddings
    return bool(wanted) and not minilm.missing_packages()


def warn_when_missing() -> None:
    """Say it once at the start when the setting is on and packages are not there."""
    missing = minilm.missing_packages()
    if current_app.extensions["settings"].embeddings and missing:
        log.warning("embeddings are switched on, but %s is not installed: comparing words alone", ", ".join(missing))


def meaning_of(
    session: Session, profiles: Collection[Profile], progress: Callable[[str, int, int], None] | None = None,
    encode: Encode = minilm.encode,
) -> Meaning | None:  # fmt: skip
    """The vectors of all needs and offers of these profiles; None when embeddings are off. Only reads the database.

    `progress` hears ('texts', done, of) while texts are worked out.
    """
    if not is_on():
        return None
    found = Meaning()
    add_texts(session, found, profiles, progress, encode)
    return found


def add_texts(
    session: Session, meaning: Meaning, profiles: Collection[Profile],
    progress: Callable[[str, int, int], None] | None = None, encode: Encode = minilm.encode,
) -> None:  # fmt: skip
    """Add what is not in `meaning` yet: from the database, the rest worked out."""
    texts = {s.full_text for p in profiles for s in (*p.needs, *p.offers)} - meaning.vectors.keys()
    by_hash = {content_hash(text): text for text in sorted(texts)}
    for key, vector in _stored(session, list(by_hash)).items():
        meaning.vectors[by_hash.pop(key)] = vector
    missing = list(by_hash.values())
    done = 0
    with threadpool_limits(limits=1, user_api="blas"):
        for places, rows in encode(missing) if missing else ():
            for at, row in zip(places, rows, strict=True):
                meaning.vectors[missing[at]] = row
                meaning.fresh[content_hash(missing[at])] = row
            done += len(places)
            if progress is not None:
                progress("texts", done, len(missing))


def keep(session: Session, meaning: Meaning | None) -> None:
    """Write down the fresh vectors."""
    if meaning is None or not meaning.fresh:
        return
    present = _stored(session, list(meaning.fresh))
    rows = [
        {"content_hash": key, "vector": vector.astype("<f2").tobytes()}
        for key, vector in meaning.fresh.items()
        if key not in present
    ]
    if rows:
        # Another event may write the same text at the same moment; then its vector is as good as ours.
        with suppress(IntegrityError), session.begin_nested():
            session.execute(insert(TextEmbedding), rows)
    meaning.fresh = {}


def content_hash(text: str) -> str:
    """What a vector is kept by: it changes with the text and with the model."""
    return hashlib.sha256(f"{minilm.NAME}\n{text}".encode()).hexdigest()


def _stored(session: Session, keys: Sequence[str]) -> dict[str, FloatArray]:
    found: dict[str, FloatArray] = {}
    for start in range(0, len(keys), LOOK_UP):
        some = keys[start : start + LOOK_UP]
        for row in session.scalars(select(TextEmbedding).where(TextEmbedding.content_hash.in_(some))):
            found[row.content_hash] = np.frombuffer(row.vector, dtype="<f2").astype(np.float32)
    return found
