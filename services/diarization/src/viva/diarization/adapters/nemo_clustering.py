"""NME-SC clustering by NeMo, the number of voices unknown.

NeMo's clustering is one module that needs torch and nothing else, but importing it by its package
runs all of NeMo's speech recognition: 17 CPU-seconds and 400 MB. So the module's file is loaded by
itself: the same code, ready in milliseconds.
"""

import importlib.util
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import torch

from viva.diarization.application.ports import Embeddings
from viva.diarization.domain.model import Span

_MODULE = "nemo.collections.asr.parts.utils.offline_clustering"
_MAX_VOICES = 4
_SEED = 0


class NemoClusterer:
    """Normalized maximum eigengap spectral clustering (Park et al., 2019)."""

    def __init__(self) -> None:
        self._clustering: Any = load_clustering_module().SpeakerClustering(cuda=False)

    def __call__(
        self,
        embeddings: Embeddings,
        windows: Sequence[Span],
        same_voice: float,  # noqa: ARG002 - of the port; NME-SC finds its own
    ) -> list[int]:
        """See the port."""
        torch.manual_seed(_SEED)
        times = torch.tensor([[w.start_ms, w.end_ms] for w in windows], dtype=torch.float32)
        with warnings.catch_warnings():
            # NeMo forks by torch.jit, which says at every call that it is deprecated.
            warnings.simplefilter("ignore", DeprecationWarning)
            labels = self._labels(embeddings, times / 1000)
        return [int(label) for label in labels]

    def _labels(self, embeddings: Embeddings, times_s: torch.Tensor) -> Any:
        return self._clustering.forward_infer(
            embeddings_in_scales=torch.from_numpy(embeddings),
            timestamps_in_scales=times_s,
            multiscale_segment_counts=torch.LongTensor([len(times_s)]),
            multiscale_weights=torch.tensor([[1.0]]),
            oracle_num_speakers=-1,
            max_num_speakers=_MAX_VOICES,
            max_rp_threshold=0.15,
            enhanced_count_thres=40,
            sparse_search_volume=30,
        )


def load_clustering_module() -> ModuleType:
    """NeMo's module of offline clustering, without the packages around it."""
    if _MODULE in sys.modules:
        return sys.modules[_MODULE]
    package = importlib.util.find_spec("nemo")
    if package is None or not package.submodule_search_locations:
        raise ModuleNotFoundError("nemo_toolkit is not installed")
    folder = Path(next(iter(package.submodule_search_locations)))
    path = folder.joinpath(*_MODULE.split(".")[1:]).with_suffix(".py")
    spec = importlib.util.spec_from_file_location(_MODULE.replace(".", "_"), path)
    if spec is None or spec.loader is None:
        raise ModuleNotFoundError(f"no {path}")
    module = importlib.util.module_from_spec(spec)
    # torch.jit looks the module up by name.
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module
