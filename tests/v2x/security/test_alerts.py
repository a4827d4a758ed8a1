"""Alerts: levels by suspicious messages within a time, responses that hold and end, one count for several receivers."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from twin.v2x.security.alerts import LEVELS, RESPONSES, Alerts, AlertsSpec, LevelSpec
from twin.v2x.security.vehicle_messages import Received, honest_messages

PERIOD_US = 100_000


def heard(tick, senders=(1, 2), receiver=0):
    """Return a message of each sender at one receiver."""
    sender = np.array(senders)
    zeros = np.zeros(sender.size)
    columns = (zeros, zeros, zeros, zeros, zeros)
    said = honest_messages(tick * PERIOD_US, sender, np.full(sender.size, tick), columns, sender.astype(np.int32))
    return Received(said, np.full(sender.size, receiver, np.int32), said.transmit_us + 5000)


def raised(alerts, ticks, verdict=(4, 0), receivers=(0,)):
    """Return (tick, sender, level) of all alerts while sender 1 is found suspicious."""
    rows = []
    for tick in ticks:
        batch = Received.concatenate([heard(tick, receiver=one) for one in receivers])
        out = alerts.update(batch, np.array(verdict * len(receivers), np.uint16))
        rows += [(tick, int(sender), LEVELS[level]) for sender, level in zip(out.sender, out.level, strict=True)]
        assert all(
            RESPONSES[one] == AlertsSpec().levels[level].response for one, level in zip(out.response, out.level, strict=True)
        )
        assert (out.t_us == tick * PERIOD_US + 5000).all()
        assert (out.detectors == 4).all()
    return rows


def test_levels_rise():
    """Two messages: notice; five: warning and quarantine; twenty: critical and blocked. Once each, for that sender alone."""
    alerts = Alerts(AlertsSpec())
    assert raised(alerts, range(100)) == [(1, 1, "notice"), (4, 1, "warning"), (19, 1, "critical")]
    assert alerts.response(np.array([1, 2, 3]), 100 * PERIOD_US).tolist() == [RESPONSES.index("block"), -1, -1]
    assert alerts.used(np.array([1, 2, 3]), 100 * PERIOD_US).tolist() == [False, True, True]


def test_several_receivers_count_once():
    """What three receivers have of one message is one message; two copies at one receiver are two."""
    assert raised(Alerts(AlertsSpec()), range(30), receivers=(0, 1, 2)) == raised(Alerts(AlertsSpec()), range(30))
    twice = raised(Alerts(AlertsSpec()), range(3), receivers=(0, 0))
    assert [(tick, level) for tick, _, level in twice] == [(0, "notice"), (2, "warning")]


def test_slow_liars_stay_below():
    """One suspicious message a second raises nothing: even a notice needs two within a second."""
    assert raised(Alerts(AlertsSpec()), range(0, 600, 11)) == []


def test_responses_end():
    """30 s after the last suspicious message the quarantine is over, and a new alert can be raised."""
    alerts = Alerts(AlertsSpec())
    raised(alerts, range(6))
    last_us = 5 * PERIOD_US + 5000
    assert not alerts.used(np.array([1]), last_us + 29_999_999)[0]
    assert alerts.used(np.array([1]), last_us + 30_000_000)[0]
    assert raised(alerts, range(400, 406)) == [(401, 1, "notice"), (404, 1, "warning")]


def test_only_counted_detectors_count():
    """Findings of detectors that are not counted raise nothing."""
    assert raised(Alerts(AlertsSpec(counted=("range", "speed"))), range(50)) == []


def test_levels_must_rise():
    """A critical level that asks for fewer messages than the warning is refused."""
    few = LevelSpec(messages=3, within_s=1.0, response="block", hold_s=1.0)
    with pytest.raises(ValidationError, match=r"2, 5, 3"):
        AlertsSpec(critical=few)


def test_whom_people_are_only_told_of_is_still_used():
    """A notice notifies: the messages go on being used until the warning puts their sender in quarantine."""
    alerts = Alerts(AlertsSpec())
    raised(alerts, range(3))
    assert alerts.response(np.array([1]), 3 * PERIOD_US).tolist() == [RESPONSES.index("notify")]
    assert alerts.used(np.array([1]), 3 * PERIOD_US).tolist() == [True]
