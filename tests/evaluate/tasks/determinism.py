"""The same audio gives the same transcript, and the same transcript the same verdict bytes."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Sequence

from tests.evaluate.data.recognizer import recognizer
from tests.evaluate.data.scorer import interview_score
from tests.evaluate.data.synthetic import interview_bundle
from tests.evaluate.registry import Bench, Outcome, Row, Task
from viva.audio.models.store import ModelStore
from viva.audio.pcm import to_samples
from viva.audio.speech import Synthesizer

_RUNS = 3
_TEXT = "I led a small team that moved our data to the cloud, and in the end everybody was happy."
_ELSEWHERE = "from tests.evaluate.tasks.determinism import verdict;print(verdict())"


def run(bench: Bench) -> Outcome:
    """Transcribes again and again; scores in processes of their own with other hash seeds."""
    speech = to_samples(Synthesizer(ModelStore()).synthesize(_TEXT))
    transcripts = [recognizer().transcribe(speech, "en") for _ in range(_RUNS)]
    verdicts = [_elsewhere(seed) for seed in range(_RUNS)]
    note = "share of repetitions with the same result"
    return Outcome(
        [
            Row("same audio, same transcript", _same(transcripts), n=_RUNS, goal=1, note=note),
            Row("same transcript, same verdict", _same(verdicts), n=_RUNS, goal=1, note=note),
        ]
    )


def verdict() -> str:
    """Hash of the synthetic interview's score, as the service would publish it."""
    score = interview_score(interview_bundle())
    return hashlib.sha256(score.SerializeToString(deterministic=True)).hexdigest()


def _elsewhere(seed: int) -> str:
    environment = {**os.environ, "PYTHONHASHSEED": str(seed)}
    command = [sys.executable, "-c", _ELSEWHERE]
    return subprocess.run(
        command, env=environment, check=True, capture_output=True, text=True
    ).stdout


def _same(results: Sequence[object]) -> float:
    return sum(result == results[0] for result in results[1:]) / (len(results) - 1)


TASK = Task("determinism", "the same input gives the same output", run, always=True)
