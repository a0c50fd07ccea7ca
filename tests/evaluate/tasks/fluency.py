"""Fluency, pronunciation and the total against a panel of experts; and on synthetic speakers.

The score of an utterance is that of its speaker's whole reading, as an interview's is that of all
its answers; what the utterance alone gives stands beside it. Speakers that the shipped coefficients
were fitted on are predicted by models that never saw them.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tests.evaluate.data.experts import Against, against_experts
from tests.evaluate.data.predicted import Predicted, predict
from tests.evaluate.data.rated import Rated, rated
from tests.evaluate.data.shipped import shipped_fluency
from tests.evaluate.data.synthetic import people
from tests.evaluate.data.total import totals
from tests.evaluate.metrics.additive_fit import Matrix
from tests.evaluate.metrics.agreement import pearson, tenth_in_thirds, within
from tests.evaluate.metrics.bootstrap import Indices, Interval, by_group
from tests.evaluate.registry import Bench, Outcome, Plot, Row, Task, missing
from viva.scoring.domain.delivery import Delivery, delivery_of
from viva.scoring.domain.tokens import tokens_of

_SYNTHETIC = 24


def run(bench: Bench) -> Outcome:
    """All of it."""
    rows = [_synthetic(bench.settings.bootstrap)]
    found = rated(bench)
    if found is None:
        outcome = missing("speechocean")
        bench.say(f"fluency on rated speakers skipped: {outcome.skipped}")
        return Outcome(rows)
    predicted = predict(found)
    panel = found.panel("fluency")
    rows += _correlations(found, predicted, bench.settings.bootstrap)
    rows += _within(found, predicted.interview, bench.settings.bootstrap)
    rows += _extremes(found, predicted.interview, bench.settings.bootstrap)
    rows += _beside_an_expert(found, predicted, bench.settings.bootstrap)
    rows += pronunciation(found, predicted, bench.settings.bootstrap)
    rows += _total(found, predicted, bench.settings.bootstrap)
    rows += _gap(found, predicted.interview, bench.settings.bootstrap)
    return Outcome(rows, [Plot("panel", _scatter(found, predicted.interview, panel))])


def _synthetic(resamples: int) -> Row:
    spoken = people(_SYNTHETIC)
    deliveries = [
        sum((delivery_of(a, tokens_of(a)) for a in one.answers), Delivery()) for one in spoken
    ]
    score, skill = shipped_fluency(deliveries), np.array([one.skill for one in spoken])
    names = [one.name for one in spoken]
    return Row(
        "fluency and known skill, r",
        pearson(score, skill),
        by_group(names, lambda at: pearson(score[at], skill[at]), resamples),
        subset="synthetic",
        n=len(spoken),
        groups=len(spoken),
        goal=0.9,
        note="says that the direction is right, nothing of people",
    )


def _correlations(found: Rated, predicted: Predicted, resamples: int) -> list[Row]:
    panel = found.panel("fluency")
    human = against_experts(found, "fluency")
    duration = np.array([-one.timing.phonation_ms for one in found.measures], dtype=float)
    trivial = pearson(duration, panel)

    def row(name: str, score: Matrix, goal: float | None, aim: float | None) -> Row:
        return Row(
            name,
            pearson(score, panel),
            by_group(found.speakers, lambda at: pearson(score[at], panel[at]), resamples),
            subset=predicted.how,
            n=len(panel),
            groups=len(found.names),
            baseline=trivial,
            baseline_name="duration of the clip",
            human=human.mean_expert,
            goal=goal,
            aim=aim,
            note="one expert against the median of the others",
        )

    return [
        row("fluency, PCC", predicted.interview, 0.76, 0.84),
        row("fluency, utterance and speaker 3 : 7, PCC", predicted.pooled, None, None),
        row("fluency of each utterance alone, PCC", predicted.alone, None, None),
        _by_speaker(found, predicted, resamples),
    ]


def _by_speaker(found: Rated, predicted: Predicted, resamples: int) -> Row:
    score, panel = _per_name(found, predicted.interview), found.panel_by_speaker("fluency")
    duration = -np.array([found.by_speaker[n].timing.phonation_ms for n in found.names], float)
    return Row(
        "fluency by speaker, PCC",
        pearson(score, panel),
        by_group(found.names, lambda at: pearson(score[at], panel[at]), resamples),
        subset=predicted.how,
        n=len(panel),
        groups=len(panel),
        baseline=pearson(duration, panel),
        baseline_name="total duration",
        human=against_experts(found, "fluency").mean_expert_by_speaker,
    )


def _within(found: Rated, score: Matrix, resamples: int) -> list[Row]:
    panel = found.panel("fluency")
    aligned = score - score.mean() + panel.mean()
    constant = np.full(len(panel), np.median(panel))
    human = against_experts(found, "fluency")
    return [
        Row(
            "fluency within a point of the panel",
            within(aligned, panel, 1),
            by_group(found.speakers, lambda at: within(aligned[at], panel[at], 1), resamples),
            subset="unrounded, means aligned",
            n=len(panel),
            groups=len(found.names),
            baseline=within(constant, panel, 1),
            baseline_name="always the median",
            human=human.mean_within,
        )
    ]


def _extremes(found: Rated, score: Matrix, resamples: int) -> list[Row]:
    """Whole speakers, as an interview judges; and each of their sentences for itself."""
    human = against_experts(found, "fluency")
    return [
        *_tenths(
            "speakers",
            (_per_name(found, score), found.panel_by_speaker("fluency")),
            found.names,
            human.mean_extremes_by_speaker,
            resamples,
        ),
        *_tenths(
            "sentences, each judged by itself",
            (score, found.panel("fluency")),
            found.speakers,
            human.mean_extremes,
            resamples,
        ),
    ]


def _tenths(
    subset: str,
    scores: tuple[Matrix, Matrix],
    speakers: Sequence[str],
    human: tuple[float, float],
    resamples: int,
) -> list[Row]:
    """The model's and the panel's `scores` of the same things, these of `speakers`."""
    score, panel = scores

    def row(name: str, side: int, trivial: float) -> Row:
        return Row(
            name,
            tenth_in_thirds(score, panel)[side],
            by_group(speakers, lambda at: tenth_in_thirds(score[at], panel[at])[side], resamples),
            subset=subset,
            n=len(panel),
            groups=len(set(speakers)),
            baseline=trivial,
            baseline_name="chance",
            human=human[side],
            goal=0.93,
            aim=0.97,
            note="human: one expert's tenth against the median of the others",
        )

    high = float(np.mean(panel >= np.quantile(panel, 0.7)))
    low = float(np.mean(panel <= np.quantile(panel, 0.3)))
    return [
        row("model's top tenth in the panel's top three tenths", 0, high),
        row("model's bottom tenth in the panel's bottom three tenths", 1, low),
    ]


def _beside_an_expert(found: Rated, predicted: Predicted, resamples: int) -> list[Row]:
    human = against_experts(found, "fluency")

    def row(name: str, score: Matrix) -> Row:
        interval = by_group(found.speakers, lambda at: _ahead(human, score, at), resamples)
        return Row(
            name,
            interval.low,
            Interval(interval.low, interval.high),
            n=len(score),
            groups=len(found.names),
            goal=-0.05,
            aim=0.0,
            note=f"difference {_ahead(human, score, np.arange(len(score))):+.3f}; "
            "value is the lower bound",
        )

    return [
        row("fluency r less one expert's, same leave-one-out median", predicted.interview),
        row("the same, utterance and speaker 3 : 7", predicted.pooled),
        row("the same, each utterance alone", predicted.alone),
    ]


def _ahead(human: Against, score: Matrix, at: Indices) -> float:
    """Mean over experts: r of the model less r of the expert, both with the others' median."""
    gaps = []
    for own, others in zip(human.own, human.others, strict=True):
        kept = at[np.isfinite(own[at])]
        gaps.append(pearson(score[kept], others[kept]) - pearson(own[kept], others[kept]))
    return float(np.mean(gaps))


def pronunciation(found: Rated, predicted: Predicted, resamples: int) -> list[Row]:
    """Intelligibility against the panel's accuracy: of utterances by their speaker, of speakers.

    It is made of word probabilities alone; the trivial answer is the one that fluency gives.
    """
    human = against_experts(found, "accuracy")
    clear, fluent = (_per_name(found, one) for one in (predicted.clear, predicted.interview))

    def row(
        name: str,
        scores: tuple[Matrix, Matrix, Matrix],
        speakers: Sequence[str],
        expert: float,
    ) -> Row:
        score, other, panel = scores
        return Row(
            name,
            pearson(score, panel),
            by_group(speakers, lambda at: pearson(score[at], panel[at]), resamples),
            subset=predicted.how,
            n=len(panel),
            groups=len(set(speakers)),
            baseline=pearson(other, panel),
            baseline_name="fluency",
            human=expert,
            note="one expert against the median of the others",
        )

    return [
        row(
            "pronunciation: intelligibility and the panel's accuracy, PCC",
            (predicted.clear, predicted.interview, found.panel("accuracy")),
            found.speakers,
            human.mean_expert,
        ),
        row(
            "pronunciation by speaker, PCC",
            (clear, fluent, found.panel_by_speaker("accuracy")),
            found.names,
            human.mean_expert_by_speaker,
        ),
    ]


def _total(found: Rated, predicted: Predicted, resamples: int) -> list[Row]:
    score, panel = totals(predicted), found.panel("total")
    return [
        Row(
            "total, intelligibility capped, PCC",
            pearson(score, panel),
            by_group(found.speakers, lambda at: pearson(score[at], panel[at]), resamples),
            subset=predicted.how,
            n=len(panel),
            groups=len(found.names),
            baseline=pearson(predicted.interview, panel),
            baseline_name="fluency alone",
            human=against_experts(found, "total").mean_expert,
            goal=0.80,
            aim=0.84,
        )
    ]


def _gap(found: Rated, score: Matrix, resamples: int) -> list[Row]:
    women = np.array([one.gender.startswith("f") for one in found.utterances])
    told = np.array([bool(one.gender) for one in found.utterances])
    panel = found.panel("fluency")
    if not told.any() or women[told].all() or not women.any():
        return []

    def excess(at: Indices) -> float:
        w, m = at[women[at] & told[at]], at[~women[at] & told[at]]
        if not len(w) or not len(m):
            return float("nan")
        machine = (score[w].mean() - score[m].mean()) / score[at].std()
        return float(abs(machine - (panel[w].mean() - panel[m].mean()) / panel[at].std()))

    everything = np.arange(len(panel))
    return [
        Row(
            "gap of women and men, machine's less the panel's, SD",
            excess(everything),
            by_group(found.speakers, excess, resamples),
            n=len(panel),
            groups=len(found.names),
            goal=0.10,
            aim=0.05,
            at_most=True,
        )
    ]


def _per_name(found: Rated, score: Matrix) -> Matrix:
    first = {name: place for place, name in reversed(list(enumerate(found.speakers)))}
    return score[[first[name] for name in found.names]]


def _scatter(found: Rated, score: Matrix, panel: Matrix) -> Callable[[Any], None]:
    by_name = _per_name(found, score)
    means: Sequence[float] = found.panel_by_speaker("fluency").tolist()

    def draw(axes: Any) -> None:
        axes.scatter(score, panel, s=6, alpha=0.15, label="utterances")
        axes.scatter(by_name, means, s=24, label="speakers")
        axes.plot([0, 10], [0, 10], linewidth=0.8)
        axes.set(xlabel="Viva's fluency / 10", ylabel="panel", xlim=(0, 10.2), ylim=(0, 10.2))
        axes.legend()

    return draw


TASK = Task("fluency", "fluency and pronunciation of read English", run, always=True)
