"""How drivers move, beyond what their vehicle's class says: the ``demand.driving`` section of a scenario."""

from __future__ import annotations

from operator import attrgetter
from typing import Annotated, Any, Final

import numpy as np
from pydantic import Field

from twin.assumed import OF_THE_CALCULATION, Assumed
from twin.spec import Spec


class LaneChangeSpec(Spec):
    """Lane changes after MOBIL.

    Source: A. Kesting, M. Treiber, D. Helbing, "General lane-changing model MOBIL for car-following models", Transportation
    Research Record 1999 (2007) 86-94; defaults from its table 1 where not said otherwise.
    """

    politeness: float = Field(0.2, ge=0.0, le=1.0)
    """Weight of others' gain and loss in one's own decision. Source: table 1 of the paper; 0.2 to 0.5 are realistic."""

    threshold_mps2: float = Field(0.1, ge=0.0, le=2.0)
    """Smallest advantage worth a change. Source: table 1 of the paper."""

    safe_braking_mps2: float = Field(4.0, gt=0.0, le=8.0)
    """Nobody is made to brake harder than this by another's change. Source: table 1 of the paper."""

    period_s: Annotated[float, Assumed.times(0.5, 2.0)] = Field(1.0, ge=0.1, le=10.0)
    """How often a driver thinks of changing. Assumption: once a second, about a reaction time."""

    courtesy_braking_mps2: Annotated[float, Assumed.between(0.8, 2.5)] = Field(1.5, ge=0.0, le=4.0)
    """Who is asked to let somebody in brakes at most this hard; the comfortable braking of a car. Assumption: somewhat
    less than ``braking_mps2``."""

    courtesy_distance_m: Annotated[float, Assumed.times(0.5, 2.0)] = Field(150.0, ge=0.0, le=1000.0)
    """Drivers ask to be let in within this distance before the place where they must be in another lane. Assumption:
    ten seconds at 50 km/h."""

    courtesy_fades_mps3: Annotated[float, Assumed.times(0.5, 2.0)] = Field(2.5, gt=0.0, le=50.0)
    """So fast the bound on acceleration rises again that being asked to let somebody in has set. Assumption: a driver who is
    not asked again is back at his own acceleration within two seconds."""

    urgency_mps2: Annotated[float, Assumed.times(0.5, 2.0)] = Field(2.0, ge=0.0, le=20.0)
    """What getting into the right lane is worth right where one must be there; it falls to nothing at twice
    ``courtesy_distance_m``. Assumption: as much as hard but comfortable braking."""

    smallest_gap_m: Annotated[float, Assumed.times(0.5, 2.0)] = Field(1.0, ge=0.1, le=20.0)
    """Nobody changes into a smaller gap, in front or behind, even when all stand. Assumption: a metre, half of what
    cars keep in a queue."""

    last_free_change_m: Annotated[float, Assumed.between(20.0, 60.0)] = Field(30.0, ge=0.0, le=500.0)
    """Nearer to the stop line than this only those change who must. Assumption: about the solid line before a junction (GB
    5768.3)."""

    rest_s: Annotated[float, Assumed.times(0.5, 2.5)] = Field(4.0, ge=0.0, le=120.0)
    """After a change nobody changes again for mere advantage for so long. Assumption: about as long as a change takes, and a
    look round."""

    short_edge_m: Annotated[float, Assumed.times(0.5, 2.0)] = Field(200.0, ge=0.0, le=5000.0)
    """Where the next edge is no longer than this drivers choose their lane for the turn at its end as well. Assumption: a
    quarter of a minute at 50 km/h, which leaves little time to change."""

    duration_s: Annotated[float, Assumed.between(2.5, 6.0)] = Field(3.0, gt=0.0, le=10.0)
    """How long a vehicle needs to cross over sideways; for others it is on its new lane from the start. Assumption: 3 s, the
    short end of what is measured (T. Toledo, D. Zohar, "Modeling duration of lane changes", Transportation Research Record
    1999, 2007)."""


class RightOfWaySpec(Spec):
    """Gap acceptance where streams meet."""

    critical_gap_right_s: float = Field(6.2, ge=0.5, le=20.0)
    """Smallest time gap in the stream with right of way that a right turn from a side street takes. Source: HCM 2010,
    exhibit 19-10, base critical headways at two-way stops."""

    critical_gap_straight_s: float = Field(6.5, ge=0.5, le=20.0)
    """The same for going straight on. Source: same exhibit."""

    critical_gap_left_s: float = Field(7.1, ge=0.5, le=20.0)
    """The same for a left turn. Source: same exhibit."""

    critical_gap_oncoming_s: float = Field(4.5, ge=0.5, le=20.0)
    """The same for a left turn across oncoming traffic, at green too. Source: HCM 2010, chapter 18, permitted left turns."""

    follow_up_right_s: float = Field(3.3, ge=0.0, le=20.0)
    """Time between two vehicles of a side street that use the same gap, both turning right. Source: HCM 2010, exhibit 19-11,
    base follow-up headways at two-way stops."""

    follow_up_straight_s: float = Field(4.0, ge=0.0, le=20.0)
    """The same for going straight on. Source: same exhibit."""

    follow_up_left_s: float = Field(3.5, ge=0.0, le=20.0)
    """The same for a left turn or a U-turn. Source: same exhibit."""

    yield_speed_ratio: float = Field(0.6, gt=0.0, le=1.0)
    """Who goes straight on across a road with right of way, without signals, slows down to this share of the speed limit
    even when nobody comes. Source: AASHTO, A Policy on Geometric Design of Highways and Streets (2011), section 9.5.3,
    case C1: 60 % of the speed of the side road. 1 switches it off."""

    yield_turn_speed_mps: float = Field(4.5, gt=0.0, le=50.0)
    """The same for turns into a road with right of way. Source: the same, case C2, 16 km/h."""

    clearance_s: Annotated[float, Assumed.between(0.2, 1.0)] = Field(0.5, ge=0.0, le=5.0)
    """Time between one vehicle leaving the place where two paths cross and another one reaching it. Assumption: half a
    second."""

    zip_distance_m: Annotated[float, Assumed.times(0.5, 2.0)] = Field(70.0, ge=10.0, le=300.0)
    """From here on vehicles of two lanes that become one take turns. Assumption: five seconds at 50 km/h."""

    zip_braking_mps2: Annotated[float, Assumed.between(1.0, 3.0)] = Field(2.0, gt=0.0, le=6.0)
    """No harder than this to open a gap for who merges in front. Assumption: the lane behind stays comfortable."""


class DrivingSpec(Spec):
    """How drivers move."""

    step_s: Annotated[float, OF_THE_CALCULATION] = Field(0.1, ge=0.02, le=1.0)
    """Time step of all vehicles. Assumption: 0.1 s, a tenth of the shortest usual time gap."""

    hardest_braking_mps2: Annotated[float, Assumed.between(6.5, 9.0)] = Field(8.0, ge=3.0, le=12.0)
    """Emergency braking on a dry road. Assumption: about the friction limit of a passenger car."""

    stops_at_yellow_mps2: float = Field(3.0, ge=1.0, le=8.0)
    """A driver stops at yellow if this deceleration is enough. Source: ITE, Guidelines for determining traffic signal change
    and clearance intervals (2020): 10 ft/s2."""

    stop_line_gap_m: Annotated[float, Assumed.between(0.5, 2.0)] = Field(1.0, ge=0.1, le=5.0)
    """Where the front bumper comes to rest before a stop line. Assumption: a metre."""

    pull_out_speed_ratio: Annotated[float, Assumed.between(0.15, 0.5)] = Field(0.3, gt=0.0, le=1.0)
    """A vehicle that begins its trip inside the map joins the road at this share of its desired speed, and one that ends it
    there leaves the road as slowly. Assumption: a third, some 15 km/h in a street."""

    speed_spread: Annotated[float, Assumed.between(0.05, 0.2)] = Field(0.1, ge=0.0, le=0.9)
    """Half the width of the even spread of desired speeds within a class, as a share of its mean. Assumption: a tenth to either
    side."""

    gridlock_after_s: Annotated[float, Assumed.fixed("off; a run that takes vehicles away answers another question")] = Field(
        0.0, ge=0.0, le=36_000.0
    )
    """A vehicle that stands this long as the first of its lane, without red, is taken off the road; counted and told. 0
    switches that off: nobody is ever taken off. Assumption: off, so that a jam shows what it is."""

    lane_change: LaneChangeSpec = LaneChangeSpec()
    """Lane changes."""

    right_of_way: RightOfWaySpec = RightOfWaySpec()
    """Gaps that drivers accept at junctions."""


HALTED_MPS: Final = 1.4
"""Below 5 km/h a vehicle counts as queueing (HBS 2015 and SUMO use the same)."""

_KEYS: Final = {
    "hardest_braking": "hardest_braking_mps2",
    "stops_at_yellow": "stops_at_yellow_mps2",
    "stop_line_gap": "stop_line_gap_m",
    "pull_out": "pull_out_speed_ratio",
    "gridlock_after": "gridlock_after_s",
    "step": "step_s",
    "politeness": "lane_change.politeness",
    "threshold": "lane_change.threshold_mps2",
    "safe_braking": "lane_change.safe_braking_mps2",
    "lane_change_period": "lane_change.period_s",
    "courtesy_braking": "lane_change.courtesy_braking_mps2",
    "courtesy_distance": "lane_change.courtesy_distance_m",
    "courtesy_fades": "lane_change.courtesy_fades_mps3",
    "urgency": "lane_change.urgency_mps2",
    "smallest_gap": "lane_change.smallest_gap_m",
    "last_free_change": "lane_change.last_free_change_m",
    "rest": "lane_change.rest_s",
    "gap_right": "right_of_way.critical_gap_right_s",
    "gap_straight": "right_of_way.critical_gap_straight_s",
    "gap_left": "right_of_way.critical_gap_left_s",
    "gap_oncoming": "right_of_way.critical_gap_oncoming_s",
    "follow_up_right": "right_of_way.follow_up_right_s",
    "follow_up_straight": "right_of_way.follow_up_straight_s",
    "follow_up_left": "right_of_way.follow_up_left_s",
    "clearance": "right_of_way.clearance_s",
    "zip_distance": "right_of_way.zip_distance_m",
    "zip_braking": "right_of_way.zip_braking_mps2",
}
"""The kernels' name of each value, and its key in ``DrivingSpec``."""

DRIVING: Final = np.dtype([(name, "f8") for name in _KEYS], align=True)


def driving_record(spec: DrivingSpec) -> Any:
    """Return the values as one record for the kernels."""
    record = np.zeros(1, dtype=DRIVING)
    record[0] = attrgetter(*_KEYS.values())(spec)
    return record.view(np.recarray)
