"""CAM++, the speaker embedding network (Wang et al., Interspeech 2023), computed from its weights.

A residual convolution over time and frequency, then three blocks of densely connected
time-delay layers, each of which masks its output by the context: the mean of the whole input and
of every 100 frames of it. Mean and deviation over time make the embedding.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import torch
from torch.nn import functional as nn

EMBEDDING_SIZE = 192
_EPSILON = 1e-5
_CONTEXT_FRAMES = 100


class _Block(NamedTuple):
    name: str
    layers: int
    dilation: int


_BLOCKS = (_Block("1", 12, 1), _Block("2", 24, 2), _Block("3", 16, 2))


class CamPlusPlus:
    """The network; deterministic, evaluation only."""

    def __init__(self, weights: Mapping[str, torch.Tensor]) -> None:
        self._weights = {name: tensor.float() for name, tensor in weights.items()}
        self._norms = {
            name.removesuffix(".running_mean"): self._norm(name.removesuffix(".running_mean"))
            for name in self._weights
            if name.endswith(".running_mean")
        }

    @classmethod
    def load(cls, path: Path) -> "CamPlusPlus":
        """Read a checkpoint of the published 192-dimensional model."""
        return cls(torch.load(path, map_location="cpu", weights_only=True))

    @torch.inference_mode()
    def __call__(self, features: torch.Tensor) -> torch.Tensor:
        """Embeddings, shape (batch, 192), of features, shape (batch, frames, 80).

        The features' mean over time is subtracted here.
        """
        centred = features - features.mean(dim=1, keepdim=True)
        x = self._head(centred.transpose(1, 2).unsqueeze(1))
        x = nn.conv1d(x, self._weights["xvector.tdnn.linear.weight"], stride=2, padding=2)
        x = self._activated(x, "xvector.tdnn.nonlinear.batchnorm")
        for block in _BLOCKS:
            x = self._dense_block(x, block)
        x = self._activated(x, "xvector.out_nonlinear.batchnorm")
        pooled = torch.cat([x.mean(dim=-1), x.std(dim=-1)], dim=-1)
        embedding = pooled @ self._weights["xvector.dense.linear.weight"].squeeze(-1).T
        scale, shift = self._norms["xvector.dense.nonlinear.batchnorm"]
        return embedding * scale + shift

    def _head(self, x: torch.Tensor) -> torch.Tensor:
        """Shape (batch, 1, 80, frames) to (batch, 320, frames)."""
        x = nn.relu(self._conv2d(x, "head.conv1", "head.bn1"))
        for layer in ("head.layer1", "head.layer2"):
            x = self._residual(x, f"{layer}.0", stride=2)
            x = self._residual(x, f"{layer}.1", stride=1)
        x = nn.relu(self._conv2d(x, "head.conv2", "head.bn2", stride=2))
        return x.flatten(1, 2)

    def _residual(self, x: torch.Tensor, name: str, *, stride: int) -> torch.Tensor:
        """Stride is along frequency only."""
        y = nn.relu(self._conv2d(x, f"{name}.conv1", f"{name}.bn1", stride=stride))
        y = self._conv2d(y, f"{name}.conv2", f"{name}.bn2")
        if f"{name}.shortcut.0.weight" in self._weights:
            x = self._conv2d(x, f"{name}.shortcut.0", f"{name}.shortcut.1", stride=stride)
        return nn.relu(x + y)

    def _dense_block(self, x: torch.Tensor, block: _Block) -> torch.Tensor:
        for number in range(1, block.layers + 1):
            name = f"xvector.block{block.name}.tdnnd{number}"
            y = self._activated(x, f"{name}.nonlinear1.batchnorm")
            y = nn.conv1d(y, self._weights[f"{name}.linear1.weight"])
            y = self._activated(y, f"{name}.nonlinear2.batchnorm")
            x = torch.cat([x, self._masked(y, f"{name}.cam_layer", block.dilation)], dim=1)
        name = f"xvector.transit{block.name}"
        x = self._activated(x, f"{name}.nonlinear.batchnorm")
        return nn.conv1d(x, self._weights[f"{name}.linear.weight"])

    def _masked(self, x: torch.Tensor, name: str, dilation: int) -> torch.Tensor:
        weights = self._weights
        local = nn.conv1d(
            x, weights[f"{name}.linear_local.weight"], padding=dilation, dilation=dilation
        )
        context = x.mean(dim=-1, keepdim=True) + _segment_means(x)
        context = nn.relu(
            nn.conv1d(context, weights[f"{name}.linear1.weight"], weights[f"{name}.linear1.bias"])
        )
        mask = nn.conv1d(
            context, weights[f"{name}.linear2.weight"], weights[f"{name}.linear2.bias"]
        ).sigmoid()
        return local * mask.repeat_interleave(_CONTEXT_FRAMES, dim=-1)[..., : x.shape[-1]]

    def _conv2d(self, x: torch.Tensor, conv: str, norm: str, *, stride: int = 1) -> torch.Tensor:
        """A convolution with the normalization behind it folded into its weights."""
        weight = self._weights[f"{conv}.weight"]
        scale, shift = self._norms[norm]
        padding = weight.shape[-1] // 2
        folded = weight * scale[:, None, None, None]
        return nn.conv2d(x, folded, shift, stride=(stride, 1), padding=padding)

    def _activated(self, x: torch.Tensor, norm: str) -> torch.Tensor:
        scale, shift = self._norms[norm]
        return nn.relu(x * scale[:, None] + shift[:, None])

    def _norm(self, name: str) -> tuple[torch.Tensor, torch.Tensor]:
        """Scale and shift of a batch normalization at evaluation."""
        mean, variance = (self._weights[f"{name}.running_{part}"] for part in ("mean", "var"))
        scale = (variance + _EPSILON).rsqrt() * self._weights.get(f"{name}.weight", 1.0)
        return scale, self._weights.get(f"{name}.bias", 0.0) - mean * scale


def _segment_means(x: torch.Tensor) -> torch.Tensor:
    """Means of every 100 frames, the last of what is left: shape (batch, channels, segments)."""
    return nn.avg_pool1d(x, _CONTEXT_FRAMES, stride=_CONTEXT_FRAMES, ceil_mode=True)
