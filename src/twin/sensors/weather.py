"""How far the weather lets a LiDAR see."""

from __future__ import annotations

import math

from twin.kernel.weather import WeatherSpec

REFERENCE_REFLECTIVITY = 0.1
"""Data sheets state the range at which a target of 10 % reflectivity is still seen."""

_KRUSE_CONTRAST = 3.912
"""ln(1 / 0.02): visibility is where contrast falls to 2 % (Kruse, McGlauchlin, McQuistan 1962)."""


def rain_extinction_per_m(rain_mmph: float) -> float:
    """Return the extinction of near-infrared light by rain.

    Marshall and Palmer's drop sizes (1948), N(D) = 8000 exp(-4.1 R^-0.21 D) per m^3 and mm with D in mm, and an extinction
    efficiency of 2 (drops much larger than the wavelength): alpha = integral of 2 (pi D^2 / 4) N(D) dD
    = pi 8000e-6 / (4.1 R^-0.21)^3.
    """
    if rain_mmph <= 0.0:
        return 0.0
    slope_per_mm = 4.1 * math.pow(rain_mmph, -0.21)
    return math.pi * 8000e-6 / slope_per_mm**3


def kim_exponent(visibility_m: float) -> float:
    """Return the wavelength exponent of fog by visibility (Kim, McArthur, Korevaar, SPIE 4214, 2001)."""
    visibility_km = visibility_m / 1000.0
    if visibility_km > 50.0:
        return 1.6
    if visibility_km > 6.0:
        return 1.3
    if visibility_km > 1.0:
        return 0.16 * visibility_km + 0.34
    if visibility_km > 0.5:
        return visibility_km - 0.5
    return 0.0


def fog_extinction_per_m(visibility_m: float | None, wavelength_nm: float) -> float:
    """Return the extinction by fog: 3.912 / V (lambda / 550 nm)^-q per km, V in km, q as ``kim_exponent`` gives it."""
    if visibility_m is None:
        return 0.0
    return _KRUSE_CONTRAST / visibility_m * math.pow(wavelength_nm / 550.0, -kim_exponent(visibility_m))


def extinction_per_m(weather: WeatherSpec, wavelength_nm: float) -> float:
    """Return the extinction of rain and fog together (they add)."""
    return rain_extinction_per_m(weather.rain_mmph) + fog_extinction_per_m(weather.fog_visibility_m, wavelength_nm)


def effective_range_m(range_m: float, reflectivity: float, alpha_per_m: float) -> float:
    """Return the distance R at which a target returns as much as a 10 % target at ``range_m`` in clear air.

    LiDAR range equation, P = rho exp(-2 alpha R) / R^2 for a target that fills the beam: solves
    (rho / 0.1) (range / R)^2 exp(-2 alpha R) = 1. With R = clear exp(-alpha R), clear = range sqrt(rho / 0.1), R is
    W(alpha clear) / alpha with Lambert's W, found by Newton's method.
    """
    clear_m = range_m * math.sqrt(reflectivity / REFERENCE_REFLECTIVITY)
    if alpha_per_m <= 0.0:
        return clear_m
    product = alpha_per_m * clear_m
    w = math.log1p(product)
    for _ in range(50):
        step = (w * math.exp(w) - product) / (math.exp(w) * (1.0 + w))
        w -= step
        if abs(step) < 1e-13 * (1.0 + abs(w)):
            break
    return w / alpha_per_m


# radio waves: the same weather as a radar meets it

_RAIN_K_H = (
    (-5.33980, -0.10008, 1.13098),
    (-0.35351, 1.26970, 0.45400),
    (-0.23789, 0.86036, 0.15354),
    (-0.94158, 0.64552, 0.16817),
)
_RAIN_K_V = (
    (-3.80595, 0.56934, 0.81061),
    (-3.44965, -0.22911, 0.51059),
    (-0.39902, 0.73042, 0.11899),
    (0.50167, 1.07319, 0.27195),
)
_RAIN_ALPHA_H = (
    (-0.14318, 1.82442, -0.55187),
    (0.29591, 0.77564, 0.19822),
    (0.32177, 0.63773, 0.13164),
    (-5.37610, -0.96230, 1.47828),
    (16.1721, -3.29980, 3.43990),
)
_RAIN_ALPHA_V = (
    (-0.07771, 2.33840, -0.76284),
    (0.56727, 0.95545, 0.54039),
    (-0.20238, 1.14520, 0.26809),
    (-48.2991, 0.791669, 0.116226),
    (48.5833, 0.791459, 0.116479),
)


def rain_power_law(frequency_ghz: float) -> tuple[float, float]:
    """Return k and alpha of the specific attenuation gamma = k R^alpha dB/km, R in mm/h, on a level path.

    Recommendation ITU-R P.838-3 (2005), equations 2 to 5 with tables 1 to 4, for circular polarisation, the mean of horizontal
    and vertical (makers do not state theirs; the two differ by less than 4 %). Valid from 1 to 1000 GHz.
    """
    log_f = math.log10(frequency_ghz)

    def curve(terms: tuple[tuple[float, float, float], ...], slope: float, constant: float) -> float:
        return sum(a * math.exp(-(((log_f - b) / c) ** 2)) for a, b, c in terms) + slope * log_f + constant

    k_h, k_v = 10.0 ** curve(_RAIN_K_H, -0.18961, 0.71147), 10.0 ** curve(_RAIN_K_V, -0.16398, 0.63297)
    alpha_h, alpha_v = curve(_RAIN_ALPHA_H, 0.67849, -1.95537), curve(_RAIN_ALPHA_V, -0.053739, 0.83433)
    k = 0.5 * (k_h + k_v)
    return k, (k_h * alpha_h + k_v * alpha_v) / (2.0 * k)


def rain_attenuation_db_per_km(rain_mmph: float, frequency_ghz: float) -> float:
    """Return what rain takes from a radio wave, one way (ITU-R P.838-3)."""
    if rain_mmph <= 0.0:
        return 0.0
    k, alpha = rain_power_law(frequency_ghz)
    return k * math.pow(rain_mmph, alpha)


def water_permittivity(frequency_ghz: float, temperature_k: float) -> complex:
    """Return the permittivity of liquid water, real part minus i times the loss: ITU-R P.840's double Debye model."""
    theta = 300.0 / temperature_k
    static = 77.66 + 103.3 * (theta - 1.0)
    middle, optical = 0.0671 * static, 3.52
    first = 20.20 - 146.0 * (theta - 1.0) + 316.0 * (theta - 1.0) ** 2
    second = 39.8 * first
    return (
        optical
        + (static - middle) / (1.0 + 1j * frequency_ghz / first)
        + (middle - optical) / (1.0 + 1j * frequency_ghz / second)
    )


def fog_water_gpm3(visibility_m: float | None) -> float:
    """Return the liquid water in a cubic metre of fog.

    ITU-R P.840: some 0.05 g/m^3 in medium fog (visibility of the order of 300 m), 0.5 g/m^3 in thick fog (50 m). Assumption: a
    power law through the two.
    """
    if visibility_m is None:
        return 0.0
    return 0.05 * math.pow(300.0 / visibility_m, math.log(10.0) / math.log(6.0))


def fog_attenuation_db_per_km(visibility_m: float | None, frequency_ghz: float, temperature_k: float = 293.15) -> float:
    """Return what fog takes from a radio wave, one way: K_l times the liquid water (ITU-R P.840, droplets far below 1 mm).

    K_l = 0.819 f / (e'' (1 + eta^2)), eta = (2 + e') / e'': 2.71 (dB/km)/(g/m^3) at 77 GHz (0.86, which is sometimes quoted
    for car radars, belongs to 41 GHz). ``temperature_k``: 20 degrees Celsius, near Guangzhou's yearly
    mean; at 0 degrees it is 30 % more.
    """
    if visibility_m is None:
        return 0.0
    value = water_permittivity(frequency_ghz, temperature_k)
    loss = -value.imag
    eta = (2.0 + value.real) / loss
    return 0.819 * frequency_ghz / (loss * (1.0 + eta * eta)) * fog_water_gpm3(visibility_m)


def radio_attenuation_db_per_km(weather: WeatherSpec, frequency_ghz: float) -> float:
    """Return what rain and fog together take from a radio wave, one way."""
    fog = fog_attenuation_db_per_km(weather.fog_visibility_m, frequency_ghz)
    return rain_attenuation_db_per_km(weather.rain_mmph, frequency_ghz) + fog
