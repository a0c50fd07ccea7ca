"""The processor as far as results depend on it."""

import platform
from pathlib import Path

_WIDEST_FIRST = ("avx512_vnni", "avx512f", "avx2", "asimd")


def processor(cpu: Path = Path("/proc/cpuinfo")) -> str:
    """The machine and the widest vector instructions of its CPU: they change the last digits."""
    flags = cpu.read_text(encoding="utf-8").split() if cpu.exists() else []
    widest = next((name for name in _WIDEST_FIRST if name in flags), "")
    return f"{platform.machine()} {widest}".strip()
