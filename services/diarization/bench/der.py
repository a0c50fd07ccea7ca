"""Diarization error rate on recordings with reference turns, by NeMo's scorer.

    python services/diarization/bench/der.py FOLDER

The folder holds sound files and RTTM files (one recording may be in any of them). Scored with a
collar of 0 and with overlapped speech; a recording with less than 5 s of reference speech is left
out. Beside voice activity detection's own spans, the reference's spans are tried: what is left
then is confusion of voices, and overlap, which this diarization does not look for.
"""

import argparse
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from nemo.collections.asr.metrics.der import score_labels_from_rttm_labels
from nemo.utils import logging
from voices import Diarizer, read, voices

from viva.diarization.domain.model import Channel, Span, Turn
from viva.diarization.domain.windows import covered_ms

_LEAST_MS = 5000
Labels = list[tuple[str, list[str]]]


def main() -> None:
    """Prints a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    logging.set_verbosity(logging.ERROR)
    references = read_references(folder)
    diarizer = Diarizer()
    kinds = ("vad, NME-SC", "vad, mended", "reference speech, NME-SC", "reference speech, mended")
    truth: Labels = []
    found: dict[str, Labels] = {kind: [] for kind in kinds}
    right = dict.fromkeys(kinds, 0)
    for path in sorted(p for p in folder.iterdir() if p.suffix in {".flac", ".wav"}):
        reference = references.get(path.stem, [])
        if covered_ms([turn.span for turn in reference]) < _LEAST_MS:
            continue
        samples = read(path)
        truth.append((path.stem, labels(reference)))
        ways = []
        for speech in (diarizer.speech(samples), merged([turn.span for turn in reference])):
            done = diarizer(samples, speech, Channel.WIDE)
            ways += [done.plain, done.mended]
        counts = [voices(way) for way in ways]
        print(f"{path.stem}: {voices(reference)} voices, found {counts}", flush=True)
        for kind, way in zip(kinds, ways, strict=True):
            found[kind].append((path.stem, labels(way)))
            right[kind] += voices(way) == voices(reference)
    print(f"{'':28}{'DER':>8}{'miss':>8}{'false':>8}{'confused':>10}{'count right':>13}")
    for kind in kinds:
        der, confused, false, missed = score(truth, found[kind])
        print(
            f"{kind:28}{der:8.3f}{missed:8.3f}{false:8.3f}{confused:10.3f}"
            f"{right[kind]:>7} of {len(truth)}"
        )


def score(truth: Labels, found: Labels) -> tuple[float, float, float, float]:
    """DER, confusion, false alarm, miss."""
    result = score_labels_from_rttm_labels(
        truth, found, collar=0.0, ignore_overlap=False, verbose=False
    )
    assert result is not None
    return result[2]


def read_references(folder: Path) -> dict[str, list[Turn]]:
    """Turns of all RTTM files, by recording."""
    found: dict[str, list[Turn]] = defaultdict(list)
    for path in sorted(folder.glob("*.rttm")):
        for line in path.read_text(encoding="utf-8").splitlines():
            _, name, _, start, length, _, _, voice, *_ = line.split()
            begin = round(float(start) * 1000)
            found[name].append(Turn(Span(begin, begin + round(float(length) * 1000)), voice))
    return found


def merged(spans: Sequence[Span]) -> list[Span]:
    """The union of spans."""
    union: list[Span] = []
    for span in sorted(spans):
        if union and span.start_ms <= union[-1].end_ms:
            last = union.pop()
            union.append(Span(last.start_ms, max(last.end_ms, span.end_ms)))
        else:
            union.append(span)
    return union


def labels(found: Sequence[Turn]) -> list[str]:
    """Turns as the scorer takes them."""
    return [f"{t.span.start_ms / 1000} {t.span.end_ms / 1000} {t.voice}" for t in found]


if __name__ == "__main__":
    main()
