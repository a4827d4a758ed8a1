"""How sites whose MEC is cut off are taken over by another one, as data."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from twin.assumed import Assumed
from twin.spec import Spec


class FailoverSpec(Spec):
    """When the sites of a MEC whose line to the regional cloud is out report to another MEC, and when they return."""

    detect_s: Annotated[float, Assumed.between(0.5, 90.0)] = Field(default=3.0, ge=0.0, le=86_400.0)
    """A MEC whose uplink has been out for so long is given up, and its sites report to the nearest one that is not.

    Assumption: 3 s, three beats of 1 s that stay away, after which a VRRP router takes over from another (RFC 5798, sections
    5.2.7 and 6.1, but for the skew below 1 s). An MQTT server waits for 1.5 times the client's keep-alive (3.1.1, section
    3.1.2.10), 90 s with the usual 60.
    """

    back_s: Annotated[float, Assumed.between(0.0, 300.0)] = Field(default=10.0, ge=0.0, le=86_400.0)
    """Once its uplink has been back for so long, its sites return to it.

    Assumption: 10 s, so that a line that comes and goes does not drag its sites along; VRRP itself returns at once.
    """

    most_sites: int | None = Field(default=None, ge=0, le=100_000)
    """A MEC takes over so many sites of others at most; those that find no place with the nearest go to the next, or stay.
    Left out: any number. Choice: none, the computing queue and the line show by themselves what a MEC can carry."""
