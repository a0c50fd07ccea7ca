"""The release before, unpacked once."""

from pathlib import Path

import pytest

from tests.adjacent.before import ReleaseBefore, find_revision, unpack


@pytest.fixture(scope="session")
def before(tmp_path_factory: pytest.TempPathFactory) -> ReleaseBefore:
    """The release before this one."""
    revision = find_revision()
    if not revision:
        pytest.skip("the history does not go back to a release before; set VIVA_RELEASE_BEFORE")
    folder: Path = tmp_path_factory.mktemp("before")
    return unpack(revision, folder)
