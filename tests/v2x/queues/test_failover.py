"""Failover: who takes whom over and when, and that redirected messages lose nothing of the chain's exactness."""

from __future__ import annotations

import numpy as np
import pytest
import simpy
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.v2x.queues.link_model import Model
from tests.v2x.queues.test_chain import MODEL_NAMES, SCAN_US, SEED, TIGHT, Plan, Rows, by_message

from twin.kernel.clock import Phase, every
from twin.v2x.queues.chain import Chain
from twin.v2x.queues.compute_spec import ComputeSpec
from twin.v2x.queues.delay import ConstantDelay
from twin.v2x.queues.failover import Failover, mec_of_each
from twin.v2x.queues.failover_spec import FailoverSpec
from twin.v2x.queues.hop_spec import HopSpec
from twin.v2x.queues.line_events import LineEvents
from twin.v2x.queues.process import link_process
from twin.v2x.queues.queue import Outage
from twin.v2x.topology import CLOUD_TO_CENTRAL, MEC_COMPUTE, MEC_TO_CLOUD, SITE_TO_MEC, LinksSpec

DEVICES, MECS, REGION = 12, 3, (0, 1, 1)
LINE = HopSpec(rate_mbps=100.0, delay_s=ConstantDelay(value_s=0.001), loss_probability=0.0, queue_messages=2000)
CLEAR = LinksSpec(site_to_mec=LINE, mec_to_cloud=LINE)
"""Lines on which nothing is lost and nothing waits for long."""
S = 1_000_000


class Told(Rows):
    """Rows of messages, and the events of lines apart from them."""

    def __init__(self):
        super().__init__()
        self.events = []

    def append(self, table, columns):
        """Keep rows."""
        if table != "link_event":
            super().append(table, columns)
            return
        self.events.extend(zip(*(columns[name] for name in ("t_us", "hop", "line", "event", "to_line")), strict=True))


def redirected_rows(plan, spec, redirects, steps_us=(), classes=1, outages=None):
    """Return the rows of a chain whose messages are redirected as ``redirects`` say, (t_us, devices, MEC or None)."""
    rows = Rows()
    plan.classes = classes
    chain = Chain.of_links(
        spec, plan.names, plan.site, plan.mec, SEED, rows, outages, mec_region=np.array(REGION), classes=classes,
        interval_us=500_000, redirectable=True,
    )  # fmt: skip
    devices = np.arange(len(plan.names))
    acts = [(t_us, 0, None) for t_us in steps_us] + [(one[0], 1, one) for one in redirects]
    for number in range(len(plan.objects)):
        chain.send(plan.scan(number, devices))
        own = [act for act in acts if number * SCAN_US <= act[0] < (number + 1) * SCAN_US]
        for t_us, _, redirect in sorted(own, key=lambda act: act[:2]):
            if redirect is None:
                chain.step(t_us)
            else:
                chain.redirect(t_us, np.array(sorted(redirect[1])), redirect[2])
            assert chain.sent == chain.delivered + chain.lost + chain.in_flight
    chain.finish()
    assert chain.in_flight == 0
    assert not any(chain.under_way().values())
    assert chain.sent == chain.delivered + chain.lost == plan.objects.size
    assert sum(one["offered"] for one in rows.states if one["hop"] == MEC_TO_CLOUD) == sum(
        row[14] is not None for row in rows.rows
    )
    return by_message(rows.rows)


def oracle_rows(plan, spec, redirects, classes=1, outages=None):
    """Return the rows of the SimPy model with one process a message."""
    mec = plan.mec[plan.site]
    kinds = (spec.site_to_mec, spec.compute, spec.mec_to_cloud, spec.cloud_to_central)
    hops, queues = (SITE_TO_MEC, MEC_COMPUTE, MEC_TO_CLOUD, CLOUD_TO_CENTRAL), (plan.site, mec, mec, np.array(REGION)[mec])
    out = outages or {}
    stages = [(hop, kind, queue, out.get(hop, ())) for hop, kind, queue in zip(hops, kinds, queues, strict=True) if kind]
    over = {MEC_COMPUTE: range(MECS), MEC_TO_CLOUD: range(MECS), CLOUD_TO_CENTRAL: REGION}
    model = Model(stages, spec.message, plan.names, SEED, classes, redirects, over)
    for frame in range(len(plan.objects)):
        for device in range(len(plan.names)):
            priority = int(plan.priority[device]) if classes > 1 else 0
            about = (frame * SCAN_US, int(plan.objects[frame, device]), int(plan.ready_us[frame, device]))
            model.send(device, frame, *about, priority)
    return [tuple(row.get(name) for name in MODEL_NAMES) for row in model.run()]


REDIRECTS = st.lists(
    st.tuples(
        st.integers(0, 1_900_000), st.sets(st.integers(0, DEVICES - 1), min_size=1), st.none() | st.integers(0, MECS - 1)
    ),
    max_size=6,
    unique_by=lambda one: one[0],
).map(lambda found: sorted(found, key=lambda one: one[0]))


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 1000),
    redirects=REDIRECTS,
    steps_us=st.lists(st.integers(0, 1_900_000), max_size=10),
    classes=st.sampled_from([1, 3]),
    qos=st.sampled_from([0, 1]),
    compute=st.sampled_from([None, ComputeSpec(base_s=0.02, queue_messages=5)]),
)
def test_redirected_messages_travel_as_in_an_event_driven_model(seed, redirects, steps_us, classes, qos, compute):
    """Redirections at any instants: each row is that of one SimPy process a message, wherever batches are cut.

    On overloaded lines with losses, repetitions, priorities, outages and a computing queue; exactly, to the microsecond.
    """
    again = {"qos": qos, "retry_s": 0.15}
    hops = {name: getattr(TIGHT, name).model_copy(update=again) for name in (SITE_TO_MEC, MEC_TO_CLOUD)}
    spec = TIGHT.model_copy(update=hops | {"compute": compute, "cloud_to_central": LINE.model_copy(update={"rate_mbps": 0.5})})
    plan = Plan(devices=DEVICES, mecs=MECS, seed=seed)
    outages = {MEC_TO_CLOUD: [Outage(0, 400_000, 1_500_000), Outage(2, 900_000, 1_000_000)]}
    rows = redirected_rows(plan, spec, redirects, steps_us, classes, outages)
    assert rows == oracle_rows(plan, spec, redirects, classes, outages)


def test_a_chain_that_may_redirect_and_does_not_is_the_same():
    """Without a redirection the rows are those of a chain that cannot redirect."""
    plan = Plan(devices=DEVICES, mecs=MECS, seed=3)
    spec = TIGHT.model_copy(update={"compute": ComputeSpec(), "cloud_to_central": LINE})
    assert redirected_rows(plan, spec, []) == by_message(plan.run(spec, mec_region=np.array(REGION)))


def test_redirections_that_cannot_be_are_refused():
    """A MEC that does not exist, a chain without other MECs, an instant that has passed."""
    plan = Plan()
    usual = Chain.of_links(CLEAR, plan.names, plan.site, plan.mec, SEED, Rows())
    with pytest.raises(ValueError, match="redirected to MEC 1"):
        usual.redirect(0, np.array([0]), 1)
    chain = Chain.of_links(CLEAR, plan.names, plan.site, plan.mec, SEED, Rows(), redirectable=True)
    with pytest.raises(ValueError, match="redirected to MEC 2"):
        chain.redirect(0, np.array([0]), 2)
    chain.step(10)
    with pytest.raises(ValueError, match="at 9 us, forwarded up to 10 us"):
        chain.redirect(9, np.array([0]), 1)


@settings(max_examples=100, deadline=None)
@given(seed=st.integers(0, 10_000), most=st.none() | st.integers(0, 4), sites=st.integers(0, 12), mecs=st.integers(1, 5))
def test_who_takes_whom_over(seed, most, sites, mecs):
    """Home where that is usable, nobody at a MEC given up while there is room, no more guests than allowed, nobody moves twice.

    Without a bound each site that has to leave goes to the nearest usable MEC.
    """
    rng = np.random.default_rng(seed)
    distance_m, home = rng.random((sites, mecs)), rng.integers(0, mecs, sites)
    now, before = home, np.ones(mecs, np.bool_)
    for _ in range(4):
        usable = rng.random(mecs) < 0.6
        found = mec_of_each(distance_m, home, now, usable, most)
        assert (found[usable[home]] == home[usable[home]]).all()
        away = found != home
        assert usable[found[away]].all()
        guests = np.bincount(found[away], minlength=mecs)
        assert most is None or guests.max(initial=0) <= most
        stayed = ~usable[home] & ~away
        assert not stayed.any() or not usable.any() or (most is not None and (guests[usable] >= most).all())
        moved = away & ~(usable[now] & (now != home))
        if most is None and usable.any():
            assert (found[moved] == np.where(usable, distance_m, np.inf)[moved].argmin(axis=1)).all()
        assert (found[away & ~moved] == now[away & ~moved]).all()
        np.testing.assert_array_equal(mec_of_each(distance_m, home, found, usable, most), found)
        now, before = found, usable
    assert before.size == mecs


def watched(outages, spec, end_s, chain=None, told=None, distance_m=None):
    """Return the events of lines of three MECs, site ``n`` at MEC ``n``, MECs a kilometre apart in a row."""
    told = told or Told()

    class Nobody:
        def redirect(self, t_us, device, mec):
            """Take note of nothing."""

    env = simpy.Environment()
    events = LineEvents({MEC_TO_CLOUD: outages}, told)
    row_m = np.arange(3) * 1000.0
    away_m = np.abs(row_m[:, None] - row_m[None, :] - 1.0) if distance_m is None else distance_m
    Failover(spec, events, chain or Nobody(), away_m, np.arange(3), np.arange(3))
    for process in events.processes(env):
        env.process(process)
    env.run(until=end_s * S)
    return [(t_us / S, *rest) for t_us, *rest in told.events]


def test_a_mec_is_given_up_and_taken_back_when_it_is_due():
    """Out at 10 s, given up 3 s later, back at 30 s, taken back after 5 s; a short outage and a short return change nothing."""
    spec = FailoverSpec(detect_s=3.0, back_s=5.0)
    outages = [Outage(0, 10 * S, 30 * S), Outage(0, 50 * S, 53 * S), Outage(1, 60 * S, 70 * S), Outage(1, 75 * S, 80 * S)]
    line = MEC_TO_CLOUD
    assert watched(outages, spec, 100) == [
        (10.0, line, 0, "out", None),
        (13.0, line, 0, "given_up", None),
        (13.0, SITE_TO_MEC, 0, "redirected", 1),
        (30.0, line, 0, "back", None),
        (35.0, line, 0, "taken_back", None),
        (35.0, SITE_TO_MEC, 0, "redirected", 0),
        (50.0, line, 0, "out", None),
        (53.0, line, 0, "back", None),
        (60.0, line, 1, "out", None),
        (63.0, line, 1, "given_up", None),
        (63.0, SITE_TO_MEC, 1, "redirected", 0),
        (70.0, line, 1, "back", None),
        (75.0, line, 1, "out", None),
        (80.0, line, 1, "back", None),
        (85.0, line, 1, "taken_back", None),
        (85.0, SITE_TO_MEC, 1, "redirected", 1),
    ]


def test_who_took_over_may_be_given_up_itself():
    """Two MECs that go at one instant are not given each other's sites; when the last is out all stay where they are."""
    spec = FailoverSpec(detect_s=1.0, back_s=1.0)
    both = [Outage(0, 10 * S, 90 * S), Outage(1, 10 * S, 90 * S)]
    moves = [event for event in watched([*both, Outage(2, 20 * S, 30 * S)], spec, 60) if event[3] == "redirected"]
    assert moves == [
        (11.0, SITE_TO_MEC, 0, "redirected", 2),
        (11.0, SITE_TO_MEC, 1, "redirected", 2),
        (21.0, SITE_TO_MEC, 0, "redirected", 0),
        (21.0, SITE_TO_MEC, 1, "redirected", 1),
        (31.0, SITE_TO_MEC, 0, "redirected", 2),
        (31.0, SITE_TO_MEC, 1, "redirected", 2),
    ]
    one_each = FailoverSpec(detect_s=1.0, back_s=1.0, most_sites=1)
    moves = [event for event in watched(both, one_each, 60) if event[3] == "redirected"]
    assert moves == [(11.0, SITE_TO_MEC, 1, "redirected", 2)]


def through_an_outage(spec, out=None, period_us=100_000):
    """Return rows and events of a minute's outage of MEC 0 (or of ``out``), with 6 devices that scan at 10 Hz for 90 s."""
    told = Told()
    plan = Plan(devices=6, sites=3, mecs=3, scans=900, seed=1)
    plan.site, plan.mec = np.arange(6) % 3, np.arange(3)
    outages = {MEC_TO_CLOUD: [Outage(0, 10 * S, 70 * S)] if out is None else out}
    more = {"mec_region": np.array(REGION), "redirectable": spec.failover is not None}
    chain = Chain.of_links(spec, plan.names, plan.site, plan.mec, SEED, told, outages, **more)
    env = simpy.Environment()
    env.process(link_process(env, chain, period_us))
    events = LineEvents(outages, told)
    if spec.failover is not None:
        away_m = np.abs(np.arange(3)[:, None] - np.arange(3)[None, :]) * 1000.0
        Failover(spec.failover, events, chain, away_m, plan.mec, plan.site)
    for process in events.processes(env):
        env.process(process)
    devices = np.arange(6)
    env.process(every(env, SCAN_US, Phase.SENSORS, lambda t_us: chain.send(plan.scan(t_us // SCAN_US, devices))))
    env.run(until=90 * S)
    chain.finish()
    assert chain.sent == chain.delivered + chain.lost == plan.objects.size
    return plan, by_message(told.rows), told.events


def test_redirected_lists_arrive_in_time_during_the_outage():
    """With failover only what the MEC took before it was given up waits for the line; all else is as young as ever.

    Lists of the cut-off site, 2 devices at 10 Hz: some 3 s of them, 60, are late, without failover 1200, of which the oldest
    is a minute old. Nothing is lost (room for 2000), and those that arrive after the outage are its lists by number.
    """
    late = {}
    for name, failover in (("stays", None), ("moves", FailoverSpec(detect_s=3.0, back_s=10.0))):
        plan, rows, events = through_an_outage(CLEAR.model_copy(update={"failover": failover}))
        mine = np.array([(row[0], row[10] - row[7]) for row in rows if plan.site[row[1]] == 0])
        others = np.array([row[10] - row[7] for row in rows if plan.site[row[1]] != 0])
        assert all(row[-1] is None for row in rows)
        assert others.max() < 5_000
        late[name] = mine[mine[:, 1] > 5_000]
        moved = [(event[0] / S, event[4]) for event in events if event[3] == "redirected"]
        assert moved == ([(13.0, 1), (80.0, 0)] if failover else [])
        assert [event[:4] for event in events if event[3] in {"out", "back"}] == [
            (10 * S, MEC_TO_CLOUD, 0, "out"),
            (70 * S, MEC_TO_CLOUD, 0, "back"),
        ]
    assert 57 <= len(late["moves"]) <= 63
    assert late["moves"][:, 0].max() <= 13 * S
    assert 1195 <= len(late["stays"]) <= 1205
    assert late["stays"][:, 1].max() == pytest.approx(60 * S, rel=0.01)


@pytest.mark.parametrize("period_us", [50_000, 1_000_000])
def test_how_often_the_links_are_stepped_is_irrelevant(period_us):
    """Under SimPy too, with the failover between the steps of the chain: the same rows."""
    spec = TIGHT.model_copy(update={"failover": FailoverSpec(detect_s=1.23, back_s=0.777)})
    out = [Outage(0, 3_333_333, 9_000_001), Outage(1, 5 * S, 6 * S)]
    _, usual, told = through_an_outage(spec, out)
    _, other, again = through_an_outage(spec, out, period_us)
    assert usual == other
    assert told == again
