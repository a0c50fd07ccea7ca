"""Fits the bank of intents on the sentence embedding and writes intents.safetensors.

    python -m tests.evaluate.fit_intents [--write]

The bridge from answers to questions is a ridge regression, shrunk towards half the identity: the
embedding as it is. Without --write it prints how well questions and answers are matched whose
intent was left out of the fit, so that nothing is promised for questions that are not in the bank.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from safetensors.numpy import save

from viva.audio.models.store import ModelStore
from viva.scoring.adapters.intents import IntentMatcher, Intents, Matrix, unit
from viva.scoring.adapters.minilm import MiniLmEmbedder
from viva.scoring.adapters.vocabulary import EnglishVocabulary
from viva.scoring.domain.masking import mask
from viva.scoring.domain.model import Answer, Span, SpokenWord
from viva.scoring.domain.tokens import plain, sentences_of, tokens_of

FOLDER = Path("services/scoring/src/viva/scoring")
SHRINKAGE = 3.0
PRIOR = 0.5
FOLDS = 5
_KNOWN = EnglishVocabulary().known


def main() -> None:
    """Prints the figures of the fit, or writes it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    embedder = MiniLmEmbedder(ModelStore().path("sentence_embedding"))
    content = json.loads((FOLDER / "intents.json").read_text("utf-8"))
    known = content["intents"]
    questions = [np.array([embedder.embed(q) for q in one["questions"]]) for one in known]
    told = [[sentences(answer) for answer in one["answers"]] for one in known]
    answers = [np.array([_mean(embedder, answer) for answer in one]) for one in told]
    if not parser.parse_args().write:
        print(_left_out(embedder, questions, answers, told, content["intents"]))
        return
    arrays = fitted(questions, answers)
    for name, texts in (
        ("work", [s for one in told for answer in one for s in answer]),
        ("beside", [s for text in content["beside"] for s in sentences(text)]),
    ):
        arrays[name] = np.array([embedder.embed(text) for text in texts])
    half = {name: array.astype(np.float16) for name, array in arrays.items()}
    (FOLDER / "intents.safetensors").write_bytes(save(half))


def sentences(text: str) -> list[str]:
    """As the scorer sees them: masked, lower-case."""
    words = tuple(SpokenWord(word, Span(0, 0)) for word in text.split())
    tokens = mask(tokens_of(Answer("bank", 1, "", "", words, typed=True)), _KNOWN)
    return [plain(sentence) for sentence in sentences_of(tokens)]


def fitted(questions: Sequence[Matrix], answers: Sequence[Matrix]) -> dict[str, Matrix]:
    """Means, the bridge, and the centred questions and answers by intent."""
    question_mean = np.concatenate(questions).mean(axis=0)
    answer_mean = np.concatenate(answers).mean(axis=0)
    x = np.concatenate([one - answer_mean for one in answers])
    wanted = [(one - question_mean).mean(axis=0) for one in questions]
    y = np.concatenate(
        [np.repeat(to[None], len(one), axis=0) for to, one in zip(wanted, answers, strict=True)]
    )
    identity = np.eye(x.shape[1])
    shrinkage = SHRINKAGE * np.trace(x.T @ x) / x.shape[1]
    bridge = np.linalg.solve(x.T @ x + shrinkage * identity, x.T @ y + PRIOR * shrinkage * identity)
    return {
        "question_mean": question_mean,
        "answer_mean": answer_mean,
        "bridge": bridge.astype(np.float32),
        "questions": np.array([unit(one - question_mean) for one in questions]),
        "answers": np.array([unit(one - answer_mean) for one in answers]),
    }


def _left_out(
    embedder: MiniLmEmbedder,
    questions: Sequence[Matrix],
    answers: Sequence[Matrix],
    told: Sequence[Sequence[Sequence[str]]],
    known: Sequence[dict[str, list[str]]],
) -> str:
    order = np.random.default_rng(0).permutation(len(known))
    right: list[float] = []
    wrong: list[float] = []
    for fold in range(FOLDS):
        out = set(order[fold::FOLDS].tolist())
        kept = [i for i in range(len(known)) if i not in out]
        arrays = fitted([questions[i] for i in kept], [answers[i] for i in kept])
        nothing = np.zeros((1, 384), np.float32)
        bank = Intents("", "", arrays | {"work": nothing, "beside": nothing})
        matcher = IntentMatcher(embedder, bank)
        for asked in out:
            for one in out:
                scores = right if one == asked else wrong
                for question in known[asked]["questions"]:
                    scores += [matcher.fit(question, answer).score for answer in told[one]]
    cut = float(np.quantile(right, 0.03))
    better = np.searchsorted(np.sort(wrong), right).mean() / len(wrong)
    return (
        f"intents left out: AUC {better:.3f}; at {cut:.2f}, which cuts 3% of the right answers, "
        f"{np.mean(np.array(wrong) < cut):.0%} of the others are cut"
    )


def _mean(embedder: MiniLmEmbedder, texts: Sequence[str]) -> Matrix:
    return unit(np.mean([embedder.embed(text) for text in texts], axis=0))


if __name__ == "__main__":
    main()
