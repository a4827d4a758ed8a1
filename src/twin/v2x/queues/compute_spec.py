"""The computing queue of an edge computer (MEC) as data."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from twin.assumed import Assumed
from twin.spec import Spec


class ComputeSpec(Spec):
    """What an edge computer does with every message before it sends it on: it waits for a worker, which takes its time.

    The time is a constant for each message and one for each object in it: association of an object with the known ones and
    the update of its state are the same work for each of them.
    """

    base_s: Annotated[float, Assumed.times(0.2, 5.0)] = Field(default=0.0005, ge=0.0, le=10.0)
    """Time of a worker for each message: decoding, clock, bookkeeping.

    Assumption: half a millisecond, some tens of microseconds of decoding and as much of hand-over between processes, tenfold.
    """

    per_object_s: Annotated[float, Assumed.times(0.2, 5.0)] = Field(default=0.00005, ge=0.0, le=1.0)
    """Time of a worker for each object in the message: matching, filtering, prediction.

    Assumption: 50 us, so that a list of 40 objects takes 2.5 ms: a Kalman update takes microseconds, matching and the copies
    between processes the rest.
    """

    servers: Annotated[int, Assumed.between(1, 8)] = Field(default=1, ge=1, le=256)
    """Workers that serve one queue, first come, first served. Assumption: one process does the fusion of a MEC."""

    queue_messages: Annotated[int, Assumed.times(0.1, 10.0)] = Field(default=1000, ge=1, le=20_000)
    """Room for this many messages, waiting and being worked on. Assumption: as many as a line holds."""

    discard: Literal["newest", "oldest"] = "newest"
    """Whom a full queue drops: the message that comes, or the one that has waited longest. Choice: as on the lines."""
