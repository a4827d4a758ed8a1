"""Records through which siblings meet in ``simulation/assembly.py`` without importing each other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class FrameBatch:
    """The object lists of one scan of a fleet, one row a device: what a sensor hands to its link."""

    t_us: int
    """Phenomenon time: the instant the scan shows."""

    device: npt.NDArray[np.int32]
    """Device index, (n,)."""

    frame: npt.NDArray[np.int64]
    """Frame number of that device, (n,)."""

    objects: npt.NDArray[np.int32]
    """Objects in the list, true and false ones, (n,)."""

    result_time_us: npt.NDArray[np.int64]
    """When the list was ready to be sent, (n,)."""

    content: ObjectLists | None = None
    """What the lists say of vehicles; None where nobody has asked for it."""

    bytes: npt.NDArray[np.int32] | None = None
    """Size on the wire, (n,), of messages that go in one piece; None where the links work it out from the objects."""

    priority: npt.NDArray[np.int8] | None = None
    """Class of each message, (n,), 0 is served first; None where all are of class 0."""

    def chosen(self, wanted: npt.NDArray[np.bool_]) -> FrameBatch:
        """Return the lists that are ``wanted``, (n,), alone."""
        return FrameBatch(
            self.t_us,
            self.device[wanted],
            self.frame[wanted],
            self.objects[wanted],
            self.result_time_us[wanted],
            None if self.content is None else self.content.chosen(wanted),
            None if self.bytes is None else self.bytes[wanted],
            None if self.priority is None else self.priority[wanted],
        )


@dataclass(frozen=True, slots=True)
class ObjectLists:
    """What object lists say, list after list."""

    offset: npt.NDArray[np.int64]
    """(n + 1,): the list of row ``i`` has the objects ``offset[i]:offset[i + 1]``."""

    edge: npt.NDArray[np.int32]
    """Edge that each object is matched to; -1 for one that is on no road."""

    s_m: npt.NDArray[np.float64]
    """Its place along the edge as it was measured; NaN on no road."""

    speed_mps: npt.NDArray[np.float64]
    """Its speed as tracked; NaN where it is not known."""

    x_m: npt.NDArray[np.float64]
    """Its place as it was measured, east and north of the map's origin."""

    y_m: npt.NDArray[np.float64]

    vehicle: npt.NDArray[np.int32]
    """Truth, for accounts only: the vehicle it is, -1 for a false object. Nobody who acts on reports may look at it."""

    lane: npt.NDArray[np.int8]
    """Lane that each object is matched to, 0 at the kerb; -1 where it is not known."""

    def chosen(self, wanted: npt.NDArray[np.bool_]) -> ObjectLists:
        """Return the lists that are ``wanted``, (n,), alone."""
        size = np.diff(self.offset)
        kept = np.repeat(wanted, size)
        offset = np.concatenate(([0], np.cumsum(size[wanted])))
        return ObjectLists(
            offset,
            self.edge[kept],
            self.s_m[kept],
            self.speed_mps[kept],
            self.x_m[kept],
            self.y_m[kept],
            self.vehicle[kept],
            self.lane[kept],
        )


@dataclass(frozen=True, slots=True)
class RoadsideUnit:
    """A roadside unit (RSU): a device of its site that hears vehicles and hands on what they say."""

    number: int
    """Device number; roadside units are numbered after all sensors."""

    name: str
    """The id that draws hang on."""

    site: int

    x_m: float
    """East of the map's origin."""

    y_m: float

    level: int
    """Vertical level that its site stands on."""


@dataclass(frozen=True, slots=True)
class VehicleReports:
    """Vehicles before stop lines as a signal controller is told of them: never the truth, but what reached it.

    Whoever hands them on has let them travel the links first; ``t_us`` is when they arrived, not when they were seen.
    """

    t_us: int
    """Instant of arrival at the controller."""

    edge: npt.NDArray[np.int32]
    """Approach edge that each reported vehicle is taken to be on, (n,)."""

    distance_m: npt.NDArray[np.float64]
    """Distance to the stop line, (n,)."""


@dataclass(frozen=True, slots=True)
class EdgeSpeedReport:
    """Mean speeds of edges as the platform knows them: what informed drivers are told. Never the truth, but what reached it."""

    t_us: int
    """When the platform worked it out."""

    speed_mps: npt.NDArray[np.float64]
    """(edges,): mean speed; NaN where nothing was reported."""


@dataclass(frozen=True, slots=True)
class SpeedAdvice:
    """Speeds that vehicles are asked not to exceed: what came to them over the links, as far as they follow it."""

    t_us: int
    """When it begins to act."""

    vehicle: npt.NDArray[np.int32]
    """Vehicle number, (n,), each at most once."""

    speed_mps: npt.NDArray[np.float64]
    """Desired speed not above this, (n,), above 0; infinity ends what the vehicle was advised before."""

    until_us: npt.NDArray[np.int64]
    """When it ends if no other advice comes, (n,)."""
