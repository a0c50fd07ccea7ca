"""Loads NeMo models: only where their weights are configured, since NeMo takes long to import."""

import importlib
import tarfile
from pathlib import Path
from typing import Any

from viva.platform.errors import InvalidError

SUFFIX = ".nemo"
_UNUSABLE = (KeyError, ValueError, TypeError, RuntimeError, FileNotFoundError)


def is_nemo(source: str | None) -> bool:
    """Whether a configured model is NeMo's: a `.nemo` file, or a name of NVIDIA's on the hub."""
    return source is not None and (source.endswith(SUFFIX) or source.startswith("nvidia/"))


def load_nemo(class_name: str, source: str) -> Any:
    """A model of `nemo.collections.asr.models` for evaluation, on the CPU.

    Args:
        source: a local file, or a hub name.

    Raises:
        InvalidError: no such file, or another kind of model in it.
    """
    path = Path(source).expanduser()
    if source.endswith(SUFFIX) and not path.is_file():
        raise InvalidError(f"{source} is no file", code="model_missing")
    models = importlib.import_module("nemo.collections.asr.models")
    kind = getattr(models, class_name)
    try:
        if path.is_file():
            model = kind.restore_from(str(path), map_location="cpu")
        else:
            model = kind.from_pretrained(source, map_location="cpu")
    except (*_UNUSABLE, tarfile.TarError) as error:
        raise InvalidError(
            f"{source} is no {class_name}: {error}", code="model_unusable"
        ) from error
    if not isinstance(model, kind):
        raise InvalidError(f"{source} is no {class_name}", code="model_unusable")
    return model.eval()
