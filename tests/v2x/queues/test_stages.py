"""Chains with everything - workers, priorities, discards, outages, repetitions - against SimPy, to the microsecond."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.v2x.queues.test_chain import COMPUTE, FIRST, LAST, SECOND, TIGHT, Plan, Rows, by_message, simpy_rows

from twin.kernel.records import FrameBatch
from twin.v2x.queues.chain import Chain
from twin.v2x.queues.compute_spec import ComputeSpec
from twin.v2x.queues.delay import ConstantDelay, LognormalDelay
from twin.v2x.queues.hop import Stage
from twin.v2x.queues.hop_spec import HopSpec, MessageSpec
from twin.v2x.queues.queue import Outage
from twin.v2x.topology import HOPS

FATES = st.tuples(st.sampled_from(["store", "drop"]), st.sampled_from(["newest", "oldest"]), st.sampled_from([0, 1]))
WINDOW = st.tuples(st.integers(0, 3), st.integers(0, 2_000_000), st.integers(1, 600_000))
WINDOWS = st.lists(WINDOW.map(lambda window: Outage(window[0], window[1], window[1] + window[2])), max_size=6)


def whole(fates=(("store", "newest", 0),) * 3, servers=2, compute_discard="newest", retry_s=0.05):
    """Return links with all four stages, overloaded; ``fates`` are outage, discard and quality of service of each line."""
    hops = [
        TIGHT.site_to_mec,
        TIGHT.mec_to_cloud,
        HopSpec(rate_mbps=0.6, delay_s=LognormalDelay(median_s=0.01, p95_s=0.05), loss_probability=0.1, queue_messages=5),
    ]
    lines = [
        hop.model_copy(update={"during_outage": out, "discard": discard, "qos": qos, "retry_s": retry_s, "retries": 2})
        for hop, (out, discard, qos) in zip(hops, fates, strict=True)
    ]
    compute = ComputeSpec(
        base_s=0.004, per_object_s=0.0008, servers=servers, queue_messages=servers + 2, discard=compute_discard
    )
    return TIGHT.model_copy(
        update={"site_to_mec": lines[0], "compute": compute, "mec_to_cloud": lines[1], "cloud_to_central": lines[2]}
    )


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 1000),
    fates=st.tuples(FATES, FATES, FATES),
    servers=st.integers(1, 3),
    oldest=st.sampled_from(["newest", "oldest"]),
    classes=st.sampled_from([1, 3]),
    out=st.tuples(WINDOWS, WINDOWS, WINDOWS, WINDOWS),
    steps_us=st.lists(st.integers(0, 2_000_000), max_size=8),
)
def test_every_row_is_that_of_the_event_driven_model(seed, fates, servers, oldest, classes, out, steps_us):
    """Any mixture of priorities, discards, outages, repetitions and workers gives exactly the rows of SimPy.

    Ages, queues found, transmissions, losses and duplicates, wherever the batches are cut.
    """
    plan = Plan(seed=seed, scans=12)
    spec = whole(fates, servers, oldest)
    outages = dict(zip(HOPS, out, strict=True))
    model, duplicates = simpy_rows(plan, spec, outages, classes=classes, regions=[0, 1])
    counts = {}
    rows = plan.run(spec, steps_us=steps_us, outages=outages, classes=classes, mec_region=np.array([0, 1]), counts=counts)
    assert by_message(rows) == model
    assert counts["duplicates"] == duplicates


def test_all_of_it_happens():
    """The mixtures above reach every stage, cause and repetition: the comparison is not one of empty lists."""
    plan = Plan(seed=3, scans=30)
    outages = {
        FIRST: [Outage(0, 300_000, 900_000)],
        SECOND: [Outage(1, 500_000, 1_200_000)],
        LAST: [Outage(0, 100_000, 400_000)],
    }
    spec = whole((("drop", "oldest", 1), ("store", "oldest", 1), ("drop", "newest", 0)))
    spec = spec.model_copy(update={"compute": ComputeSpec(base_s=0.05, servers=2, queue_messages=2)})
    model, duplicates = simpy_rows(plan, spec, outages, classes=3)
    assert by_message(plan.run(spec, outages=outages, classes=3)) == model
    lost = Counter(row[-2:] for row in model)
    assert lost[(None, None)] > 20
    assert {(FIRST, "overflow"), (COMPUTE, "overflow"), (LAST, "error"), (LAST, "outage")} <= set(lost)
    assert duplicates > 1
    assert max(row[6] for row in model) > 4


def test_sizes_and_classes_come_from_the_sender():
    """A message whose size is given goes in one piece of that size; urgent ones pass those that wait."""
    plan = Plan(seed=5, scans=10)
    plan.bytes = np.random.default_rng(1).integers(50, 900, 12).astype(np.int32)
    rows = by_message(plan.run(TIGHT, classes=3))
    assert rows == simpy_rows(plan, TIGHT, classes=3)[0]
    assert {row[4] for row in rows} == set(plan.bytes.tolist())
    waited = [[row[8] - row[7] for row in rows if row[5] == p and row[8] is not None] for p in range(3)]
    assert np.mean(waited[0]) < np.mean(waited[2])


def test_line_states_add_up_to_the_messages():
    """Over all intervals each line was offered what its messages say, and lost and delivered all of it, to the message."""
    plan = Plan(seed=8, scans=30)
    outages = {FIRST: [Outage(0, 300_000, 900_000)], SECOND: [Outage(1, 500_000, 1_200_000)]}
    spec = whole((("drop", "oldest", 1), ("store", "newest", 1), ("store", "newest", 0)))
    states = []
    counts = {}
    rows = plan.run(spec, outages=outages, classes=3, interval_us=250_000, states=states, counts=counts)
    total = {hop: Counter() for hop in HOPS}
    for row in states:
        total[row["hop"]].update({name: row[name] for name in row if name not in ("hop", "t_us", "line")})
        assert 0 <= row["busy_us"] <= 250_000 * (spec.compute.servers if row["hop"] == COMPUTE else 1)
        assert row["t_us"] % 250_000 == 0
    for place, hop in enumerate(HOPS):
        came = [row for row in rows if row[12 + place] is not None]
        lost = Counter(row[-1] for row in came if row[-2] == hop)
        assert total[hop]["offered"] == len(came)
        assert total[hop]["delivered"] == len([row for row in came if row[8 + place] is not None])
        assert {cause: total[hop][f"lost_{cause}"] for cause in ("overflow", "error", "outage")} == {
            cause: lost[cause] for cause in ("overflow", "error", "outage")
        }
    assert sum(one["duplicates"] for one in total.values()) == counts["duplicates"] > 0
    sent_us = sum(max(round(row[4] * 8 / spec.site_to_mec.rate_mbps), 1) for row in rows if row[8] is not None)
    assert total[FIRST]["busy_us"] >= sent_us
    assert total[FIRST]["bytes"] * 8 / spec.site_to_mec.rate_mbps == pytest.approx(total[FIRST]["busy_us"], abs=len(rows))


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 1000), steps_us=st.lists(st.integers(0, 2_000_000), max_size=20))
def test_steps_are_irrelevant_to_lines_as_well(seed, steps_us):
    """Cutting the batches elsewhere changes no row of a line and an interval."""
    plan = Plan(seed=seed, scans=12)
    spec = whole((("drop", "oldest", 1), ("store", "newest", 1), ("store", "newest", 0)))
    outages = {FIRST: [Outage(0, 300_000, 900_000)]}
    found = []
    for steps in ([], steps_us):
        states = []
        plan.run(spec, steps_us=steps, outages=outages, interval_us=300_000, states=states)
        found.append(sorted(states, key=lambda row: (row["t_us"], row["hop"], row["line"])))
    assert found[0] == found[1] != []


def test_repetitions_by_hand():
    """A line that loses everything sends 1 + 2 times, half a second after the end of the transmission before, then gives up."""
    spec = HopSpec(rate_mbps=1.0, delay_s=ConstantDelay(value_s=0.01), loss_probability=1.0, qos=1, retry_s=0.5, retries=2)
    rows = Rows()
    states = []
    chain = Chain([Stage(FIRST, spec, np.zeros(1, np.int64))], MessageSpec(), ["a"], 1, rows, interval_us=100_000)
    rows.states = states
    one = np.zeros(1, np.int32)
    chain.send(FrameBatch(0, one, one.astype(np.int64), one, one + np.int64(1000), bytes=one + 125))
    chain.finish()
    (row,) = rows.rows
    assert (row[6], row[-2:]) == (3, (FIRST, "error"))
    assert {state["t_us"]: state["busy_us"] for state in states} == {0: 1000, 500_000: 1000, 1_000_000: 1000}
    assert (chain.sent, chain.delivered, chain.lost, chain.in_flight) == (1, 0, 1, 0)


def test_impossible_chains_are_refused():
    """Unknown stages, stages in the wrong order, unknown classes, devices without queues."""
    line = TIGHT.site_to_mec
    queue = np.zeros(1, np.int64)
    for names in ((), ("air",), (SECOND, FIRST)):
        with pytest.raises(ValueError, match="stages of a chain"):
            Chain([Stage(name, line, queue) for name in names], MessageSpec(), ["a"], 1, Rows())
    with pytest.raises(ValueError, match="queues for 1"):
        Chain([Stage(FIRST, line, queue)], MessageSpec(), ["a", "b"], 1, Rows())
    chain = Chain([Stage(FIRST, line, queue)], MessageSpec(), ["a"], 1, Rows(), classes=2)
    one = np.zeros(1, np.int32)
    with pytest.raises(ValueError, match="priorities 0 to 1, got 2"):
        chain.send(FrameBatch(0, one, one.astype(np.int64), one, one + np.int64(1), priority=one.astype(np.int8) + 2))
