"""What leaves the service: the same input gives the same bytes."""

import os
import random
import subprocess
import sys
from pathlib import Path

from scoring_speaking import PROBLEM, PROBLEM_QUESTION, SHORT_TEAM, STRONG, TEAM_QUESTION, TEAMWORK

from viva.contracts.common.v1 import common_pb2 as pb
from viva.scoring.adapters.coefficients import packaged_coefficients
from viva.scoring.adapters.worker import versions
from viva.scoring.application.analysis import Analyst
from viva.scoring.application.score_answer import score_answer
from viva.scoring.application.score_interview import score_interview
from viva.scoring.domain.model import Competency
from viva.scoring.entrypoints import decode, encode

COEFFICIENTS = packaged_coefficients()
VERSIONS = versions(COEFFICIENTS, "ab" * 32)


def test_a_score_names_the_rules_that_it_was_computed_by() -> None:
    named = {one.name: one for one in VERSIONS}
    assert len(named) == len(VERSIONS)
    assert len(named["viva-scoring-rules"].sha256) == 64


def competency(one: Competency) -> pb.Competency:
    anchors = [pb.Anchor(level=level, text=text) for level, text in (one.anchors or {}).items()]
    return pb.Competency(
        key=one.key,
        name=one.name,
        definition=one.definition,
        weight=one.weight,
        anchors=anchors,
        indicators=one.indicators,
    )


def answer(number: int, question: str, one: Competency, text: str) -> pb.AnswerBundle:
    context = pb.AnswerContext(
        interview_id="iv_1",
        attempt=1,
        answer_id=f"ans_{number}",
        revision=2,
        question_index=number,
        question_id=f"q_{number}",
        question_text=question,
        language="en-US",
        competencies=[competency(one)],
    )
    transcript = pb.Transcript(language="en", language_probability=0.99)
    at = 0
    for word in text.split():
        transcript.words.add(text=word, start_ms=at, end_ms=at + 300, confidence=0.9)
        at += 330 if word[-1] not in ".?!" else 800
    for word in transcript.words:
        transcript.speech.add(start_ms=word.start_ms, end_ms=word.end_ms)
    return pb.AnswerBundle(answer=context, transcript=transcript)


def bundle() -> pb.InterviewBundle:
    spec = pb.InterviewSpec(interview_id="iv_1")
    spec.framework.competencies.extend([competency(PROBLEM), competency(TEAMWORK)])
    answers = [
        answer(1, PROBLEM_QUESTION, PROBLEM, STRONG),
        answer(2, TEAM_QUESTION, TEAMWORK, SHORT_TEAM),
    ]
    return pb.InterviewBundle(
        spec=spec, attempt=1, answers=answers, questions_planned=2, questions_answered=2
    )


def interview_bytes(analyst: Analyst, one: pb.InterviewBundle) -> bytes:
    result = score_interview(decode.interview(one), analyst)
    score = encode.interview_score(result, COEFFICIENTS, VERSIONS)
    return score.SerializeToString(deterministic=True)


def answer_bytes(analyst: Analyst, one: pb.AnswerBundle) -> bytes:
    result = score_answer(decode.answer(one.answer, one.transcript), analyst)
    return encode.answer_score(result, VERSIONS).SerializeToString(deterministic=True)


def test_the_same_interview_gives_the_same_bytes(analyst: Analyst) -> None:
    first = interview_bytes(analyst, bundle())
    shuffled = bundle()
    answers = list(shuffled.answers)
    random.Random(1).shuffle(answers)
    del shuffled.answers[:]
    shuffled.answers.extend(reversed(answers))
    assert interview_bytes(analyst, bundle()) == first
    assert interview_bytes(analyst, shuffled) == first
    one = bundle().answers[0]
    assert answer_bytes(analyst, one) == answer_bytes(analyst, one)


def test_another_process_gives_the_same_bytes(analyst: Analyst) -> None:
    """Sets iterate differently under another hash seed; nothing may depend on that."""
    script = (
        "import sys; sys.path[:0] = sys.argv[1:]\n"
        "from conftest import *\n"
        "from test_scoring_messages import bundle, interview_bytes\n"
        "from viva.audio.models import ModelStore\n"
        "from viva.scoring.adapters.minilm import MiniLmEmbedder as M\n"
        "m = M(ModelStore().path('sentence_embedding'))\n"
        "a = Analyst(m, EnglishVocabulary(), HarperGrammar(), packaged_coefficients(),"
        " packaged_topics(), IntentMatcher(m, packaged_intents()))\n"
        "print(interview_bytes(a, bundle()).hex())\n"
    )
    folder = Path(__file__).parent
    for seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", script, str(folder), str(folder.parent)],
            env={**os.environ, "PYTHONHASHSEED": seed, "OPENBLAS_NUM_THREADS": "1"},
            capture_output=True,
            text=True,
            check=True,
        )
        assert bytes.fromhex(done.stdout.strip()) == interview_bytes(analyst, bundle())


def test_points_on_the_wire_add_up(analyst: Analyst) -> None:
    score = pb.InterviewScore.FromString(interview_bytes(analyst, bundle()))
    assert score.HasField("overall")
    for one in score.competencies:
        assert round(sum(c.points for c in one.contributions), 6) == one.score
        assert one.validation == "none"
        assert one.standard_error > 0
    language = score.language
    assert (language.fluency_validation, language.cefr_validation) == ("provisional", "none")
    assert language.cefr_provisional
    assert "Mandarin" in language.fluency_basis
    assert round(sum(c.points for c in language.fluency_contributions), 6) == language.fluency
    levels = ["A1", "A2", "B1", "B2", "C1", "C2"]
    places = [
        levels.index(level) for level in (language.cefr_low, language.cefr, language.cefr_high)
    ]
    assert places == sorted(places)


def test_a_verdict_names_what_it_depends_on(analyst: Analyst) -> None:
    score = pb.InterviewScore.FromString(interview_bytes(analyst, bundle()))
    names = {model.name: model for model in score.models}
    assert names["viva-scoring"].sha256 == COEFFICIENTS.sha256
    assert {"minilm-l6", "harper-py", "cefrpy", "runtime"} <= names.keys()


def test_only_the_latest_revision_counts(analyst: Analyst) -> None:
    double = bundle()
    older = double.answers.add()
    older.CopyFrom(double.answers[0])
    older.answer.revision = 1
    del older.transcript.words[:]
    assert interview_bytes(analyst, double) == interview_bytes(analyst, bundle())


def test_recognition_confidence_reaches_intelligibility_alone(analyst: Analyst) -> None:
    unsure = bundle()
    for one in unsure.answers:
        for word in one.transcript.words:
            word.confidence = 0.1
    low, high = (
        pb.InterviewScore.FromString(interview_bytes(analyst, one)) for one in (unsure, bundle())
    )
    assert low.language.intelligibility < high.language.intelligibility
    for score in (low, high):
        score.language.ClearField("intelligibility")
        kept = [f for f in score.language.features if f.name != "word_confidence"]
        score.language.ClearField("features")
        score.language.features.extend(kept)
    assert low == high
