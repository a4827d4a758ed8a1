"""What an edge computer makes of lists under unknown names, from other sites, twice, and too many."""

from __future__ import annotations

import numpy as np

from twin.kernel.alerts import Escalation, EscalationSpec
from twin.v2x.security.access_control import DUPLICATE, RATE, REGISTRY, SITE, UNKNOWN, AccessControl, AccessSpec

PERIOD_US = 100_000


def control(**values):
    """Return the checks of two devices of 10 Hz on sites 0 and 1."""
    return AccessControl(AccessSpec(**values), [0, 1], [PERIOD_US, PERIOD_US])


def check(gate, rows):
    """Return the bits of rows (claimed, site, shown, arrived)."""
    columns = [np.array(column, np.int64) for column in zip(*rows, strict=True)]
    return gate.check(*columns).tolist()


def test_honest_lists_are_taken() -> None:
    """Ten a second for a minute, each 30 to 60 ms late and not in order: no fault is found."""
    rows = [(d, d, k * PERIOD_US, k * PERIOD_US + 30_000 + (k * 7919) % 30_000) for k in range(600) for d in (0, 1)]
    gate = control()
    assert not any(check(gate, rows[:700]))
    assert not any(check(gate, rows[700:]))


def test_each_check_finds_its_fault() -> None:
    """An unknown name, another site's line, a list that came before, and the seventeenth list of a second."""
    gate = control()
    assert check(gate, [(UNKNOWN, 0, 0, 10), (0, 1, 0, 11), (0, 0, 0, 12), (0, 0, 0, 13)]) == [REGISTRY, SITE, 0, DUPLICATE]
    many = [(1, 1, k * 1000, 5_000_000 + k) for k in range(20)]
    assert check(gate, many) == [0] * 16 + [RATE] * 4


def test_without_certificates_a_rogue_is_taken() -> None:
    """With the first two checks off only repetition and rate are left."""
    gate = control(use=("duplicate", "rate"))
    assert check(gate, [(UNKNOWN, 0, 0, 10), (0, 1, 0, 11), (0, 0, 0, 12)]) == [0, 0, DUPLICATE]


def test_the_batches_do_not_matter() -> None:
    """The same lists in one call and in single calls give the same bits."""
    rows = [(0, 0, (k // 2) * PERIOD_US, k * 30_000) for k in range(60)]
    one = control()
    assert check(control(), rows) == [bit for row in rows for bit in check(one, [row])]


def test_findings_rise_to_levels_and_fall_back() -> None:
    """The first is a notice, the fifth a warning, the twentieth critical; after a pause it begins anew."""
    escalation = Escalation(EscalationSpec())
    levels = [escalation.find("a", 1000 * k) for k in range(30)]
    assert [k for k, level in enumerate(levels) if level] == [0, 4, 19]
    assert [levels[0], levels[4], levels[19]] == ["notice", "warning", "critical"]
    assert escalation.find("b", 5) == "notice"
    assert escalation.find("a", 20_000_000) == "notice"
