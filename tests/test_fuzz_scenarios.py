"""Mutated scenario files through the real commands; the whole number of them is tried by ``benchmarks/fuzz_scenarios.py``."""

from __future__ import annotations

from pathlib import Path

import pytest
from benchmarks.fuzz_scenarios import BASE, MUTATIONS, Mutant, mutants, prepare, try_mutant

COUNT = 150


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a small map, in which the unchanged scenario has run."""
    prepared = tmp_path_factory.mktemp("fuzz")
    prepare(prepared)
    return prepared


def test_every_mutant_ends_in_success_or_in_one_clear_message(folder: Path) -> None:
    """Exit code 0, or 2 with a message that names the file and a remedy; no traceback, no warning, nothing left behind."""
    faults = []
    codes = set()
    for mutant in mutants(COUNT):
        for command, outcome in try_mutant(mutant, folder).items():
            codes.add(outcome.code)
            faults += [f"#{mutant.number} {mutant.kinds} {command}: {fault}" for fault in outcome.faults]
    assert faults == []
    assert codes == {0, 2}, "some mutants are valid scenarios, most are not"


def test_mutants_are_the_same_every_time_and_differ_from_each_other() -> None:
    """Number and seed decide; every kind of mutation is tried, and hardly any leaves the file as it was."""
    some = list(mutants(COUNT))
    assert some == list(mutants(COUNT))
    assert some != list(mutants(COUNT, seed=2))
    assert {mutant.kinds[0] for mutant in some} == set(MUTATIONS)
    assert len({mutant.data for mutant in some}) > 0.9 * COUNT


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("signal_wait_s: 12", "signal_wait_s: 1e308", "demand.signal_wait_s"),
        ("duration_s: 60", "duration_s: 604800\n\n#", "inflow_vph"),
        ("factor: 1.5", "factor: 1e300", "demand.profile[1].factor"),
        ("at_s: 60", "at_s: 1e300", "demand.profile[1].at_s"),
        ("trajectory_period_s: 1", "trajectory_period_s: 1e300", "log.trajectory_period_s"),
        (
            "observation_every_n_frames: 2",
            "observation_every_n_frames: 1000000000000000000000",
            "log.observation_every_n_frames",
        ),
        ("points_for_half_detection: 12", "points_for_half_detection: 1e300", "points_for_half_detection"),
        ("rate_hz: 10", "rate_hz: 7", "rate_hz"),
    ],
)
def test_absurd_sizes_are_refused_before_they_cost_anything(folder: Path, old: str, new: str, says: str) -> None:
    """Numbers that overflow, or would exhaust memory or a lifetime, are named with their key and a bound."""
    text = BASE.replace("inflow_vph: 900", "inflow_vph: 100000").replace(old, new)
    assert old in BASE
    outcome = try_mutant(Mutant(0, (), text.encode()), folder)["validate"]
    assert (outcome.code, outcome.faults) == (2, [])
    assert says in outcome.error
