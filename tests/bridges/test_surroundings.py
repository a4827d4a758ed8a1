"""What loads a bridge beside traffic: courses of the day, gusts, vortices, ships, loss of stiffness; all of them together."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from twin.bridges.bridge_spec import BridgeSpec, filled_in
from twin.bridges.loads_ship import ShipImpactSpec, support_motion
from twin.bridges.loads_temperature import Temperature, TemperatureSpec
from twin.bridges.loads_vortex import Vortex, VortexSpec
from twin.bridges.loads_wind import Wind, WindSpec
from twin.bridges.simple_span import simple_span
from twin.bridges.stiffness_loss import StiffnessLossSpec
from twin.bridges.structure import Quantity
from twin.bridges.structures import structure_of
from twin.bridges.surroundings import Surroundings

HOUR_US, PERIOD_US = 3_600_000_000, 20_000


def _spec(**changes: Any) -> BridgeSpec:
    return BridgeSpec.model_validate(filled_in({"preset": "guangzhou", **changes}))


# temperature


def test_the_day_has_its_course() -> None:
    """The air is warmest at the hour asked for; the deck follows later and less, by the lag of its time constant."""
    spec = TemperatureSpec(weather_k=0.0)
    course = Temperature(spec, 1, "b", start_hour=0.0)
    t_us = np.arange(0, 24 * HOUR_US, HOUR_US // 60)
    air, deck = course.air_c(t_us), course.deck_c(t_us)
    assert t_us[np.argmax(air)] / HOUR_US == pytest.approx(14.5, abs=0.02)
    assert np.ptp(air) == pytest.approx(7.5, rel=1e-4)
    omega_tau = 2.0 * np.pi * 6.0 / 24.0
    assert np.ptp(deck) == pytest.approx(7.5 / np.hypot(1.0, omega_tau), rel=1e-4)
    assert t_us[np.argmax(deck)] / HOUR_US == pytest.approx(14.5 + np.arctan(omega_tau) * 24.0 / (2.0 * np.pi), abs=0.02)
    later = Temperature(spec, 1, "b", start_hour=14.5)
    assert later.air_c(0) == pytest.approx(air.max(), abs=1e-3)
    # the lag is that of tau T' = T_air - T
    rate = np.gradient(deck, t_us / HOUR_US)
    assert 6.0 * rate[1:-1] == pytest.approx((air - deck)[1:-1], abs=5e-3)


def test_the_sun_warms_the_top_by_day() -> None:
    """Warmest in the early afternoon by ``sun_k``, colder all night by ``night_k``."""
    spec = TemperatureSpec()
    gradient = Temperature(spec, 1, "b", 0.0).gradient_k(np.arange(0, 24 * HOUR_US, HOUR_US // 60))
    assert gradient.max() == pytest.approx(spec.sun_k, rel=1e-4)
    assert 12.0 <= np.argmax(gradient) / 60.0 <= 14.0
    assert gradient[: 6 * 60] == pytest.approx(np.full(6 * 60, -spec.night_k))


def test_weather_is_drawn_by_name_for_any_order() -> None:
    """Times asked alone or together give the same; bridges have weather of their own; its deviation is the one asked for."""
    spec = TemperatureSpec(weather_k=2.0)
    one, other = Temperature(spec, 1, "one", 7.0), Temperature(spec, 1, "other", 7.0)
    t_us = np.arange(0, 400 * 6 * HOUR_US, 6 * HOUR_US)
    assert float(one.air_c(t_us[17])) == one.air_c(t_us)[17]
    assert one.air_c(t_us)[17] != other.air_c(t_us)[17]
    plain = Temperature(TemperatureSpec(weather_k=0.0), 1, "one", 7.0)
    assert np.std(one.air_c(t_us) - plain.air_c(t_us)) == pytest.approx(2.0 * np.sqrt(0.722), rel=0.15)
    warm = one.deck_c(t_us)
    assert one.frequency_factor(t_us) == pytest.approx(1.0 - 0.0015 * (warm - 20.0))


# wind


def test_wind_has_the_means_and_gusts_asked_for() -> None:
    """Ten-minute means by their mean and spread over 40 days; gusts in a block by the intensity of turbulence."""
    spec = WindSpec(correlation_h=0.5)
    wind = Wind(spec, 1, "b")
    means = wind.mean_mps(np.arange(0, 40 * 24 * HOUR_US, HOUR_US))
    assert means.mean() == pytest.approx(spec.mean_mps, rel=0.04)
    assert np.log(means).std() == pytest.approx(spec.spread, rel=0.08)
    steady = Wind(WindSpec(spread=0.0), 1, "b")
    speed, lift = steady.block(0, 500_000, 200_000)
    assert speed.mean() == pytest.approx(3.0, rel=0.01)
    assert speed.std() == pytest.approx(0.14 * 3.0, rel=0.03)
    expected = 0.5 * 1.2 * 3.0 * 24.0 * 4.5 * 0.1 * 0.5 * 0.14 * 3.0
    assert lift.std() == pytest.approx(expected, rel=0.03)
    assert abs(np.mean(lift)) < 0.05 * expected
    lag = round(90.0 / 3.0 / 0.5)
    assert np.corrcoef(speed[lag:], speed[:-lag])[0, 1] == pytest.approx(np.exp(-1.0), abs=0.05)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(1, 60), min_size=1, max_size=6))
def test_wind_goes_on_from_block_to_block(sizes: list[int]) -> None:
    """Blocks of any sizes join to the same gusts, for a steady mean."""
    spec = WindSpec(spread=0.0)
    whole = Wind(spec, 3, "b").block(0, PERIOD_US, sum(sizes))[0]
    wind, at, parts = Wind(spec, 3, "b"), 0, []
    for size in sizes:
        parts.append(wind.block(at * PERIOD_US, PERIOD_US, size)[0])
        at += size
    assert np.concatenate(parts) == pytest.approx(whole, rel=1e-12)


# vortices


def _humen(**changes: Any) -> Vortex:
    spec = VortexSpec.model_validate({"mode": 1, "from_s": 0.0, "until_s": 7200.0, "amplitude_m": 0.3, **changes})
    return Vortex(spec, frequency_hz=0.36, damping_ratio=0.003, largest_shape=1e-3, depth_m=3.0)


def test_vortices_rock_the_humen_bridge_as_they_did() -> None:
    """0.36 Hz and 0.3 m are 1.535 m/s2; the amplitude grows as Van der Pol's equation says and stays."""
    vortex = _humen()
    wind_mps = 1.1 * vortex.critical_mps
    amplitudes = []
    for second in range(0, 3600, 10):
        place, swing = vortex.block(second * 1_000_000, PERIOD_US, 500, wind_mps)
        amplitudes.append(np.abs(place).max() * 1e-3)
    assert vortex.amplitude_m == pytest.approx(0.3, rel=1e-3)
    place, swing = vortex.block(3_600_000_000, PERIOD_US, 1250, wind_mps)  # nine cycles
    assert np.abs(swing).max() * 1e-3 == pytest.approx(1.535, rel=2e-3)
    assert np.std(swing) * 1e-3 == pytest.approx(1.085, rel=1e-3)
    grown = np.array(amplitudes)
    rate = np.log(grown[80] / grown[60]) / 200.0
    assert rate == pytest.approx(0.004 * 2.0 * np.pi * 0.36, rel=0.02), "small motions grow by their negative damping"
    assert np.all(np.diff(grown[:-1]) > -1e-4)
    assert swing == pytest.approx(-((2.0 * np.pi * 0.36) ** 2) * place)


def test_no_vortices_outside_the_band_or_the_time() -> None:
    """Winds below 0.9 or above 1.3 of the critical speed hold nothing; what was grown decays with the structure's damping."""
    vortex = _humen(until_s=1000.0)
    critical = vortex.critical_mps
    assert critical == pytest.approx(0.36 * 3.0 / 0.11)
    for factor, holds in ((0.89, False), (0.91, True), (1.1, True), (1.29, True), (1.31, False)):
        assert (vortex.steady_m(factor * critical) > 0.0) == holds
    assert not np.any(vortex.block(0, PERIOD_US, 500, 0.5 * critical)[0])
    for second in range(0, 1000, 10):
        vortex.block(second * 1_000_000, PERIOD_US, 500, 1.1 * critical)
    grown = vortex.amplitude_m
    for second in range(1000, 1100, 10):
        vortex.block(second * 1_000_000, PERIOD_US, 500, 1.1 * critical)
    assert vortex.amplitude_m == pytest.approx(grown * np.exp(-0.003 * 2.0 * np.pi * 0.36 * 100.0), rel=1e-6)


# ships


def test_a_ship_pushes_as_the_highway_standard_says() -> None:
    """0.12 MN x speed x root of dead weight; half a sine of that force takes the ship's momentum."""
    impact = ShipImpactSpec(at_s=10.0, support=2, dead_weight_t=2500.0, speed_mps=3.0)
    assert impact.force_n == pytest.approx(18e6)
    taken = impact.force_n * impact.duration_s * 2.0 / np.pi
    assert taken == pytest.approx(1.05 * 2.5e6 * 3.0)


def test_a_pier_that_sinks_takes_the_deck_along() -> None:
    """At the end the deck of a simple span is straight between its supports; inertia swings it by the line's share of modes."""
    span = simple_span(40.0, 34.5e9 * 2.5, 15_000.0, 0.01)
    impact = ShipImpactSpec(at_s=1.0, support=2, dead_weight_t=2500.0, speed_mps=3.0)
    quantities = [Quantity("displacement", 10.0), Quantity("tilt", 10.0), Quantity("strain", 10.0, 1.0)]
    motion = support_motion(span, [*quantities, Quantity("acceleration", 30.0)], impact)
    down, swing = motion.moved(np.arange(0, 10_000_000, 1000))
    peak_m = 18.0 * 0.3e-3
    assert down.max() == pytest.approx(peak_m, rel=1e-3)
    assert down[-1] == pytest.approx(0.3 * peak_m)
    assert not down[:1000].any()
    assert motion.channels[0] == pytest.approx(0.25)
    assert motion.channels[1] == pytest.approx(1.0 / 40.0)
    assert motion.channels[2:] == pytest.approx([0.0, 0.0], abs=1e-12)
    assert motion.acceleration == pytest.approx([0.0, 0.0, 0.0, 0.75])
    inside = slice(1005, int(1000 + 990 * 2 * impact.duration_s))
    second = np.gradient(np.gradient(down, 1e-3), 1e-3)
    off = np.abs(swing - second)[inside]
    assert np.sort(off)[-5] < 1e-3 * np.abs(swing).max(), "but where it turns round, the acceleration is that of the motion"
    first = np.sqrt(2.0 * 15_000.0 * 40.0) / np.pi
    assert np.abs(motion.modal[0]) == pytest.approx(first, rel=1e-3)


def test_a_lost_span_lies_beside_the_pier() -> None:
    """From the support before to the one behind; the abutment loses one span."""
    bridge = structure_of(_spec())
    hit = ShipImpactSpec(at_s=0.0, support=2, dead_weight_t=1000.0, speed_mps=2.0, span_lost=True)
    assert hit.lost_m(bridge) == (0.0, 190.0)
    assert hit.model_copy(update={"support": 1}).lost_m(bridge) == (0.0, 80.0)
    assert hit.model_copy(update={"span_lost": False}).lost_m(bridge) == (0.0, 0.0)


# loss of stiffness, and all together


def test_stiffness_is_lost_evenly_and_stays_lost() -> None:
    """Nothing before, half of it in the middle, all of it after."""
    loss = StiffnessLossSpec(share=0.04, from_s=100.0, until_s=300.0)
    assert loss.factor(np.array([0, 100, 200, 300, 900]) * 1_000_000) == pytest.approx([1.0, 1.0, 0.98, 0.96, 0.96])


def test_surroundings_add_up() -> None:
    """Each load shows on the channels and modes it acts on, in the block it acts in, and the truth beside it."""
    quantities = [
        Quantity("displacement", 135.0),
        Quantity("acceleration", 135.0),
        Quantity("strain", 80.0, depth_m=-1.0),
        Quantity("longitudinal", 270.0),
    ]
    spec = _spec(
        temperature={"weather_k": 0.0, "frequency_per_k": 0.002},
        ship_impacts=[{"at_s": 100.0, "support": 2, "dead_weight_t": 2500.0, "speed_mps": 3.0}],
        vortices=[{"mode": 1, "from_s": 5000.0, "until_s": 6000.0, "amplitude_m": 0.05}],
        stiffness_loss={"share": 0.1, "from_s": 7000.0, "until_s": 7001.0},
        wind={"spread": 0.0},
    )
    bridge = structure_of(spec)
    surroundings = Surroundings(spec, bridge, quantities, seed=1, start_hour=14.0)
    quiet = surroundings.block(0, PERIOD_US, 500)
    thermal = np.array([bridge.thermal(quantity) for quantity in quantities])
    change = np.array([quiet.deck_c - 20.0, quiet.gradient_k])
    assert quiet.direct[250] == pytest.approx(thermal @ change, rel=1e-4, abs=1e-12)
    assert quiet.direct[0, 3] != quiet.direct[-1, 3]
    assert quiet.stiffness == pytest.approx((1.0 - 0.002 * (quiet.deck_c - 20.0)) ** 2)
    assert (quiet.stiffness_left, quiet.pier_m, quiet.vortex_m) == (1.0, 0.0, 0.0)
    assert quiet.modal.shape == (500, 10)
    assert not quiet.static[:, 1].any()
    ratio = quiet.static[:, 0] / quiet.modal[:, 0]
    assert ratio == pytest.approx(np.full(500, ratio[0])), "one lift moves all"

    hit = surroundings.block(100_000_000, PERIOD_US, 500)
    sunk = hit.direct[:, 0] - thermal[0] @ [hit.deck_c - 20.0, hit.gradient_k]
    line_m = np.interp(135.0, bridge.grid_m, bridge.reaction_line(1))
    assert sunk[-1] == pytest.approx(0.3 * 18.0 * 0.3e-3 * line_m, rel=0.02)
    assert hit.pier_m == pytest.approx(18.0 * 0.3e-3, rel=1e-3)
    assert np.abs(hit.direct[:, 1]).max() > 0.0

    lost = surroundings.block(8_000_000_000, PERIOD_US, 500)
    assert lost.stiffness_left == pytest.approx(0.9)


def test_vortices_reach_the_channels() -> None:
    """A wind in the band rocks displacement and acceleration of the first mode; the truth tells the amplitude."""
    plain = _spec()
    bridge = structure_of(plain)
    critical = bridge.frequency_hz[0] * plain.structure.deck.depth_m / 0.11
    spec = _spec(
        temperature={"frequency_per_k": 0.0},
        wind={"mean_mps": 1.1 * critical, "spread": 0.0},
        vortices=[{"mode": 1, "from_s": 0.0, "until_s": 6000.0, "amplitude_m": 0.05}],
    )
    quantities = [Quantity("displacement", 135.0), Quantity("acceleration", 135.0)]
    surroundings = Surroundings(spec, bridge, quantities, seed=1, start_hour=0.0)
    for second in range(0, 2000, 10):
        block = surroundings.block(second * 1_000_000, PERIOD_US, 500)
    assert block.vortex_m == pytest.approx(0.05, rel=0.01)
    omega2 = (2.0 * np.pi * bridge.frequency_hz[0]) ** 2
    assert np.std(block.direct[:, 1]) == pytest.approx(omega2 * np.std(block.direct[:, 0]), rel=0.01)


def test_events_that_do_not_fit_are_refused() -> None:
    """A support or mode that is not there; times in the wrong order."""
    ship = {"at_s": 1.0, "support": 5, "dead_weight_t": 1000.0, "speed_mps": 2.0}
    vortex = {"mode": 11, "from_s": 0.0, "until_s": 10.0, "amplitude_m": 0.1}
    with pytest.raises(ValidationError, match="support 5, and there are 4"):
        _spec(ship_impacts=[ship])
    with pytest.raises(ValidationError, match="mode 11, and modes is 10"):
        _spec(vortices=[vortex])
    with pytest.raises(ValidationError, match="the later one"):
        _spec(vortices=[{**vortex, "mode": 1, "from_s": 10.0}])
    with pytest.raises(ValidationError, match="the later one"):
        _spec(stiffness_loss={"share": 0.1, "from_s": 10.0, "until_s": 5.0})
