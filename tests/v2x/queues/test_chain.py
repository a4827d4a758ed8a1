"""The chain against a SimPy model with one process a message, and what must not change its rows."""

from __future__ import annotations

import numpy as np
import pytest
import simpy
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import ipc
from tests.v2x.queues.link_model import Model

from twin.eventlog.recorder import Recorder
from twin.kernel.clock import Phase, every
from twin.kernel.records import FrameBatch
from twin.v2x.queues.chain import CAUSES, Chain
from twin.v2x.queues.delay import ConstantDelay, LognormalDelay, ShiftedGammaDelay
from twin.v2x.queues.hop_spec import HopSpec
from twin.v2x.queues.process import link_process
from twin.v2x.queues.queue import Outage
from twin.v2x.topology import HOPS, LinksSpec

SEED = 11
SCAN_US = 100_000
TIGHT = LinksSpec(
    site_to_mec=HopSpec(
        rate_mbps=0.2, delay_s=ShiftedGammaDelay(minimum_s=0.001, mean_s=0.01), loss_probability=0.02, queue_messages=3
    ),
    mec_to_cloud=HopSpec(
        rate_mbps=0.3, delay_s=LognormalDelay(median_s=0.02, p95_s=0.2), loss_probability=0.01, queue_messages=4
    ),
)
"""A chain that is overloaded, loses and reorders."""
FIRST, COMPUTE, SECOND, LAST = HOPS
MODEL_NAMES = (
    "t_us", "device", "frame", "objects", "bytes", "priority", "transmissions", "sent_age_us",
    *(f"{hop}_age_us" for hop in HOPS), *(f"{hop}_found" for hop in HOPS), "lost_hop", "lost_cause",
)  # fmt: skip
"""What the SimPy model calls the columns of table ``message``, in their order."""
MEC_AGE, CLOUD_AGE = 8, 10
"""Places of the ages at the MEC and in the regional cloud in a row."""

OUTAGES = {
    HOPS[0]: [Outage(0, 300_000, 900_000), Outage(3, 0, 150_000), Outage(3, 140_000, 410_000), Outage(4, 1_000_000, 1_000_001)],
    HOPS[2]: [Outage(0, 500_000, 700_000), Outage(1, 1_200_000, 9_000_000), Outage(0, 777_777, 1_111_111)],
}
"""Sites and a MEC that come back, and a MEC that does not before the last scan."""


class Rows:
    """A recorder that keeps rows as tuples."""

    def __init__(self):
        self.rows = []
        self.states = []

    def append(self, table, columns):
        """Keep rows; None is null."""
        assert table in {"message", "link_state"}
        plain = []
        for value in columns.values():
            if value is None:
                plain.append([None] * len(columns["t_us"]))
            elif hasattr(value, "codes"):
                plain.append([None if code < 0 else value.vocabulary[code] for code in value.codes.tolist()])
            else:
                plain.append(value.tolist())
        found = list(zip(*plain, strict=True))
        if table == "message":
            self.rows.extend(found)
        else:
            self.states.extend(dict(zip(columns, row, strict=True)) for row in found)


class Plan:
    """Devices on sites on MECs, and the scans they send."""

    def __init__(self, devices=12, sites=5, mecs=2, scans=20, seed=0):
        rng = np.random.default_rng(seed)
        self.names = [f"lidar-{i}" for i in range(devices)]
        self.site = rng.integers(0, sites, devices)
        self.mec = rng.integers(0, mecs, sites)
        self.objects = rng.integers(0, 40, (scans, devices)).astype(np.int32)
        self.priority = rng.integers(0, 3, devices).astype(np.int8)
        self.bytes = None
        self.classes = 1
        self.ready_us = np.arange(scans)[:, None] * SCAN_US + rng.integers(0, 20, (scans, devices)) * 10_000

    def scan(self, number, devices):
        """Return one scan of some devices, as a batch whose devices are numbered in that order."""
        return FrameBatch(
            t_us=number * SCAN_US,
            device=np.arange(len(devices), dtype=np.int32),
            frame=np.full(len(devices), number, np.int64),
            objects=self.objects[number, devices],
            result_time_us=self.ready_us[number, devices],
            bytes=None if self.bytes is None else self.bytes[devices],
            priority=self.priority[devices] if self.classes > 1 else None,
        )

    def run(self, spec, devices=None, steps_us=(), recorder=None, outages=None, states=None, counts=None, **more):
        """Return the rows of a run over some devices, numbered as in the plan, stepped each scan and at ``steps_us``."""
        devices = np.arange(len(self.names)) if devices is None else np.array(devices)
        rows = Rows()
        names = [self.names[i] for i in devices]
        self.classes = more.get("classes", 1)
        chain = Chain.of_links(spec, names, self.site[devices], self.mec, SEED, recorder or rows, outages, **more)
        for number in range(len(self.objects)):
            chain.send(self.scan(number, devices))
            assert chain.sent == chain.delivered + chain.lost + chain.in_flight
            end_us = (number + 1) * SCAN_US - 1
            for t_us in [*sorted(t for t in steps_us if number * SCAN_US <= t < end_us), end_us]:
                chain.step(t_us)
                assert chain.sent == chain.delivered + chain.lost + chain.in_flight
        chain.finish()
        assert chain.in_flight == 0
        assert not any(chain.under_way().values())
        if states is not None:
            states.extend(rows.states)
        if counts is not None:
            counts["duplicates"] = chain.duplicates
        assert chain.sent == chain.delivered + chain.lost == self.objects[:, devices].size
        return [(row[0], int(devices[row[1]]), *row[2:]) for row in rows.rows]


def simpy_rows(plan, spec, outages=None, *, classes=1, regions=None):
    """Return the rows of the SimPy model, one process a message, with the same random draws as the chain."""
    mec = plan.mec[plan.site]
    region = np.zeros_like(mec) if regions is None else np.asarray(regions)[mec]
    kinds = (spec.site_to_mec, spec.compute, spec.mec_to_cloud, spec.cloud_to_central)
    queues = (plan.site, mec, mec, region)
    out = outages or {}
    stages = [(hop, kind, queue, out.get(hop, ())) for hop, kind, queue in zip(HOPS, kinds, queues, strict=True) if kind]
    model = Model(stages, spec.message, plan.names, SEED, classes)
    for frame in range(len(plan.objects)):
        for device in range(len(plan.names)):
            priority = int(plan.priority[device]) if classes > 1 else 0
            size = None if plan.bytes is None else int(plan.bytes[device])
            about = (frame * SCAN_US, int(plan.objects[frame, device]), int(plan.ready_us[frame, device]))
            model.send(device, frame, *about, priority, size)
    return [tuple(row.get(name) for name in MODEL_NAMES) for row in model.run()], model.duplicates


def by_message(rows):
    """Return rows in the order of scan, device, frame."""
    return sorted(rows, key=lambda row: row[:3])


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_rows_equal_those_of_an_event_driven_model(seed):
    """Every age and every loss is exactly that of one SimPy process a message, on overloaded hops that lose and reorder."""
    plan = Plan(scans=40, seed=seed)
    rows = by_message(plan.run(TIGHT))
    assert rows == simpy_rows(plan, TIGHT)[0]
    assert {row[-2:] for row in rows} == {(None, None)} | {
        (hop, cause) for hop in (FIRST, SECOND) for cause in ("overflow", "error")
    }


@pytest.mark.parametrize("during", [("store", "store"), ("drop", "store"), ("store", "drop"), ("drop", "drop")])
def test_rows_with_outages_equal_those_of_an_event_driven_model(during):
    """With lines that are out, kept messages or lost ones, each row is still that of one SimPy process a message."""
    plan = Plan(scans=20, seed=5)
    hows = dict(zip((FIRST, SECOND), during, strict=True))
    hops = {name: getattr(TIGHT, name).model_copy(update={"during_outage": how}) for name, how in hows.items()}
    spec = TIGHT.model_copy(update=hops)
    rows = by_message(plan.run(spec, outages=OUTAGES))
    assert rows == simpy_rows(plan, spec, OUTAGES)[0]
    assert rows != by_message(plan.run(spec))
    dropping = {(hop, "outage") for hop, how in hows.items() if how == "drop"}
    assert {row[-2:] for row in rows} >= dropping
    assert {row[-1] for row in rows} <= {None, *CAUSES}


def test_a_stored_message_arrives_when_the_line_is_back():
    """Nothing is delivered over a line while it is out; what is kept arrives after it, however long that is."""
    hour_us = 3_600_000_000
    hop = HopSpec(rate_mbps=100.0, delay_s=ConstantDelay(value_s=0.0), loss_probability=0.0)
    spec = LinksSpec(site_to_mec=hop, mec_to_cloud=hop)
    out = {SECOND: [Outage(0, 500_000, hour_us), Outage(1, 500_000, hour_us)]}
    rows = Plan(scans=10).run(spec, outages=out)
    delivered_us = [row[0] + row[CLOUD_AGE] for row in rows]
    assert not any(500_000 < t_us < hour_us for t_us in delivered_us)
    assert sum(t_us >= hour_us for t_us in delivered_us) > 50
    assert all(row[-1] is None for row in rows)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 1000), steps_us=st.lists(st.integers(0, 2_000_000), max_size=30))
def test_steps_are_irrelevant(seed, steps_us):
    """Further steps at any instants give the same rows, and at each of them sent = delivered + lost + in flight."""
    plan = Plan(seed=seed)
    assert by_message(plan.run(TIGHT, steps_us=steps_us)) == by_message(plan.run(TIGHT))


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 1000), order=st.permutations(range(12)))
def test_order_of_devices_is_irrelevant(seed, order):
    """Devices listed in another order give the same rows in the same order, but for the device numbers."""
    plan = Plan(seed=seed)
    assert plan.run(TIGHT, devices=order) == plan.run(TIGHT)


def test_ages_are_never_below_the_minimum():
    """No age is below processing, both services and both constant delays; a lone message has exactly that."""
    hop = HopSpec(rate_mbps=1.0, delay_s=ConstantDelay(value_s=0.005), loss_probability=0.0)
    spec = LinksSpec(site_to_mec=hop, mec_to_cloud=hop)
    plan = Plan(devices=12, scans=30)
    exact = 0
    for row in plan.run(spec):
        t_us, device, frame, _, size, _, _, sent_us, mec_us, _, cloud_us, *_ = row
        least_us = int(plan.ready_us[frame, device]) - t_us + 8 * size + 5000
        assert row[-2:] == (None, None)
        assert sent_us == int(plan.ready_us[frame, device]) - t_us
        assert mec_us >= least_us
        assert cloud_us >= mec_us + 8 * size + 5000
        exact += cloud_us == least_us + 8 * size + 5000
    assert exact > 0


def test_removing_a_site_leaves_the_others_alone():
    """Without a site that has its own MEC, the others' rows are the same; on a shared MEC their first hop still is."""
    plan = Plan()
    plan.mec = np.array([0, 1, 0, 1, 2])
    whole = plan.run(TIGHT)
    own = [device for device in range(12) if plan.site[device] != 4]
    assert 0 < len(own) < 12
    assert plan.run(TIGHT, devices=own) == [row for row in whole if row[1] in own]
    shared = [device for device in range(12) if plan.site[device] != 1]
    assert 0 < len(shared) < 12
    fewer = by_message(plan.run(TIGHT, devices=shared))
    before = [row for row in by_message(whole) if row[1] in shared]
    assert [(row[: MEC_AGE + 1], row[12]) for row in fewer] == [(row[: MEC_AGE + 1], row[12]) for row in before]
    assert fewer != before


def test_defaults_meet_the_specifications():
    """With the defaults more than 99.9 % of the lists arrive, 99.9 % of those within 100 ms of being ready.

    The cloud-control platform specification asks for below 100 ms by wire and above 99.9 % delivered.
    """
    plan = Plan(devices=60, sites=20, mecs=3, scans=300)
    rows = plan.run(LinksSpec())
    arrived = [row for row in rows if row[CLOUD_AGE] is not None]
    assert len(arrived) > 0.999 * len(rows)
    network_us = [row[CLOUD_AGE] - (int(plan.ready_us[row[2], row[1]]) - row[0]) for row in arrived]
    assert np.percentile(network_us, 99.9) < 100_000


def test_the_process_steps_the_chain(tmp_path):
    """Under SimPy, sensors before links, with the real recorder: the same rows, and the same bytes a second time."""
    plan = Plan()
    devices = np.arange(len(plan.names))
    files = []
    for name in ("first", "second"):
        folder = tmp_path / name
        folder.mkdir()
        recorder = Recorder(folder)
        chain = Chain.of_links(TIGHT, plan.names, plan.site, plan.mec, SEED, recorder)
        env = simpy.Environment()
        env.process(link_process(env, chain))
        sense = every(env, SCAN_US, Phase.SENSORS, lambda t_us, chain=chain: chain.send(plan.scan(t_us // SCAN_US, devices)))
        env.process(sense)
        env.run(until=len(plan.objects) * SCAN_US)
        assert chain.delivered > 0
        chain.finish()
        recorder.close_segment()
        files.append((folder / "message" / "part-00000.arrow").read_bytes())
    assert files[0] == files[1]
    table = ipc.open_file(files[0]).read_all()
    rows = [tuple(row.values()) for row in table.to_pylist()]
    assert by_message(rows) == by_message(plan.run(TIGHT))


def test_misuse_is_refused():
    """Lists from the past, repeated names and unknown sites are errors."""
    plan = Plan()
    devices = np.arange(12)
    chain = Chain.of_links(LinksSpec(), plan.names, plan.site, plan.mec, SEED, Rows())
    chain.step(5 * SCAN_US)
    with pytest.raises(ValueError, match="forwarded up to 500000 us"):
        chain.send(plan.scan(0, devices))
    with pytest.raises(ValueError, match="must differ"):
        Chain.of_links(LinksSpec(), ["a", "a"], plan.site[:2], plan.mec, SEED, Rows())
    with pytest.raises(ValueError, match="does not exist"):
        Chain.of_links(LinksSpec(), ["a", "b"], np.array([0, 5]), plan.mec, SEED, Rows())
    with pytest.raises(ValueError, match="sites for 1"):
        Chain.of_links(LinksSpec(), ["a", "b"], np.array([0]), plan.mec, SEED, Rows())


def test_a_run_without_devices_is_empty():
    """No devices, no rows, no error."""
    rows = Rows()
    chain = Chain.of_links(LinksSpec(), [], np.zeros(0, np.int64), np.zeros(0, np.int64), SEED, rows)
    chain.step(0)
    chain.finish()
    assert rows.rows == []
