"""What a scenario says of those who park: for how long, how they choose, how they search, when they give up."""

from __future__ import annotations

import math
from typing import Annotated, Literal

from pydantic import Field

from twin.assumed import Assumed
from twin.spec import Spec


class PurposeSpec(Spec):
    """One purpose of visits: how many come for it and for how long they stay. Stays are log-normal."""

    name: Annotated[str, Field(min_length=1, max_length=40)]
    """Its name."""

    share: Annotated[float, Field(gt=0.0, le=1.0)]
    """Share of the arrivals, in proportion to that of the others."""

    mean_h: Annotated[float, Field(gt=0.0, le=720.0)]
    """Mean stay."""

    variation: Annotated[float, Field(ge=0.0, le=10.0)] = 1.0
    """Standard deviation of the stay divided by its mean; 0 makes all stays alike. Choice: that of an exponential stay."""

    @property
    def law(self) -> tuple[float, float]:
        """Mean and standard deviation of the logarithm of a stay in seconds."""
        sigma = math.sqrt(math.log1p(self.variation**2))
        return math.log(3600.0 * self.mean_h) - 0.5 * sigma**2, sigma


class ChoiceSpec(Spec):
    """How a driver weighs facilities: the generalised cost of each in seconds of driving, and a logit choice among them."""

    walk_most_m: Annotated[float, Field(gt=0.0, le=5000.0), Assumed.times(0.6, 1.6)] = 500.0
    """Farther away (as the crow flies) nobody parks. Assumption: a walk of eight minutes."""

    alternatives: Annotated[int, Field(ge=1, le=200)] = 24
    """Nearest facilities to the destination that a driver thinks of. Choice: more than anybody compares."""

    walk_speed_mps: Annotated[float, Field(gt=0.0, le=5.0)] = 1.3
    """Walking speed. Source: HCM 2010, chapter 17, 4.4 ft/s as average free-flow walking speed."""

    walk_detour: Annotated[float, Field(ge=1.0, le=5.0), Assumed.between(1.1, 1.5)] = 1.3
    """Way on foot divided by that as the crow flies. Assumption: a grid of streets, between straight (1) and around (1.41)."""

    walk_weight: Annotated[float, Field(ge=0.0, le=20.0), Assumed.between(1.0, 3.0)] = 2.0
    """A second on foot counts as so many of driving. Assumption: twice, usual in models of choice of mode."""

    cny_per_hour: Annotated[float, Field(gt=0.0, le=10_000.0), Assumed.times(0.5, 2.0)] = 60.0
    """Value of an hour of driving. Assumption: somewhat more than an hour's wage in Guangzhou."""

    no_space_s: Annotated[float, Field(ge=0.0, le=36_000.0), Assumed.times(0.5, 2.0)] = 600.0
    """What having come in vain counts, times the probability of that as the driver believes. Assumption: ten minutes, the
    search that is then to be expected."""

    spread_s: Annotated[float, Field(gt=0.0, le=36_000.0), Assumed.times(0.5, 2.0)] = 90.0
    """Standard deviation of what a driver thinks of a facility about this cost; the larger, the more drivers choose otherwise.
    Assumption: a minute and a half."""

    memory_s: Annotated[float, Field(gt=0.0, le=86_400.0), Assumed.times(0.5, 3.0)] = 900.0
    """A place seen without a space is believed to be without for about so long: the belief fades exponentially. Assumption: a
    quarter of an hour."""


class IllegalSpec(Spec):
    """Those who find nothing and park where it is not allowed."""

    share: Annotated[float, Field(ge=0.0, le=1.0), Assumed.between(0.0, 0.5)] = 0.2
    """Share of those who run out of patience that does so; the others drive away. Assumption: one in five."""

    where: Literal["lane", "kerb"] = "lane"
    """``lane``: in the lane at the kerb, in everybody's way. ``kerb``: where nobody is hindered."""

    stay_min: Annotated[float, Field(gt=0.0, le=1440.0), Assumed.times(0.3, 3.0)] = 10.0
    """Time for which such a vehicle stands. Assumption: short errands."""


class SearchSpec(Spec):
    """How a driver searches, and when that ends."""

    speed_mps: Annotated[float, Field(gt=0.0, le=40.0), Assumed.between(3.0, 8.0)] = 5.5
    """Speed along bays while looking for a free one. Assumption: 20 km/h."""

    sight_m: Annotated[float, Field(gt=0.0, le=500.0), Assumed.between(10.0, 60.0)] = 30.0
    """A driver sees so far ahead whether a bay at the kerb is free. Assumption: four bays past those that are taken."""

    patience_s: Annotated[float, Field(gt=0.0, le=86_400.0), Assumed.times(0.5, 2.0)] = 1200.0
    """Who has searched for so long gives up. Assumption: twenty minutes."""

    gate_patience_s: Annotated[float, Field(gt=0.0, le=86_400.0), Assumed.times(0.5, 2.0)] = 300.0
    """Who has waited for so long before a gate drives on to look elsewhere. Assumption: five minutes."""

    queue_most: Annotated[int, Field(ge=0, le=1000), Assumed.between(1, 8)] = 4
    """A driver who finds more vehicles waiting before a gate drives on. Assumption: as many as fit on a ramp."""

    hopeless: Annotated[float, Field(ge=0.0, le=1.0)] = 0.1
    """Where no facility is believed to have a space with more than this probability, the driver circles: drives to some road
    near the destination, looking for bays. Choice: one in ten."""

    circle_m: Annotated[float, Field(gt=0.0, le=10_000.0), Assumed.times(0.5, 2.0)] = 300.0
    """Roads whose middle lies no farther from the destination are circled on. Assumption: two blocks."""

    illegal: IllegalSpec | None = None
    """Parking where it is not allowed; left out, nobody does."""
