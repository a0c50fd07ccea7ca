"""Which Chromium the tests of the pages use: what `deploy/dev/system-packages` looks for, too."""

import os
import shutil
from pathlib import Path

_NAMES = ("chromium", "chromium-browser", "google-chrome")


def chromium() -> Path | None:
    """VIVA_TEST_CHROMIUM, or what is on the path, or Playwright's own; None where none is."""
    if named := os.environ.get("VIVA_TEST_CHROMIUM"):
        return Path(named) if Path(named).exists() else None
    for name in _NAMES:
        if found := shutil.which(name):
            return Path(found)
    folder = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH", "~/.cache/ms-playwright")).expanduser()
    return next(iter(sorted(folder.glob("chromium-*/chrome-linux*/chrome"))), None)
