"""Reception in a tick: who is in range, what is lost and why, in the shares of the formula."""

from __future__ import annotations

import numpy as np
import pytest

from twin.rng import stream_key
from twin.v2x.pc5 import delivery_parts
from twin.v2x.radio.delivery_table import DeliveryTable
from twin.v2x.radio.reception import Outcome, pairs_in_range, receive
from twin.v2x.radio.shadowing import shadow_fields

TABLE = DeliveryTable(10.0, 23.0, 4)


def test_pairs_are_those_of_all_distances() -> None:
    """Against every distance; each unit's pairs follow each other."""
    draws = np.random.default_rng(1)
    x, y = draws.uniform(-2000, 3000, 3000), draws.uniform(100, 2500, 3000)
    ux, uy = draws.uniform(-3500, 4500, 60), draws.uniform(-1500, 3500, 60)
    sender, unit, distance = pairs_in_range(x, y, ux, uy, 480.0)
    apart = np.hypot(x[:, None] - ux, y[:, None] - uy)
    assert set(zip(sender.tolist(), unit.tolist(), strict=True)) == set(zip(*np.nonzero(apart <= 480.0), strict=True))
    np.testing.assert_allclose(distance, apart[sender, unit])
    assert np.all(np.diff(unit) >= 0)


@pytest.mark.parametrize(("senders", "units"), [(0, 3), (3, 0), (1, 1)])
def test_few_or_none(senders: int, units: int) -> None:
    """Nobody there, no pair; one of each at one place, one pair."""
    pairs = pairs_in_range(np.zeros(senders), np.zeros(senders), np.zeros(units), np.zeros(units), 100.0)
    assert [part.size for part in pairs] == [min(senders, units) if senders == units else 0] * 3


def _received(names: list[str], frames: int, extra_db: float, density: float, senders: int = 3000):
    """Return distances and outcomes of senders about units far from each other, each tick at other places."""
    draws = np.random.default_rng(2)
    ux, uy = 2000.0 * np.arange(len(names)), np.zeros(len(names))
    fields = shadow_fields(3, "shadow", names, 10.0, 500.0)
    key = np.array([stream_key(3, "pc5", name) for name in names])
    table = TABLE.prepare(density)
    found = []
    for frame in range(frames):
        x, y = draws.uniform(-500, ux[-1] + 500, senders), draws.uniform(-500, 500, senders)
        pairs = pairs_in_range(x, y, ux, uy, 500.0)
        loss = np.full(pairs[0].size, extra_db)
        about = np.full(len(names), density)
        found.append((pairs[2], receive(pairs, loss, x, y, np.arange(senders), key, about, frame, fields, table)))
    return np.concatenate([one[0] for one in found]), np.concatenate([one[1] for one in found])


@pytest.mark.parametrize(("extra_db", "density"), [(0.0, 0.1), (12.0, 0.3)])
def test_shares_are_those_of_the_formula(extra_db: float, density: float) -> None:
    """Each loss and the delivery by rings of 50 m, over 1.2 million pairs of 50 units in 1000 ticks.

    Tolerance 0.8 percentage points a ring, 0.25 over all. Draws alone would allow 0.4 (four standard errors of 100,000 pairs a
    ring, 20,000 in the first); shadowing adds its own: 50 fields with some 300 independent values in a ring of 200 m.
    """
    distance, outcome = _received([f"rsu-{k}" for k in range(50)], 1000, extra_db, density)
    assert distance.size > 1_000_000
    metres = np.arange(501.0)
    curves = delivery_parts(metres, density, 10.0, 23.0, 4, extra_loss_db=extra_db)
    parts = [np.interp(distance, metres, curve) for curve in curves]
    left = np.ones(distance.size)
    wanted = {}
    for kind, part in zip((Outcome.HALF_DUPLEX, Outcome.SENSING, Outcome.PROPAGATION, Outcome.COLLISION), parts, strict=True):
        wanted[kind] = left * part
        left = left * (1.0 - part)
    wanted[Outcome.DELIVERED] = left
    ring = (distance / 50.0).astype(np.int64)
    for kind, share in wanted.items():
        assert (outcome == kind).mean() == pytest.approx(share.mean(), abs=0.0025)
        for one in range(10):
            assert (outcome[ring == one] == kind).mean() == pytest.approx(share[ring == one].mean(), abs=0.008)


def test_draws_depend_on_unit_vehicle_and_frame_alone() -> None:
    """Without some of the senders and units, the others fare exactly as before."""
    names = ["rsu-0", "rsu-1", "rsu-2"]
    draws = np.random.default_rng(4)
    x, y, vehicle = draws.uniform(-400, 900, 500), draws.uniform(-300, 300, 500), np.arange(500) + 7
    ux, uy = np.array([0.0, 300.0, 600.0]), np.zeros(3)

    def outcomes(senders, units):
        own = [names[u] for u in units]
        pairs = pairs_in_range(x[senders], y[senders], ux[units], uy[units], 500.0)
        key = np.array([stream_key(3, "pc5", name) for name in own])
        fields = shadow_fields(3, "shadow", own, 25.0, 500.0)
        found = receive(
            pairs,
            np.zeros(pairs[0].size),
            x[senders],
            y[senders],
            vehicle[senders],
            key,
            np.full(len(own), 0.3),
            17,
            fields,
            TABLE.prepare(0.3),
        )
        return {(int(vehicle[senders][i]), own[u]): int(o) for i, u, o in zip(pairs[0], pairs[1], found, strict=True)}

    all_of_them = outcomes(np.arange(500), np.array([0, 1, 2]))
    some = outcomes(np.arange(499, 0, -3), np.array([2, 0]))
    assert some.items() <= all_of_them.items()
    assert len(set(all_of_them.values())) > 2
