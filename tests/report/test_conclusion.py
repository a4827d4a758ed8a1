"""The conclusion is what the figures say, in sentences worked out by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.report.told_sweep import AXIS, told_sweep, usual

from twin.messages import use_language
from twin.metrics.statistics import Estimate
from twin.report.amounts import shown_unit, wan
from twin.report.sentences import metric_sentences, undecided, undecided_sentences, value_sentences


def test_every_metric_is_compared_to_the_baseline(tmp_path: Path) -> None:
    """By hand: two seeds, shares 50.1 and 50.2 %, mean 50.15 +- t(0.975; 1) 0.05 = 0.64; differences 30 and 35.

    Recall: 91 and 89 % against 89 and 91 %: differences -2 and +2, mean 0, half width 12.706 x 2 = 25.4.
    """
    sentences = metric_sentences(told_sweep(tmp_path))
    assert sentences == [
        "recall: 90 ± 13 % with “one”; “两个” is not distinguishable from it (-25 to +25 points); “three” has the same.",
        (
            "perceived vehicle time: 50.15 ± 0.64 % with “one”; “两个” is 30.00 points higher (the same "
            "with every seed); “three” is 35.00 "
            "points higher (the same with every seed)."
        ),
        (
            "sites: 1.00 with “one”; “两个” is 1.00 higher (the same with every seed); “three” is 2.00 "
            "higher (the same with every seed)."
        ),
        (
            "investment of the deployment: 1.00 million CNY with “one”; “两个” is 1.00 million CNY "
            "higher (the same with every seed); "
            "“three” is 2.00 million CNY higher (the same with every seed)."
        ),
    ]


@pytest.mark.parametrize(("mean", "open_"), [(0.99, True), (1.0, True), (1.01, False), (-0.99, True), (-1.01, False)])
def test_a_difference_is_undecided_while_its_interval_holds_zero(mean: float, open_: bool) -> None:  # noqa: FBT001
    """Mean +- 1: the interval ends at zero for a mean of 1, which decides nothing yet; without an interval nothing is told."""
    assert undecided(Estimate(5, mean, 1.0, 1.0)) is open_
    assert not undecided(Estimate(1, mean, None, None))
    assert not undecided(Estimate(5, mean, 0.0, 0.0))


def test_what_the_seeds_do_not_tell_is_named(tmp_path: Path) -> None:
    """Only the recall of two poles has an interval with zero in it; one seed has no intervals at all."""
    assert undecided_sentences(told_sweep(tmp_path)) == [
        (
            "Not decided: with these 2 seeds the following cannot be told from the baseline (the interval contains zero): "
            "recall with “两个”."
        )
    ]
    one = told_sweep(tmp_path / "one", seeds=1)
    assert "There is one seed" in undecided_sentences(one)[0]
    assert "(one pair of runs, no interval)" in metric_sentences(one)[0]


def test_a_clear_difference_has_its_interval(tmp_path: Path) -> None:
    """Differences of 9.9 and 10.1 points: mean 10, half width t(0.975; 1) x 0.1 = 1.27."""

    def clear(seed: int, sites: int) -> dict[str, float]:
        fall = {1: 0.099, 2: 0.101}[seed] if sites == 3 else 0.0
        return usual(seed, sites) | {"recall": 0.5 - fall}

    (recall, *_) = metric_sentences(told_sweep(tmp_path, clear))
    assert recall.endswith("“两个” has the same; “three” is 10.0 points lower (-11.3 to -8.7).")


def test_the_best_value_is_the_knee(tmp_path: Path) -> None:
    """Cost 1, 2, 3 million, share 50, 80, 85 %: (0.5, 0.857) is farthest above the line."""
    assert value_sentences(told_sweep(tmp_path)) == [
        (
            "Best value is “两个”: there the curve of perceived vehicle time over cost has its knee (so "
            "in 100 % of the resamples of the "
            "seeds)."
        ),
        "Up to it an added site brings +30.000 points of perceived vehicle time, beyond it +5.000.",
        "Worth their cost, since nothing perceives more for as little (cost-benefit front): one; 两个; three.",
    ]


def test_no_best_value_is_made_up(tmp_path: Path) -> None:
    """A straight line has no knee; a variant that costs more and perceives less is not worth its cost."""

    def worse(seed: int, sites: int) -> dict[str, float]:
        return usual(seed, sites) | {"perceived_share": {1: 0.5, 2: 0.4, 3: 0.6}[sites]}

    sentences = value_sentences(told_sweep(tmp_path, worse))
    assert sentences[0].startswith("No variant stands out")
    assert "cost-benefit front): one; three." in sentences[1]
    assert sentences[2].endswith("perceives as much for no more: 两个.")


def test_the_conclusion_in_chinese(tmp_path: Path) -> None:
    """Investments are in 万元, and the sentences say the same."""
    found = told_sweep(tmp_path)
    use_language("zh")
    assert (
        metric_sentences(found)[-1]
        == "布设投资：“one”为 100 万元。“两个”高 100 万元（各种子相同）；“three”高 200 万元（各种子相同）。"
    )
    assert value_sentences(found)[0].startswith("最划算的是“两个”")
    assert shown_unit("cost_cny") == (1e-4, "万元", "万元")
    assert [wan(cny) for cny in (6_000.0, 605_000.0, 44_950_000.0)] == ["0.60", "60.5", "4,495"]


def test_what_is_the_same_in_every_weather_is_said_once(tmp_path: Path) -> None:
    """Sites and money have one sentence, what varies over the seeds one for each weather; each gain says where it holds."""
    axes = AXIS + "  - {key: weather.rain_mmph, values: [0, 30], name: rain}\n"
    found = told_sweep(tmp_path, axes=axes)
    assert len(metric_sentences(found)) == 2 + 2 + 1 + 1
    assert len(metric_sentences(told_sweep(tmp_path / "dry"))) == 4
    assert len({line for line in value_sentences(found) if "site" in line}) == 2
