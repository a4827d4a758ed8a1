"""What rain and fog take from a radar's waves, against ITU-R and the reference's computed values."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.kernel.weather import WeatherSpec
from twin.sensors.weather import (
    fog_attenuation_db_per_km,
    fog_water_gpm3,
    radio_attenuation_db_per_km,
    rain_attenuation_db_per_km,
    rain_power_law,
    water_permittivity,
)

RATES_MMPH = (5.0, 10.0, 25.0, 50.0, 100.0)


def test_rain_at_77_ghz() -> None:
    """ITU-R P.838-3 at 77 GHz: k = 1.130, alpha = 0.7125 and the reference's table (its section 2), within rounding."""
    assert rain_power_law(77.0) == pytest.approx((1.130, 0.7125), abs=5e-4)
    values = [rain_attenuation_db_per_km(rate, 77.0) for rate in RATES_MMPH]
    assert values == pytest.approx([3.6, 5.8, 11.2, 18.3, 30.1], abs=0.06)


def test_rain_at_24_and_5_9_ghz() -> None:
    """The reference's row for 24 GHz, and 0.09 dB/km at 5.9 GHz in 25 mm/h, within rounding."""
    values = [rain_attenuation_db_per_km(rate, 24.0) for rate in RATES_MMPH]
    assert values == pytest.approx([0.69, 1.36, 3.35, 6.6, 13.1], rel=0.01)
    assert rain_attenuation_db_per_km(25.0, 5.9) == pytest.approx(0.09, abs=0.03)


def test_polarisations_count_by_what_they_lose() -> None:
    """P.838-3, table 5 at 5 GHz: k 0.0002162 and 0.0002428, alpha 1.6969 and 1.5317, joined by its equations 4 and 5."""
    k = 0.5 * (0.0002162 + 0.0002428)
    alpha = (0.0002162 * 1.6969 + 0.0002428 * 1.5317) / (2.0 * k)
    assert rain_power_law(5.0) == (pytest.approx(k, abs=1e-7), pytest.approx(alpha, abs=5e-4))


def test_dry_and_clear_air_take_nothing() -> None:
    """Without rain and fog the attenuation is exactly zero (oxygen and vapour, below 1 dB/km, are left out)."""
    assert radio_attenuation_db_per_km(WeatherSpec(), 77.0) == 0.0


def test_fog_water() -> None:
    """ITU-R P.840: 0.05 g/m^3 at 300 m of visibility, 0.5 g/m^3 at 50 m."""
    assert fog_water_gpm3(300.0) == pytest.approx(0.05)
    assert fog_water_gpm3(50.0) == pytest.approx(0.5)
    assert fog_water_gpm3(None) == 0.0


def test_water_permittivity() -> None:
    """The static limit and the optical one of ITU-R P.840: 77.66 at 300 K, 3.52 at very high frequency; loss above zero."""
    assert water_permittivity(1e-6, 300.0).real == pytest.approx(77.66, abs=0.01)
    assert water_permittivity(1e9, 300.0).real == pytest.approx(3.52, abs=0.01)
    assert -water_permittivity(77.0, 293.15).imag > 0.0


@given(st.floats(5.0, 200.0), st.floats(265.0, 310.0))
def test_fog_is_rayleigh_absorption(frequency_ghz: float, temperature_k: float) -> None:
    """The closed form of P.840 is the absorption of small spheres: 4.343e3 (6 pi / lambda) M / rho Im(-(e - 1) / (e + 2))."""
    value = water_permittivity(frequency_ghz, temperature_k).conjugate()  # loss with a plus sign
    wavelength_m = 0.299792458 / frequency_ghz
    fraction = 1e-6 * fog_water_gpm3(100.0)  # grams a cubic metre over the 1e6 of water
    absorbed = 6.0 * math.pi / wavelength_m * fraction * ((value - 1.0) / (value + 2.0)).imag
    expected = 1e4 * math.log10(math.e) * absorbed
    assert fog_attenuation_db_per_km(100.0, frequency_ghz, temperature_k) == pytest.approx(expected, rel=1e-3)


def test_fog_coefficient() -> None:
    """P.840's K_l at 20 degrees: 2.71 (dB/km)/(g/m3) at 77 GHz; the 0.855 in some tables is that of 41 GHz."""
    water = fog_water_gpm3(100.0)
    assert fog_attenuation_db_per_km(100.0, 77.0) / water == pytest.approx(2.71, abs=0.01)
    assert fog_attenuation_db_per_km(100.0, 41.0) / water == pytest.approx(0.855, abs=0.01)


def test_fog_matters_little_to_a_radar() -> None:
    """In fog of 100 m visibility 77 GHz loses less than in rain of 1 mm/h: why radars are built into fog-prone sites."""
    assert 0.3 < fog_attenuation_db_per_km(100.0, 77.0) < rain_attenuation_db_per_km(1.0, 77.0)


@given(st.floats(0.0, 200.0), st.floats(0.0, 50.0), st.floats(10.0, 100.0))
def test_more_rain_takes_more(rain_mmph: float, more: float, frequency_ghz: float) -> None:
    """Attenuation never falls with the rain rate, and fog adds to it."""
    less = rain_attenuation_db_per_km(rain_mmph, frequency_ghz)
    assert rain_attenuation_db_per_km(rain_mmph + more, frequency_ghz) >= less
    both = radio_attenuation_db_per_km(WeatherSpec(rain_mmph=rain_mmph, fog_visibility_m=200.0), frequency_ghz)
    assert both == pytest.approx(less + fog_attenuation_db_per_km(200.0, frequency_ghz))
