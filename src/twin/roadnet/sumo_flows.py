"""When the vehicles of a SUMO flow depart. Format: SUMO documentation, "Repeated vehicles (Flows)"."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator

from twin.messages import say
from twin.roadnet.sumo_xml import Attributes

_EXPONENTIAL = re.compile(r"exp\(([^)]+)\)")


def seconds(text: str) -> float:
    """Return a time of SUMO in seconds: a number, or ``[days:]hours:minutes:seconds``; ValueError for what is neither."""
    value_s = 0.0
    parts = text.split(":")
    for part, factor in zip(parts, (86_400.0, 3600.0, 60.0, 1.0)[-len(parts) :], strict=True):
        value_s += float(part) * factor
    if not math.isfinite(value_s):
        raise ValueError(say("sumo.time", found=text))
    return value_s


def departures(flow: Attributes, end_s: float, draw: Callable[[], float]) -> Iterator[float]:
    """Yield the departures (s) of a flow; ``end_s`` counts where it states no end. ``draw`` gives uniform numbers in (0, 1)."""
    begin_s = seconds(flow.get("begin", "0"))
    stop_s = seconds(flow["end"]) if "end" in flow else end_s
    most = int(flow["number"]) if "number" in flow else None
    rate = next((flow[name] for name in ("vehsPerHour", "perHour") if name in flow), None)
    if "probability" in flow:
        yield from _by_chance(begin_s, stop_s, float(flow["probability"]), most, draw)
    elif rate is not None:
        if float(rate) != 0.0:
            yield from _every(begin_s, stop_s, 3600.0 / float(rate), most)
    elif exponential := _EXPONENTIAL.fullmatch(flow.get("period", "")):
        yield from _exponential(begin_s, stop_s, float(exponential[1]), most, draw)
    elif "period" in flow:
        yield from _every(begin_s, stop_s, seconds(flow["period"]), most)
    elif most is not None:
        yield from _every(begin_s, stop_s, (stop_s - begin_s) / max(most, 1), most)
    else:
        raise ValueError(say("sumo.flow", name=flow["id"]))


def _every(begin_s: float, stop_s: float, period_s: float, most: int | None) -> Iterator[float]:
    if not period_s > 0.0:
        raise ValueError(say("sumo.period", found=period_s))
    count = 0
    while (most is None or count < most) and (depart_s := begin_s + (count * period_s if count else 0.0)) < stop_s:
        yield depart_s
        count += 1


def _exponential(begin_s: float, stop_s: float, rate: float, most: int | None, draw: Callable[[], float]) -> Iterator[float]:
    """Yield a Poisson process of ``rate`` (1/s)."""
    if not rate > 0.0:
        raise ValueError(say("sumo.period", found=rate))
    depart_s, count = begin_s - math.log(draw()) / rate, 0
    while (most is None or count < most) and depart_s < stop_s:
        yield depart_s
        depart_s -= math.log(draw()) / rate
        count += 1


def _by_chance(begin_s: float, stop_s: float, chance: float, most: int | None, draw: Callable[[], float]) -> Iterator[float]:
    """Yield one departure a second with probability ``chance``."""
    count = 0
    for second in range(math.ceil(stop_s - begin_s)):
        if most is not None and count >= most:
            return
        if draw() < chance:
            count += 1
            yield begin_s + second
