"""The models that Viva runs on: manifest, local store and download."""

from viva.audio.models.store import ModelMissingError, ModelStore, default_models_dir

__all__ = ["ModelMissingError", "ModelStore", "default_models_dir"]
