"""The forward pass of a BERT-like sentence encoder in NumPy (Vaswani and others, 2017; Devlin and others, 2019).

Weights come as arrays named as in the public checkpoints of that family. Attention over several heads, layer
normalisation after each block, GELU with the error function; the sentence is the mean of its tokens, of length 1
(Reimers and Gurevych, Sentence-BERT, 2019).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import erf

FloatArray = NDArray[np.float32]
IntArray = NDArray[np.int64]
HIDDEN_FROM_SIGHT = np.float32(-1e9)


@dataclass(frozen=True, slots=True)
class Shape:
    """What the weights do not say: how many heads attention has, and the smallest divisor of normalisation."""

    heads: int
    epsilon: float


class Encoder:
    """Token numbers to vectors of length 1."""

    def __init__(self, weights: Mapping[str, NDArray[np.floating]], shape: Shape) -> None:
        self._weights = {name: np.asarray(array, dtype=np.float32) for name, array in weights.items()}
        self._shape = shape
        named = (name.split(".")[2] for name in weights if name.startswith("encoder.layer."))
        self._layers = 1 + max(int(number) for number in named)

    def encode(self, tokens: IntArray, present: IntArray) -> FloatArray:
        """Sentences by dimensions. `tokens` and `present` (1 for a token, 0 for filling) are sentences by length."""
        hidden = self._embedded(tokens)
        unseen = np.where(present, np.float32(0), HIDDEN_FROM_SIGHT)[:, None, None, :]
        for layer in range(self._layers):
            hidden = self._layer(hidden, unseen, f"encoder.layer.{layer}.")
        mask = present.astype(np.float32)[:, :, None]
        mean = (hidden * mask).sum(axis=1) / np.maximum(mask.sum(axis=1), 1)
        return np.asarray(mean / np.maximum(np.linalg.norm(mean, axis=1, keepdims=True), 1e-12), dtype=np.float32)

    def _embedded(self, tokens: IntArray) -> FloatArray:
        words = self._weights["embeddings.word_embeddings.weight"][tokens]
        places = self._weights["embeddings.position_embeddings.weight"][: tokens.shape[1]]
        kind = self._weights["embeddings.token_type_embeddings.weight"][0]
        return self._normal(words + places + kind, "embeddings.LayerNorm")

    def _layer(self, hidden: FloatArray, unseen: FloatArray, name: str) -> FloatArray:
        attended = self._attention(hidden, unseen, name + "attention.self.")
        hidden = self._normal(
            hidden + self._dense(attended, name + "attention.output.dense"), name + "attention.output.LayerNorm"
        )
        inner = self._dense(hidden, name + "intermediate.dense")
        inner = inner * np.float32(0.5) * (1 + erf(inner / np.float32(np.sqrt(2))))
        return self._normal(hidden + self._dense(inner, name + "output.dense"), name + "output.LayerNorm")

    def _attention(self, hidden: FloatArray, unseen: FloatArray, name: str) -> FloatArray:
        query, key, value = (self._heads(self._dense(hidden, name + one)) for one in ("query", "key", "value"))
        scores = query @ key.swapaxes(2, 3) / np.float32(np.sqrt(query.shape[-1])) + unseen
        scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
        mixed = (scores / scores.sum(axis=-1, keepdims=True)) @ value
        return np.asarray(mixed.swapaxes(1, 2).reshape(hidden.shape))

    def _heads(self, rows: FloatArray) -> FloatArray:
        """Sentences by heads by tokens by the dimensions of a head."""
        sentences, length, width = rows.shape
        return rows.reshape(sentences, length, self._shape.heads, width // self._shape.heads).swapaxes(1, 2)

    def _dense(self, rows: FloatArray, name: str) -> FloatArray:
        # One large product instead of one for each sentence.
        flat = rows.reshape(-1, rows.shape[-1]) @ self._weights[name + ".weight"].T
        flat += self._weights[name + ".bias"]
        return np.asarray(flat.reshape(*rows.shape[:-1], -1))

    def _normal(self, rows: FloatArray, name: str) -> FloatArray:
        centred = rows - rows.mean(axis=-1, keepdims=True)
        spread = np.sqrt((centred * centred).mean(axis=-1, keepdims=True) + np.float32(self._shape.epsilon))
        scaled = centred / spread * self._weights[name + ".weight"]
        return np.asarray(scaled + self._weights[name + ".bias"])
