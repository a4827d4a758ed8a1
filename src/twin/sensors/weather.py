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
