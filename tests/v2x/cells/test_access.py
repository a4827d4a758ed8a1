"""Access networks of municipal devices: measured figures, limits, draws."""

from __future__ import annotations

import numpy as np
import pytest

from twin.v2x.cells.access import (
    ACCESS,
    DELIVERED,
    DUTY_CYCLE,
    ERROR,
    LOST_US,
    TOO_LONG,
    AccessNetwork,
)

MANY = [f"bay-{n}" for n in range(50_000)]


def delays_ms(name: str, size_bytes: int) -> np.ndarray:
    """Return the delays of one report of each of many devices."""
    network = AccessNetwork(ACCESS[name], MANY, 5)
    delay_us, _ = network.send(0, np.arange(len(MANY)), np.full(len(MANY), size_bytes))
    return delay_us[delay_us != LOST_US] / 1e3


def test_nb_iot_takes_what_was_measured():
    """837 ms on average, and 264 bit/s with 28 B at a time (Ugwuanyi et al. 2021), both within 3 %."""
    mean_ms = delays_ms("nb_iot", 28).mean()
    assert mean_ms == pytest.approx(837, rel=0.03)
    assert 28 * 8 / (mean_ms / 1e3) == pytest.approx(264, rel=0.03)


def test_5g_lies_in_the_measured_span():
    """Rohde & Schwarz: 7 ms at best, 18 ms on average at the worst uplink load."""
    found = delays_ms("5g", 100)
    assert found.min() >= 7
    assert found.mean() == pytest.approx(18, rel=0.02)


def test_networks_in_their_order():
    """Fibre, 5G, RedCap, LoRaWAN near and far, NB-IoT with its variance: means rise with the spreading factor."""
    mean_ms = {name: delays_ms(name, 20).mean() for name in ACCESS}
    assert mean_ms["fibre"] < mean_ms["5g"] < mean_ms["redcap"] < mean_ms["lorawan_near"] < mean_ms["lorawan"]
    assert mean_ms["lorawan"] < mean_ms["lorawan_far"]
    far_ms = (12.25 + 8 + 7 * 5) * 32.768  # 33 B: 260 bits in blocks of 40
    assert mean_ms["lorawan_far"] == pytest.approx(200 + far_ms, rel=0.01)


@pytest.mark.parametrize("name", ACCESS)
def test_every_network_says_what_it_assumes_and_loses_what_it_says(name: str):
    """Each has a source; the share lost is the stated probability, within five standard errors of 50,000."""
    access = ACCESS[name]
    assert "Source" in access.source or "Assumption" in access.source
    network = AccessNetwork(access, MANY, 5)
    _, outcome = network.send(0, np.arange(len(MANY)), np.full(len(MANY), 20))
    p = access.loss_probability
    assert (outcome == ERROR).mean() == pytest.approx(p, abs=5 * np.sqrt(p / len(MANY)))


def test_too_long_and_too_soon():
    """52 B do not fit spreading factor 12; the next report waits a hundred times the time on air, a refused one does not."""
    network = AccessNetwork(ACCESS["lorawan_far"], ["a", "b"], 5)
    both = np.array([0, 1])
    assert network.send(0, both, np.array([20, 52]))[1].tolist()[1] == TOO_LONG
    pause_us = 100 * int(ACCESS["lorawan_far"].transmission_us(20))
    _, soon = network.send(pause_us - 1, both, np.array([20, 20]))
    assert soon[0] == DUTY_CYCLE
    assert soon[1] <= ERROR
    assert network.send(pause_us, np.array([0]), np.array([20]))[1][0] <= ERROR
    assert network.counts.sum() == 5
    with pytest.raises(ValueError, match="one report at an instant"):
        network.send(9, np.array([0, 0]), np.array([1, 1]))


def test_draws_hang_on_the_device_s_name():
    """Another order, other devices beside it: the same delay."""
    one = AccessNetwork(ACCESS["nb_iot"], ["x", "y"], 5).send(0, np.array([1]), np.array([9]))[0][0]
    other = AccessNetwork(ACCESS["nb_iot"], ["y", "z", "x"], 5).send(0, np.arange(3), np.full(3, 9))[0][0]
    assert one == other


def test_fast_networks_can_be_hops():
    """NB-IoT and faster are hops of the chain, LoRaWAN is none."""
    assert ACCESS["nb_iot"].hop().rate_mbps == pytest.approx(0.0169)
    assert ACCESS["fibre"].hop().rate_mbps == 1000
    with pytest.raises(ValueError, match="at least 10000"):
        ACCESS["lorawan"].hop()
    assert ACCESS["redcap"].transmission_us([0, 2500]).tolist() == [0, 1000]
    assert DELIVERED == 0
