"""Two processors whose last digits differ have different names."""

import platform
from pathlib import Path

import pytest

from viva.platform.processor import processor


@pytest.mark.parametrize(
    ("flags", "widest"),
    [
        ("flags : sse avx avx2 avx512f avx512_vnni", " avx512_vnni"),
        ("flags : sse avx2 avx512f", " avx512f"),
        ("flags : sse avx avx2", " avx2"),
        ("Features : fp asimd", " asimd"),
        ("flags : sse2", ""),
    ],
)
def test_the_widest_vector_instructions_are_named(flags: str, widest: str, tmp_path: Path) -> None:
    cpu = tmp_path / "cpuinfo"
    cpu.write_text(f"processor : 0\n{flags}\n")
    assert processor(cpu) == platform.machine() + widest


def test_a_machine_that_does_not_say_is_named_alone(tmp_path: Path) -> None:
    assert processor(tmp_path / "none") == platform.machine()
