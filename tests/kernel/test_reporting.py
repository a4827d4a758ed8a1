"""Reports of field devices: every one that is expected is accounted for, through faults, empty batteries and outages."""

from __future__ import annotations

import math

import numpy as np
import pytest
import simpy
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.kernel.clock import Phase, every
from twin.kernel.device_life_spec import BatterySpec, DeviceLifeSpec, FailureSpec, GatewayLifeSpec, ScheduledLifeSpec
from twin.kernel.report_accounts import LOSSES, ReportAccounts
from twin.kernel.reporting import OUTCOMES, FieldDevice, FieldDevices, Gateway, LifeChange
from twin.v2x.cells import access

SECOND_US = 1_000_000
HOUR_US = 3600 * SECOND_US


class Rows:
    """A recorder that keeps rows."""

    def __init__(self) -> None:
        self.tables: dict[str, list[dict[str, object]]] = {}

    def append(self, table, columns) -> None:
        """Keep rows."""
        for values in zip(*(np.ma.asarray(column).tolist() for column in columns.values()), strict=True):
            self.tables.setdefault(table, []).append(dict(zip(columns, values, strict=True)))


class Scripted:
    """A network whose delay is given and that loses every n-th report."""

    def __init__(self, delay_us: int = SECOND_US, lose_every: int = 0) -> None:
        self.delay_us, self.lose_every, self.asked = delay_us, lose_every, 0

    def send(self, _t_us, device, _size_bytes):
        """Deliver or lose."""
        outcome = np.zeros(device.size, np.int8)
        for i in range(device.size):
            self.asked += 1
            outcome[i] = 1 if self.lose_every and self.asked % self.lose_every == 0 else 0
        return np.where(outcome == 0, self.delay_us, -1), outcome


def _device(name: str, **changes: object) -> FieldDevice:
    return FieldDevice(**{"name": name, "kind": "gauge", "place": "road", "place_number": 0, "x_m": 0.0, "y_m": 0.0,
                          "network": "wire", "report_bytes": 50, **changes})  # fmt: skip


def _made(
    devices, life=None, network=None, gateways=(), seed: int = 1, duration_us: int = HOUR_US, first_number: int = 100
) -> tuple[FieldDevices, Rows]:
    recorder, wire = Rows(), network or Scripted()
    life = DeviceLifeSpec() if life is None else life
    networks = {"wire": lambda _: wire}
    made = FieldDevices(
        devices, gateways, life, networks, seed, recorder, first_number=first_number, duration_us=duration_us
    )  # fmt: skip
    return made, recorder


def _run(made: FieldDevices, until_us: int, *others) -> simpy.Environment:
    env = simpy.Environment(initial_time=0)
    for process in (*made.processes(env), *(one(env) for one in others)):
        env.process(process)
    env.run(until=until_us)
    return env


def test_outcomes_are_those_of_the_access_networks() -> None:
    """The numbers that networks answer with mean here what they mean there; so does the mark of a loss."""
    assert OUTCOMES == access.OUTCOMES
    made, _ = _made([_device("a")], network=access.AccessNetwork(access.ACCESS["lorawan"], ["a"], 1))
    first, second = made.send(0, [0]), made.send(1, [0])
    assert first[0] > 0
    assert second[0] == access.LOST_US
    assert made.accounts.lost[0].tolist() == [int(name == "duty_cycle") for name in LOSSES]
    made.send(HOUR_US, [0], 10_000)
    assert made.accounts.lost[0, LOSSES.index("too_long")] == 1


def test_each_cause_of_loss_is_counted_under_its_name() -> None:
    """Broken, empty, not noticed, lost by radio, gateway out: one of each, and one delivered."""
    life = DeviceLifeSpec(
        scheduled=(
            ScheduledLifeSpec(device="broken", from_s=0.0, until_s=100.0),
            ScheduledLifeSpec(device="empty", cause="battery", from_s=0.0, until_s=100.0),
            ScheduledLifeSpec(device="g", cause="gateway_outage", from_s=0.0, until_s=100.0),
        )
    )
    names = ("broken", "empty", "behind", "blind", "sound", "unlucky")
    devices = [_device(name, gateway=0 if name == "behind" else -1, battery_mah=1000.0) for name in names]
    made, recorder = _made(devices, life, Scripted(lose_every=3), [Gateway("g", 0.0, 0.0, "wire")])

    def step(t_us: int) -> None:
        made.miss([3])
        made.send(t_us, [0, 1, 2, 4, 5])

    _run(made, 50 * SECOND_US, lambda env: every(env, HOUR_US, Phase.SENSORS, step, first_us=10 * SECOND_US))
    lost = {LOSSES[number]: names[row] for row, number in zip(*np.nonzero(made.accounts.lost), strict=True)}
    assert lost == {"device_fault": "broken", "battery": "empty", "gateway": "behind", "missed": "blind", "radio": "unlucky"}
    assert made.accounts.balance(12 * SECOND_US)["delivered"].tolist() == [0, 0, 0, 0, 1, 0]
    faults = {(row["device"], row["cause"], row["state"]) for row in recorder.tables["device"]}
    assert faults == {(100, "device_fault", "fault"), (101, "battery", "fault"), (106, "gateway_outage", "fault")}
    assert made.up.tolist() == [False, False, True, True, True, True]


def test_what_breaks_heals() -> None:
    """After the scheduled ends everything reports again, the battery is new, and table ``device`` has both ends."""
    life = DeviceLifeSpec(
        scheduled=(
            ScheduledLifeSpec(device="a", from_s=5.0, until_s=20.0),
            ScheduledLifeSpec(device="a", from_s=10.0, until_s=30.0),
            ScheduledLifeSpec(device="b", cause="battery", from_s=5.0, until_s=15.0),
            ScheduledLifeSpec(device="g", cause="gateway_outage", from_s=1.0, until_s=4.0),
        )
    )
    devices = [_device("a"), _device("b", battery_mah=10.0), _device("c", gateway=0)]
    made, recorder = _made(devices, life, gateways=[Gateway("g", 0.0, 0.0, "wire")])
    told: list[LifeChange] = []
    made.changes.append(told.append)
    arrived: dict[int, list[int]] = {}
    send = lambda t_us: arrived.update({t_us // SECOND_US: made.send(t_us, [0, 1, 2], kind="periodic").tolist()})  # noqa: E731
    _run(made, 41 * SECOND_US, lambda env: every(env, 2 * SECOND_US, Phase.SENSORS, send))
    lost = {row: [t for t, got in arrived.items() if got[row] < 0] for row in range(3)}
    assert lost[0] == list(range(6, 30, 2))
    assert lost[1] == list(range(6, 15, 2))
    assert lost[2] == [2]
    assert made.up.all()
    assert made.batteries.share()[1] > 0.9
    assert [(row["state"], row["cause"]) for row in recorder.tables["device"]][:2] == [
        ("fault", "gateway_outage"),
        ("up", "gateway_outage"),
    ]
    assert len(told) == len(recorder.tables["device"]) == 8


def test_a_battery_that_reports_more_ends_sooner_and_is_replaced() -> None:
    """Twenty reports of 0.5 mAh and as much by attempts that fail use up 10 mAh; the crew brings a new one."""
    battery = BatterySpec(report_mah=0.5, sleep_mah_per_day=0.0, left_low=1.0, replace_h=0.01, replace_spread=0.0)
    devices = [_device("a", battery_mah=10.0), _device("mains")]
    made, recorder = _made(devices, DeviceLifeSpec(battery=battery))
    _run(made, 60 * SECOND_US, lambda env: every(env, SECOND_US, Phase.SENSORS, lambda t_us: made.send(t_us, [0, 1])))
    ended, renewed = [row for row in recorder.tables["device"] if row["cause"] == "battery"]
    assert (ended["t_us"], ended["state"], ended["value"]) == (19 * SECOND_US, "fault", 0.0)
    assert (renewed["t_us"], renewed["state"], renewed["value"]) == (55 * SECOND_US, "up", 1.0)
    assert made.accounts.lost[0, LOSSES.index("battery")] == 35
    assert made.batteries.replaced.tolist() == [1, 0]

    tries = DeviceLifeSpec(battery=battery, retries=3, retry_after_s=2.0)
    made, _ = _made(devices, tries, Scripted(lose_every=2))
    got = made.send(0, [0])
    made.send(SECOND_US, [0])
    assert got.tolist() == [SECOND_US]
    assert made.send(2 * SECOND_US, [0]).tolist() == [(2 + 2 + 1) * SECOND_US]
    assert made.batteries.charge_mah[0] == pytest.approx(10.0 - 0.5 * 5)


def test_time_and_sensing_use_up_a_battery_too() -> None:
    """24 mAh a day are 1 mAh an hour; ``drain`` takes what sensing costs, several times from one device."""
    battery = BatterySpec(report_mah=0.0, sleep_mah_per_day=24.0, left_low=1.0)
    made, recorder = _made([_device("a", battery_mah=4.0)], DeviceLifeSpec(battery=battery), duration_us=4 * HOUR_US)

    def sense(_: int) -> None:
        made.drain([0, 0], np.array([0.5, 0.5]))

    _run(made, 4 * HOUR_US, lambda env: every(env, 10 * HOUR_US, Phase.SENSORS, sense, first_us=HOUR_US))
    assert [row["state"] for row in recorder.tables["device"]] == ["fault"]
    assert recorder.tables["device"][0]["t_us"] == pytest.approx(3 * HOUR_US, abs=10 * SECOND_US)


def test_a_gateway_stores_up_to_its_bound_and_sends_on_afterwards() -> None:
    """Two of three reports fit; they arrive when the outage is over, the third is lost for want of room."""
    gateway = GatewayLifeSpec(during_outage="store", store_most=2)
    outages = (ScheduledLifeSpec(device="g", cause="gateway_outage", from_s=1.0, until_s=61.0),
               ScheduledLifeSpec(device="g", cause="gateway_outage", from_s=50.0, until_s=100.0))  # fmt: skip
    devices = [_device(name, gateway=0) for name in "abc"]
    life = DeviceLifeSpec(gateway=gateway, scheduled=outages)
    made, _ = _made(devices, life, gateways=[Gateway("g", 0.0, 0.0, "wire")])
    env = simpy.Environment(initial_time=0)
    for process in made.processes(env):
        env.process(process)
    env.run(until=10 * SECOND_US)
    assert made.out(0)
    assert made.send(10 * SECOND_US, [0, 1, 2]).tolist() == [101 * SECOND_US, 101 * SECOND_US, -1]
    assert made.accounts.lost[2, LOSSES.index("store_full")] == 1
    env.run(until=100 * SECOND_US + 1)
    assert not made.out(0)
    assert made.send(102 * SECOND_US, [2]).tolist() == [103 * SECOND_US]
    assert made.heard_us(101 * SECOND_US).tolist() == [101 * SECOND_US, 101 * SECOND_US, -1]


def test_signs_of_life_are_spread_and_hang_on_names() -> None:
    """A hundred devices with a minute's period do not report at once, each keeps its phase, and nobody's depends on others'."""
    names = [f"d{number}" for number in range(100)]
    seen: dict[str, list[int]] = {}

    def told(made: FieldDevices):
        def listen(t_us, rows, _arrived_us, kind) -> None:
            assert kind == "heartbeat"
            for row in rows.tolist():
                seen.setdefault(made.devices[row].name, []).append(t_us)

        return listen

    made, _ = _made([_device(name, heartbeat_s=60.0) for name in names])
    made.sent.append(told(made))
    _run(made, 180 * SECOND_US)
    first = dict(seen)
    assert all(np.diff(times).tolist() == [60 * SECOND_US] * 2 for times in seen.values())
    at, count = np.unique([times[0] for times in seen.values()], return_counts=True)
    assert at.size > 40
    assert count.max() <= 8
    seen.clear()
    made, _ = _made([_device(name, heartbeat_s=60.0) for name in reversed(names[:50])])
    made.sent.append(told(made))
    _run(made, 180 * SECOND_US)
    assert seen == {name: first[name] for name in names[:50]}


def test_silence_shows() -> None:
    """Who breaks is heard no more from then on."""
    life = DeviceLifeSpec(scheduled=(ScheduledLifeSpec(device="a", from_s=100.0),))
    made, _ = _made([_device("a", heartbeat_s=10.0), _device("b", heartbeat_s=10.0)], life)
    _run(made, 200 * SECOND_US)
    heard_s = made.heard_us(200 * SECOND_US) // SECOND_US
    assert heard_s[0] <= 101
    assert heard_s[1] > 189


def test_availability_follows_the_rates() -> None:
    """400 devices with 3 h between faults and 1 h to repair work for 75 % of a day, within four standard errors."""
    life = DeviceLifeSpec(random=True, device=FailureSpec(mtbf_h=3.0, mttr_h=1.0))
    made, _ = _made([_device(f"d{number}") for number in range(400)], life, duration_us=24 * HOUR_US)
    up: list[float] = []
    _run(made, 24 * HOUR_US, lambda env: every(env, HOUR_US, Phase.SENSORS, lambda _: up.append(float(made.up.mean()))))
    error = math.sqrt(0.75 * 0.25 / 400 / (24 / 2.0))  # states an hour apart are correlated by exp(-4/3) at most
    assert np.mean(up) == pytest.approx(0.75, abs=4.0 * error)


@st.composite
def _lives(draw):
    moments = st.floats(0.0, 900.0)
    names = st.sampled_from([f"d{number}" for number in range(6)])

    def one(cause, who):
        begin = draw(moments)
        until = begin + draw(st.floats(0.5, 400.0)) if draw(st.booleans()) else None
        return ScheduledLifeSpec(device=draw(who), cause=cause, from_s=begin, until_s=until)

    scheduled = [one("device_fault", names) for _ in range(draw(st.integers(0, 4)))]
    scheduled += [one("battery", names) for _ in range(draw(st.integers(0, 3)))]
    scheduled += [one("gateway_outage", st.sampled_from(["g0", "g1"])) for _ in range(draw(st.integers(0, 4)))]
    return DeviceLifeSpec(
        random=draw(st.booleans()),
        accelerate=draw(st.sampled_from([1.0, 1e5])),
        gateway=GatewayLifeSpec(during_outage=draw(st.sampled_from(["lose", "store"])), store_most=draw(st.integers(0, 5))),
        device=FailureSpec(mttr_h=0.05),
        battery=BatterySpec(report_mah=0.5, left_low=0.0, left_high=1.0, replace_h=0.03),
        retries=draw(st.integers(0, 2)),
        scheduled=tuple(scheduled),
    )


@settings(max_examples=30, deadline=None)
@given(life=_lives(), seed=st.integers(0, 2**31), delay_s=st.sampled_from([0.0, 0.3, 70.0]), lose=st.integers(0, 4))
def test_nothing_is_silently_missing(life: DeviceLifeSpec, seed: int, delay_s: float, lose: int) -> None:
    """At every instant expected = delivered + under way + lost to each device, and the table's rows add up to the same."""
    devices = [
        _device(f"d{n}", gateway=n % 3 - 1, battery_mah=None if n == 5 else 20.0, heartbeat_s=60.0 if n % 2 else None)
        for n in range(6)
    ]
    gateways = [Gateway(f"g{n}", 0.0, 0.0, "wire") for n in range(2)]
    made, recorder = _made(devices, life, Scripted(round(delay_s * SECOND_US), lose), gateways, seed, 900 * SECOND_US)
    asked = np.zeros(6, np.int64)
    sent = np.zeros(6, np.int64)
    made.sent.append(lambda _t, rows, _a, _k: np.add.at(sent, rows, 1))

    def step(t_us: int) -> None:
        rows = np.flatnonzero((np.arange(6) + t_us // SECOND_US) % 4 == 0)
        made.send(t_us, rows)
        made.miss([0])
        made.skip([1])
        asked[0] += 1
        balance = made.accounts.balance(t_us)
        assert (balance["expected"] == balance["delivered"] + balance["under_way"] + balance["lost"]).all()
        assert (balance["expected"] == sent + asked).all()

    _run(
        made,
        900 * SECOND_US,
        lambda env: every(env, 7 * SECOND_US, Phase.SENSORS, step),
        lambda env: every(env, 120 * SECOND_US, Phase.CONTROL, made.close_interval, first_us=120 * SECOND_US),
    )
    balance = made.accounts.balance(900 * SECOND_US - 1)
    made.close_interval(900 * SECOND_US)
    rows = recorder.tables["report_stat"]
    for row in rows:
        assert row["expected"] == row["delivered"] + row["under_way"] + sum(row[f"lost_{cause}"] for cause in LOSSES)
    for number in range(6):
        mine = [row for row in rows if row["device"] == 100 + number]
        assert sum(row["expected"] for row in mine) == balance["expected"][number]
        assert sum(row["delivered"] + row["arrived_late"] for row in mine) == balance["delivered"][number]
        assert sum(row["under_way"] - row["arrived_late"] for row in mine) == balance["under_way"][number]


def test_a_report_that_crosses_an_interval_is_late_in_the_next() -> None:
    """Under way at the end of its own interval, it is among ``arrived_late`` of the one in which it arrives, once."""
    accounts = ReportAccounts(1)
    accounts.expect(np.array([0]), np.array([150]), np.array([-1], np.int8))
    columns = [accounts.close(100), accounts.close(200), accounts.close(300)]
    told = [None if one is None else {name: one[name].tolist()[0] for name in ("expected", "under_way", "arrived_late")}
            for one in columns]  # fmt: skip
    assert told == [
        {"expected": 1, "under_way": 1, "arrived_late": 0},
        {"expected": 0, "under_way": 0, "arrived_late": 1},
        None,
    ]


def test_names_and_devices_are_told_apart() -> None:
    """Two devices of one name are refused, and so are two reports of one device at an instant."""
    with pytest.raises(ValueError, match="share a name"):
        _made([_device("a")], gateways=[Gateway("a", 0.0, 0.0, "wire")])
    made, _ = _made([_device("a")])
    with pytest.raises(ValueError, match="one report at an instant"):
        made.send(0, [0, 0])
