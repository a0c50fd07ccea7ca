"""all-MiniLM-L6-v2 (Reimers and Gurevych 2019) in numpy: no torch, no batch effects."""

import functools
import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from viva.scoring.domain.numerals import spelt

Matrix = NDArray[np.float32]

_MAX_TOKENS = 128
_CACHE_TEXTS = 20_000


class MiniLmEmbedder:
    """Sentence embeddings, one sentence at a time so that its neighbours never change its bytes.

    Args:
        folder: holds config.json, model.safetensors and tokenizer.json.
    """

    def __init__(self, folder: Path) -> None:
        config = json.loads((folder / "config.json").read_text("utf-8"))
        self._heads: int = config["num_attention_heads"]
        self._layers: int = config["num_hidden_layers"]
        self._epsilon: float = config["layer_norm_eps"]
        self._weights: Mapping[str, Matrix] = load_file(folder / "model.safetensors")
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(_MAX_TOKENS)
        self._embed = functools.lru_cache(_CACHE_TEXTS)(self._embed_uncached)

    def similarity(self, left: str, right: str) -> float:
        """Cosine of two texts, rounded to three decimals: finer digits are the processor's own."""
        return round(float(self._embed(left) @ self._embed(right)), 3)

    def embed(self, text: str) -> Matrix:
        """Unit vector of shape (384,)."""
        return self._embed(text)

    def _embed_uncached(self, text: str) -> Matrix:
        ids = self._tokenizer.encode(spelt(text)).ids
        hidden = self._embeddings(ids)
        for layer in range(self._layers):
            hidden = self._layer(hidden, f"encoder.layer.{layer}.")
        pooled = hidden.mean(axis=0)
        unit: Matrix = pooled / max(float(np.linalg.norm(pooled)), 1e-9)
        return unit

    def _embeddings(self, ids: list[int]) -> Matrix:
        weights = self._weights
        hidden = (
            weights["embeddings.word_embeddings.weight"][ids]
            + weights["embeddings.position_embeddings.weight"][: len(ids)]
            + weights["embeddings.token_type_embeddings.weight"][0]
        )
        return self._normalize(hidden, "embeddings.LayerNorm.")

    def _layer(self, hidden: Matrix, name: str) -> Matrix:
        attended = self._linear(
            self._attention(hidden, name + "attention.self."), name + "attention.output.dense."
        )
        hidden = self._normalize(hidden + attended, name + "attention.output.LayerNorm.")
        inner = _gelu(self._linear(hidden, name + "intermediate.dense."))
        outer = self._linear(inner, name + "output.dense.")
        return self._normalize(hidden + outer, name + "output.LayerNorm.")

    def _attention(self, hidden: Matrix, name: str) -> Matrix:
        length, width = hidden.shape
        size = width // self._heads
        query, key, value = (
            self._linear(hidden, f"{name}{part}.")
            .reshape(length, self._heads, size)
            .transpose(1, 0, 2)
            for part in ("query", "key", "value")
        )
        scores = query @ key.transpose(0, 2, 1) / np.float32(size**0.5)
        scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
        scores /= scores.sum(axis=-1, keepdims=True)
        mixed: Matrix = (scores @ value).transpose(1, 0, 2).reshape(length, width)
        return mixed

    def _linear(self, hidden: Matrix, name: str) -> Matrix:
        product: Matrix = hidden @ self._weights[name + "weight"].T + self._weights[name + "bias"]
        return product

    def _normalize(self, hidden: Matrix, name: str) -> Matrix:
        mean = hidden.mean(axis=-1, keepdims=True)
        variance = hidden.var(axis=-1, keepdims=True)
        scaled = (hidden - mean) / np.sqrt(variance + np.float32(self._epsilon))
        result: Matrix = scaled * self._weights[name + "weight"] + self._weights[name + "bias"]
        return result


def _gelu(x: Matrix) -> Matrix:
    """x * Phi(x), with erf by Abramowitz and Stegun 7.1.26 (absolute error under 1.5e-7)."""
    z = np.abs(x) / np.float32(2**0.5)
    t = 1 / (1 + np.float32(0.3275911) * z)
    series = t * (
        0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429)))
    )
    erf = np.sign(x) * (1 - series * np.exp(-z * z))
    result: Matrix = (np.float32(0.5) * x * (1 + erf)).astype(np.float32)
    return result
