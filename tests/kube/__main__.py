"""`python -m tests.kube [PHASE]...`: see `phases.PHASES`; all of them if none is named."""

import sys

from tests.kube.phases import run
from tests.kube.settings import KubeError

if __name__ == "__main__":
    try:
        run(sys.argv[1:])
    except KubeError as error:
        sys.exit(f"make kube: {error}")
