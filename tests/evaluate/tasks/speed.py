"""How long the analysis of an answer takes, as a share of the answer's duration.

From the final transcript's arrival to AnswerScored in one process, without a broker: what scoring
itself costs. The whole way over the broker, with an interview running, which the goal is of, is
`make bench BENCH="--only analysis"`.
"""

import time
from dataclasses import replace

import numpy as np

from tests.evaluate.data.recognizer import recognizer
from tests.evaluate.data.scorer import analyst
from tests.evaluate.data.synthetic import people
from tests.evaluate.registry import Bench, Outcome, Row, Task
from viva.audio.models.store import ModelStore
from viva.audio.pcm import SAMPLE_RATE_HZ, to_samples
from viva.audio.speech import Synthesizer
from viva.scoring.application.score_answer import score_answer
from viva.scoring.domain.model import Competency

_PEOPLE = 10
_COMPETENCY = Competency(
    "service",
    "Service",
    "Finds out what the customer needs and sees it through.",
    anchors={
        1: "Sends the customer away.",
        3: "Solves the problem with help.",
        5: "Finds what the customer needs and sees it through.",
    },
    indicators=("Listens first", "Checks that it worked"),
)


def run(_bench: Bench) -> Outcome:
    """Scores synthetic answers one after another, and recognizes one that is spoken."""
    reader = analyst()
    shares = []
    for one in people(_PEOPLE):
        for answer in one.answers:
            asked = replace(answer, competencies=(_COMPETENCY,))
            began = time.perf_counter()
            score_answer(asked, reader)
            shares.append((time.perf_counter() - began) / (answer.words[-1].span.end_ms / 1000))
    text = " ".join(word.text for word in people(1)[0].answers[0].words)
    speech = to_samples(Synthesizer(ModelStore()).synthesize(text))
    began = time.perf_counter()
    recognizer().transcribe(speech, "en")
    recognition = (time.perf_counter() - began) / (len(speech) / SAMPLE_RATE_HZ)
    return Outcome(
        [
            Row(
                "scoring of an answer, median share of its duration",
                float(np.median(shares)),
                n=len(shares),
                note=f"slowest {max(shares):.2f}; on this machine as loaded as it is",
            ),
            Row("final recognition, share of the duration", recognition, n=1, at_most=True),
        ]
    )


TASK = Task("speed", "analysis of an answer", run, always=True)
