"""Scoring in a process of its own, niced below the live work."""

import functools
import hashlib
import importlib.metadata
import importlib.resources
import platform
from collections.abc import Callable
from pathlib import Path
from typing import cast

from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from viva.platform.processor import processor
from viva.platform.worker_process import WorkerProcess
from viva.scoring.adapters.coefficients import packaged_coefficients, packaged_topics
from viva.scoring.adapters.grammar import HarperGrammar
from viva.scoring.adapters.intents import IntentMatcher, packaged_intents
from viva.scoring.adapters.minilm import MiniLmEmbedder
from viva.scoring.adapters.vocabulary import EnglishVocabulary
from viva.scoring.application.analysis import Analyst
from viva.scoring.application.calibrate import Calibrate, CompetencyFit, calibrate
from viva.scoring.application.check_framework import Checked, CheckFramework, check_framework
from viva.scoring.application.ports import Version
from viva.scoring.application.score_answer import AnswerResult, score_answer
from viva.scoring.application.score_interview import Interview, score_interview
from viva.scoring.domain.coefficients import Coefficients
from viva.scoring.domain.interview import InterviewResult
from viva.scoring.domain.model import Answer

Job = Answer | Interview | CheckFramework | Calibrate
Result = AnswerResult | InterviewResult | tuple[Checked, ...] | tuple[CompetencyFit, ...]

_PACKAGES = ("cefrpy", "wordfreq", "harper-py", "tokenizers", "numpy")


def load(folder: Path) -> Callable[[Job], Result]:
    """Loads models and word lists; returns what scores a job.

    One thread: small matrices gain nothing from more, live conversations do, and sums come out in
    the same order on every machine size.
    """
    threadpool_limits(1)
    vocabulary = EnglishVocabulary()
    embedder = MiniLmEmbedder(folder)
    analyst = Analyst(
        embedder,
        vocabulary,
        HarperGrammar(),
        packaged_coefficients(),
        packaged_topics(),
        IntentMatcher(embedder, packaged_intents()),
    )
    analyst.topicality.warm_up()
    return functools.partial(_score, analyst, vocabulary)


def _score(analyst: Analyst, vocabulary: EnglishVocabulary, job: Job) -> Result:
    if isinstance(job, CheckFramework):
        return check_framework(job, analyst, vocabulary.is_verb)
    if isinstance(job, Calibrate):
        return calibrate(job)
    if isinstance(job, Interview):
        return score_interview(job, analyst)
    return score_answer(job, analyst)


class WorkerScorer:
    """The scorer of the running service."""

    def __init__(self, folder: Path, *, nice: int, job_timeout_s: float) -> None:
        self._worker: WorkerProcess[Job, Result] = WorkerProcess(
            "viva-scorer",
            functools.partial(load, folder),
            nice=nice,
            job_timeout_s=job_timeout_s,
        )

    async def start(self) -> None:
        """Returns when the models are loaded."""
        await self._worker.start()

    async def stop(self) -> None:
        """Ends the worker."""
        await self._worker.stop()

    async def answer(self, answer: Answer) -> AnswerResult:
        """Scores one answer by itself."""
        return cast("AnswerResult", await self._worker.run(answer))

    async def framework(self, command: CheckFramework) -> tuple[Checked, ...]:
        """Ranks exemplars of each competency."""
        return cast("tuple[Checked, ...]", await self._worker.run(command))

    async def calibration(self, command: Calibrate) -> tuple[CompetencyFit, ...]:
        """Fits weights to ratings."""
        return cast("tuple[CompetencyFit, ...]", await self._worker.run(command))

    async def interview(self, interview: Interview) -> InterviewResult:
        """Scores a whole interview."""
        return cast("InterviewResult", await self._worker.run(interview))


@functools.cache
def rules() -> Version:
    """What scores are computed by, so that two releases with other rules never look the same."""
    digest = hashlib.sha256()
    package = importlib.resources.files("viva.scoring")
    for folder in ("application", "domain"):
        for module in sorted((package / folder).iterdir(), key=lambda one: one.name):
            if module.name.endswith(".py"):
                digest.update(module.name.encode() + b"\0" + module.read_bytes() + b"\0")
    return Version("viva-scoring-rules", digest.hexdigest()[:12], digest.hexdigest())


def versions(coefficients: Coefficients, embedding_sha256: str) -> tuple[Version, ...]:
    """All that a score depends on beside its input."""
    language, topics, intents = coefficients.language, packaged_topics(), packaged_intents()
    runtime = f"{platform.python_implementation()} {platform.python_version()} {processor()}"
    return (
        Version(coefficients.name, coefficients.version, coefficients.sha256),
        rules(),
        Version(language.name, language.version, language.sha256),
        Version("viva-topics", topics.version, topics.sha256),
        Version("viva-intents", intents.version, intents.sha256),
        Version("minilm-l6", embedding_sha256[:12], embedding_sha256),
        *(Version(name, importlib.metadata.version(name)) for name in _PACKAGES),
        Version("runtime", runtime),
    )
