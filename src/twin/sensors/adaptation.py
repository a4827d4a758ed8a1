"""Self-adaptation: what sites do by themselves about what they find of their devices and of their uplinks.

* Turned, shifted and late devices are recalibrated: what they report is put right by what the places of common objects say
  (``place_check``).
* A device whose uplink is overloaded sends every second frame, then every fourth, and so on, and comes back step by step. Its
  frames are still taken, and its site's fusion, which lies before the uplink, still gets them all.
* While the line is out, frames are kept at the site and sent later: that is ``during_outage: store`` of the links.
"""

from __future__ import annotations

from typing import Annotated, Self

import numpy as np
import numpy.typing as npt
from pydantic import Field, model_validator

from twin.assumed import OF_THE_DESIGN, Assumed
from twin.messages import say
from twin.spec import Spec

Ints = npt.NDArray[np.int64]

_LONGEST_PATIENCE = 64
"""Times ``calm_frames``; without an end a device that failed often would stay slow for good."""


class AdaptationSpec(Spec):
    """What sites do by themselves about faults and overload."""

    recalibrate: bool = False
    """Whether turns, shifts and clocks that the self-check has measured on common objects are put right at once, before a site
    fuses. Asks for ``fusion`` and ``self_check``; only sites with three devices or more can tell which one is wrong."""

    reduce_rate: bool = False
    """Whether a device sends fewer frames while its uplink is overloaded."""

    overload_queue: Annotated[int, Field(ge=1, le=20_000), Assumed.times(0.5, 2.0)] = 5
    """Messages found waiting on the uplink that count as overload. Assumption: half a second of frames at 10 Hz."""

    calm_queue: Annotated[int, Field(ge=0, le=20_000), OF_THE_DESIGN] = 1
    """Messages found waiting that count as calm. Assumption: one, sent a moment before by another device of the site."""

    calm_frames: Annotated[int, Field(ge=1, le=1_000_000), Assumed.times(0.5, 2.0)] = 100
    """After so many frames in calm a device sends twice as many again. Assumption: 10 s at 10 Hz, so that it does not try
    at each pause of the traffic; after each try that failed at once it waits twice as long (binary exponential backoff)."""

    largest_divisor: Annotated[int, Field(ge=1, le=1024), OF_THE_DESIGN] = 8
    """At the least every so many-th frame is sent. Assumption: 8, nearly one a second at 10 Hz."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.calm_queue >= self.overload_queue:
            raise ValueError(say("spec.queues", calm=self.calm_queue, overload=self.overload_queue))
        return self


class RateControl:
    """Which frames devices send: halved on overload of the uplink, doubled again after a calm; one row a device."""

    def __init__(self, spec: AdaptationSpec, devices: int) -> None:
        """Begin with every frame."""
        self._spec = spec
        self.divisor = np.ones(devices, np.int64)
        """Every so many-th frame is sent."""
        self._calm = np.zeros(devices, np.int64)
        self._since_rise = np.full(devices, np.iinfo(np.int32).max, np.int64)
        self._patience = np.full(devices, spec.calm_frames, np.int64)

    def sends(self, device: npt.NDArray[np.integer], frame: Ints, queue: Ints) -> npt.NDArray[np.bool_]:
        """Return which of the frames that are ready go out, (n,); each device at most once a call.

        ``device`` and ``frame`` are their numbers, ``queue`` how many messages each device's last one found waiting, all (n,).
        """
        self._observe(device.astype(np.int64), queue)
        sent: npt.NDArray[np.bool_] = frame % self.divisor[device] == 0
        return sent

    def _observe(self, device: Ints, queue: Ints) -> None:
        spec = self._spec
        self._since_rise[device] += 1
        over = (queue >= spec.overload_queue) & (self._calm[device] >= 0)
        late = device[over]
        failed = late[self._since_rise[late] <= self._patience[late]]
        self._patience[failed] = np.minimum(2 * self._patience[failed], _LONGEST_PATIENCE * spec.calm_frames)
        self.divisor[late] = np.minimum(2 * self.divisor[late], spec.largest_divisor)
        # the next step waits until the last one can have shown: as many frames as wait, and two that are sent
        self._calm[late] = -(queue[over] + 2 * self.divisor[late])
        rest, found = device[~over], queue[~over]
        waits = self._calm[rest] < 0
        self._calm[rest[waits]] += 1
        steady = rest[~waits]
        self._calm[steady] = np.where(found[~waits] <= spec.calm_queue, self._calm[steady] + 1, 0)
        ready = device[self._calm[device] >= self._patience[device]]
        settled = ready[self.divisor[ready] == 1]
        self._patience[settled] = spec.calm_frames
        rising = ready[self.divisor[ready] > 1]
        self.divisor[rising] //= 2
        self._calm[rising] = 0
        self._since_rise[rising] = 0
