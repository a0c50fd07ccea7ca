"""What `viva doctor` says of the models."""

from viva.audio.models.store import ModelStore
from viva.platform.local.checks import Check
from viva.platform.settings import PlatformSettings


def check_models(settings: PlatformSettings) -> list[Check]:  # noqa: ARG001 - what each check gets
    """Whether every model of the manifest is here or replaced by a setting."""
    store = ModelStore()
    missing = [name for name in store.manifest.models if not store.is_present(name)]
    found = f"missing in {store.root}: {', '.join(missing)}" if missing else f"in {store.root}"
    return [Check("models", not missing, found, "`viva models pull`")]
