"""The sidelink between vehicles and roadside units as data."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from twin.assumed import OF_THE_CALCULATION, Assumed
from twin.spec import Spec
from twin.v2x.radio.path_loss import Environment


class Pc5Spec(Spec):
    """LTE-V2X mode 4 (PC5) on one channel of 10 MHz at 5.9 GHz; 190 bytes a message, as its error curves."""

    environment: Environment = "winner_b1"
    """Path loss: ``winner_b1`` (the law of the published delivery curves; corners by WINNER+ Manhattan), ``tr37885_urban`` or
    ``tr37885_highway``."""

    tx_power_dbm: float = Field(23.0, ge=0.0, le=33.0)
    """Transmitted power. Source: 23 dBm, power class 3 of TS 36.101 and of TR 36.885."""

    subchannels: Literal[2, 4] = 4
    """Sub-channels of a subframe. Source: 4 (code rate 0.7, 10 resource blocks) and 2 (0.5, 12 blocks) are what the published
    model has error curves for."""

    correlation_m: Annotated[float, Assumed.between(10.0, 25.0)] = Field(10.0, ge=2.0, le=100.0)
    """Distance over which shadowing stays alike, exp(-1). Source: 10 m in cities, 25 m on highways, TR 37.885. Assumption: that
    of cities everywhere."""

    vehicle_antenna_m: Annotated[float, Assumed.between(1.5, 1.6)] = Field(1.5, ge=0.5, le=4.5)
    """Height of vehicles' antennas. Source: TR 36.885 table A.1.4-1. Assumption: the same on lorries and buses."""

    rsu_antenna_m: Annotated[float, Assumed.between(5.0, 7.0)] = Field(5.5, ge=1.0, le=30.0)
    """Height of a roadside unit's antenna where its place has none. Assumption: 5 to 6 m, on the mast of the signals; TR 36.885
    has 5 m."""

    range_m: Annotated[float, OF_THE_CALCULATION] = Field(500.0, ge=50.0, le=1500.0)
    """Messages from farther away are received by nobody. Assumption: 500 m. T/CSAE 53 asks for 300 m; at 23 dBm on an empty
    road 73 % would still be received there, among buildings and other vehicles hardly any."""
