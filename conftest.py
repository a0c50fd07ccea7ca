"""How the properties are searched: no time limits, and in CI the same cases each time."""

import os

from hypothesis import settings

settings.register_profile("viva", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("viva")
