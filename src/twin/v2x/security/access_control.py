"""Who may hand lists to an edge computer: what it checks of every list that reaches it, and what it makes of forged ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Final, Literal, get_args

import numpy as np
import numpy.typing as npt
from pydantic import Field

from twin.assumed import OF_THE_DESIGN
from twin.compilation import kernel
from twin.kernel.alerts import Escalation, EscalationSpec, LayerAlert
from twin.spec import Spec
from twin.units import US_PER_S

Ints = npt.NDArray[np.int64]

AccessCheck = Literal["registry", "site", "duplicate", "rate"]
"""``registry``: the name is not registered; ``site``: it comes by the line of another site than it is registered for;
``duplicate``: the same device and instant came before; ``rate``: more lists in a second than the device makes."""

ACCESS_CHECKS: Final[tuple[AccessCheck, ...]] = get_args(AccessCheck)
"""The bit of a check in an alert of layer ``access`` is its place here."""

REGISTRY, SITE, DUPLICATE, RATE = (1 << bit for bit in range(len(ACCESS_CHECKS)))

REMEMBERED: Final = 64
"""Choice: instants kept by device to know a list again; at 10 Hz those of six seconds, longer than a line delays."""

UNKNOWN: Final = -1
"""Instead of the number of a device whose name nobody knows."""


class AccessSpec(Spec):
    """What an edge computer looks at before it takes a list. What is found fault with is refused."""

    use: tuple[AccessCheck, ...] = ("registry", "site", "duplicate", "rate")
    """Checks that are on. The first two stand for certificates that name device and site."""

    rate_margin: Annotated[float, OF_THE_DESIGN, Field(ge=1.0, le=100.0)] = 1.5
    """``rate``: lists in a second above this times the device's own rate, plus one, are refused. Assumption: half as many again
    leave room for lists that a queue has held up."""

    escalation: EscalationSpec = EscalationSpec()
    """When refusals make alerts."""


@kernel
def check_lists(
    claimed: Ints,
    source: Ints,
    shown_us: Ints,
    arrived_us: Ints,
    registered: Ints,
    most: Ints,
    seen_us: Ints,
    next_place: Ints,
    second: Ints,
    count: Ints,
    use: int,
) -> Ints:
    """Return the checks that find fault with each list (n,), a bit each; the lists in the order of their arrival.

    ``claimed`` is the number of the device that a list claims to come from, ``UNKNOWN`` where nobody knows it, ``source`` the
    site by whose line it came. By device: ``registered`` site, ``most`` lists in a second; the rest is the memory of before.
    """
    bits = np.zeros(claimed.size, np.int64)
    for i in range(claimed.size):
        device = claimed[i]
        if device < 0:
            bits[i] = REGISTRY & use
            continue
        if source[i] != registered[device]:
            bits[i] |= SITE
        for j in range(seen_us.shape[1]):
            if seen_us[device, j] == shown_us[i]:
                bits[i] |= DUPLICATE
                break
        now = arrived_us[i] // US_PER_S
        if now != second[device]:
            second[device], count[device] = now, 0
        if count[device] >= most[device]:
            bits[i] |= RATE
        bits[i] &= use
        if bits[i] == 0 or bits[i] == RATE:
            count[device] += 1
            seen_us[device, next_place[device]] = shown_us[i]
            next_place[device] = (next_place[device] + 1) % seen_us.shape[1]
    return bits


class AccessControl:
    """The checks of all edge computers. A device reports to one of them, so that one memory by device is enough."""

    def __init__(self, spec: AccessSpec, sites: Sequence[int], period_us: Sequence[int]) -> None:
        """Register the devices, by number: the site of each, and the time between two of its lists."""
        self._spec = spec
        self._use = sum(1 << ACCESS_CHECKS.index(name) for name in spec.use)
        devices = len(sites)
        self._registered = np.array(sites, np.int64)
        per_second = US_PER_S / np.array(period_us, np.float64)
        self._most = np.ceil(spec.rate_margin * per_second + 1.0).astype(np.int64)
        self._seen_us = np.full((devices, REMEMBERED), -1, np.int64)
        self._next = np.zeros(devices, np.int64)
        self._second, self._count = np.full(devices, -1, np.int64), np.zeros(devices, np.int64)
        self._escalation = Escalation(spec.escalation)

    def check(self, claimed: Ints, source: Ints, shown_us: Ints, arrived_us: Ints) -> npt.NDArray[np.int64]:
        """Return the checks that find fault with lists (n,), a bit each, 0 for those that are taken.

        In the order of their arrival, whatever their order here; of lists that arrive together the true device's comes first.
        """
        order = np.lexsort((source, shown_us, claimed, arrived_us))
        bits = np.empty(claimed.size, np.int64)
        bits[order] = check_lists(
            claimed[order], source[order], shown_us[order], arrived_us[order], self._registered, self._most,
            self._seen_us, self._next, self._second, self._count, self._use,
        )  # fmt: skip
        return bits

    def alert(self, t_us: int, name: str, device: int | None, bits: int, attack: str | None) -> LayerAlert | None:
        """Take a refusal of a list of ``name``; return an alert where it makes a new level."""
        level = self._escalation.find(name, t_us)
        if level is None:
            return None
        return LayerAlert(t_us, "access", bits, level, "block", device=device, attack=attack)
