"""What a scenario says of parking guidance: who is told, what it rests on, whether places are kept."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from twin.assumed import OF_THE_DESIGN, Assumed
from twin.spec import Spec

Share = Annotated[float, Field(ge=0.0, le=1.0)]
Seconds = Annotated[float, Field(gt=0.0, le=86_400.0)]


class SignsSpec(Spec):
    """Guidance signs at the roads near car parks, which show how many spaces are free."""

    range_m: Annotated[float, Field(gt=0.0, le=10_000.0), OF_THE_DESIGN] = 500.0
    """Drivers no farther from a car park's entrance read its number. Assumption: boards one or two junctions ahead of it."""

    update_s: Annotated[Seconds, Assumed.times(0.3, 3.0)] = 60.0
    """Time after which the numbers shown are renewed. Assumption: a minute."""


class GuidanceSpec(Spec):
    """Who is told of free spaces, and what that rests on."""

    information: Literal["none", "perfect", "reported"] = "reported"
    """``reported``: what sensors reported over their networks, with its age; ``perfect``: the truth without any delay, the best
    that guidance could ever know; ``none``: nobody is told anything."""

    app_share: Annotated[Share, OF_THE_DESIGN] = 0.3
    """Share of the drivers who look for a space with an app that knows all facilities, drawn by trip; who uses it at a lower
    share does so at a higher one. Assumption: three in ten."""

    signs: SignsSpec | None = SignsSpec()
    """Signs for all drivers; null for none. Choice: there are some."""

    prediction: Literal["now", "on_arrival"] = "on_arrival"
    """What the app tells: whether a space is free ``now``, or how likely one will be ``on_arrival``, from the rates at which
    vehicles come and go (parking/prediction.py)."""

    reserve: bool = False
    """Whether a place is kept for each app user from the choice on, so that nobody else may take it; at a kerb the bay, which
    others leave alone. Else users are only sent to different bays."""

    hold_s: Annotated[Seconds, OF_THE_DESIGN] = 900.0
    """A place is kept no longer than so. Assumption: a quarter of an hour, more than any way to a space within the map."""

    no_show_share: Annotated[Share, Assumed.between(0.0, 0.2)] = 0.05
    """Share of the app users who end up elsewhere and do not cancel: their place is kept until its time is over. Assumption:
    one in twenty."""

    usual_stay_s: Annotated[Seconds, Assumed.times(0.5, 2.0)] = 5400.0
    """Mean stay that the prediction begins with, until it has seen enough comings and goings. Assumption: an hour and a
    half."""

    rates_over_s: Annotated[Seconds, OF_THE_DESIGN] = 1800.0
    """The rates are those of about the latest so many seconds; older ones count exponentially less. Assumption: half an hour,
    over which a district's demand hardly changes."""
