"""How the devices of a site are compared with each other, as data."""

from __future__ import annotations

from typing import Annotated, Final, Literal, get_args

from pydantic import Field

from twin.assumed import OF_THE_DESIGN, Assumed
from twin.spec import Spec

SensingDetector = Literal["alone", "solid", "appearance", "blind"]
"""``alone``: others who should see an object do not; ``solid``: it stands inside of another one; ``appearance``: it began well
inside of what a device sees; ``blind``: a device misses in a sector what the others see there."""

SENSING_DETECTORS: Final[tuple[SensingDetector, ...]] = get_args(SensingDetector)
"""The bit of a detector in an alert of layer ``sensing`` is its place here."""


class CrossCheckSpec(Spec):
    """How a site's computer compares what its devices report. It judges only where at least two devices should see a place."""

    use: tuple[SensingDetector, ...] = ("alone", "solid", "blind")
    """What is looked at. ``appearance`` is left out: vehicles that come out from behind others begin in the middle too."""

    sure_share: Annotated[float, OF_THE_DESIGN, Field(gt=0.0, le=1.0)] = 0.5
    """A device should see what lies within this share of its range, in its field of view, with nothing known in between.
    Assumption: half, where devices find nearly every car."""

    alone_s: Annotated[float, OF_THE_DESIGN, Field(gt=0.0, le=600.0)] = 2.0
    """``alone``: others should have seen an object for so long and did not. Assumption: a vehicle is hidden by one that nobody
    reports for less."""

    alone_share: Annotated[float, OF_THE_DESIGN, Field(ge=0.0, le=1.0)] = 0.05
    """``alone``: and confirmed it in less than this share of the lists. Assumption: one in twenty by chance."""

    solid_s: Annotated[float, OF_THE_DESIGN, Field(gt=0.0, le=600.0)] = 1.0
    """``solid``: two objects stand inside of each other for so long. Assumption: errors of places do not last."""

    solid_share: Annotated[float, Assumed.between(0.2, 0.8), Field(gt=0.0, le=1.0)] = 0.5
    """``solid``: centres are nearer than this share of the mean of both widths. Assumption: half; neighbours on two lanes are
    farther apart than a width."""

    edge_m: Annotated[float, OF_THE_DESIGN, Field(ge=0.0, le=1000.0)] = 15.0
    """``appearance``: a track that begins farther than this inside of the sure range of two devices. Assumption: three car
    lengths."""

    blind_s: Annotated[float, OF_THE_DESIGN, Field(ge=1.0, le=3600.0)] = 5.0
    """``blind``: over so long sectors are judged; two such times in succession make an alert. Assumption: some vehicles cross
    a sector."""

    blind_share: Annotated[float, OF_THE_DESIGN, Field(gt=0.0, le=1.0)] = 0.2
    """``blind``: a device sees less than this share of what others see there. Assumption: far below the nine tenths of a device
    in order at such distances."""

    blind_least: Annotated[int, OF_THE_DESIGN, Field(ge=1, le=100_000)] = 30
    """``blind``: so many objects, counted list by list, must be missed in sectors to judge, besides several different ones.
    Assumption: one vehicle for three seconds."""

    sector_deg: Annotated[float, OF_THE_DESIGN, Field(ge=5.0, le=360.0)] = 30.0
    """``blind``: width of a sector. Assumption: narrow enough that one lies within a blinded one of 60
    degrees, and wide enough for some vehicles."""

    learning_s: Annotated[float, OF_THE_DESIGN, Field(ge=0.0, le=86_400.0)] = 20.0
    """``blind``: a sector in which a device saw little already for so long from the start is not judged: something unknown
    stands before it. Assumption: installers look at each device once."""
