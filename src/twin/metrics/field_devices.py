"""How field devices of parking, bridges and roads did: reports by what became of them, availability, batteries; floods."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from twin.eventlog.municipal_tables import LOSS_MEANINGS
from twin.eventlog.reader import Run
from twin.metrics.selection import after_warm_up
from twin.units import to_us

GATEWAY: Final = "gateway"
_COUNTS: Final = (
    "expected",
    "delivered",
    "arrived_late",
    "under_way",
    "not_due",
    *(f"lost_{cause}" for cause in LOSS_MEANINGS),
)
_DOWN: Final = ("device_fault", "battery")


@dataclass(frozen=True, slots=True)
class FieldFigures:
    """Field devices of one owner or kind, or all of them; gateways count for their availability alone."""

    devices: int
    expected: int
    """Reports that were due after the warm-up, what was not due not among them."""
    delivered: int
    """Of these, arrived by the end."""
    under_way: int
    """Of these, on their way at the end."""
    lost: dict[str, int]
    """Of these, lost, by cause."""
    not_due: int
    up_share: float | None
    """Share of device time in which they worked; None without time."""
    batteries_replaced: int

    @property
    def delivered_share(self) -> float | None:
        """Delivered of those whose fate is known; None without any."""
        known = self.expected - self.under_way
        return self.delivered / known if known else None


@dataclass(frozen=True, slots=True)
class FieldReport:
    """All field devices of a run."""

    total: FieldFigures
    by_kind: dict[str, FieldFigures]
    """By kind of device, gateways left out."""
    gateways: int
    gateway_up_share: float | None
    """Share of gateway time without outage; None without gateways."""


@dataclass(frozen=True, slots=True)
class FloodFigures:
    """One underpass."""

    deepest_m: float
    """Deepest water at the instants that the log has."""
    closed_share: float
    """Share of those instants at which it was closed to traffic."""
    deep_vehicles: int
    """Vehicles that were in water as deep as asks for a closure."""


def field_figures(run: Run, warm_up_s: float = 0.0) -> FieldReport | None:
    """Return how a run's field devices did after its warm-up; None where there are none.

    An interval counts where it begins after the warm-up. A report that was under way at the end of the warm-up is left out
    also when it arrives later.
    """
    every = run.table("municipal_device").select(["device", "kind"]).to_pylist()
    if not every:
        return None
    kind_of = {row["device"]: str(row["kind"]) for row in every}
    table = after_warm_up(run, "report_stat", ("device", *_COUNTS), warm_up_s)
    device, size = table.column("device").to_numpy(), max(kind_of) + 1
    counts = {name: np.bincount(device, weights=table.column(name).to_numpy(), minlength=size) for name in _COUNTS}
    down_us, replaced = _down_us(run, warm_up_s)
    whole_us = to_us(run.manifest.simulated_s) - to_us(warm_up_s)
    kinds = sorted(set(kind_of.values()) - {GATEWAY})
    numbers = {kind: [number for number, its in kind_of.items() if its == kind] for kind in (*kinds, GATEWAY)}

    def sums(mine: list[int]) -> FieldFigures:
        total = {name: round(float(counts[name][mine].sum())) for name in _COUNTS}
        # what arrived late was under way at the end of an interval of this log, or of the warm-up, and is no loss
        late = min(total["arrived_late"], total["under_way"])
        return FieldFigures(
            devices=len(mine),
            expected=total["expected"],
            delivered=total["delivered"] + late,
            under_way=total["under_way"] - late,
            lost={cause: total[f"lost_{cause}"] for cause in LOSS_MEANINGS},
            not_due=total["not_due"],
            up_share=_up_share(mine, down_us, whole_us),
            batteries_replaced=sum(replaced[number] for number in mine),
        )

    gates = numbers[GATEWAY]
    return FieldReport(
        total=sums([number for kind in kinds for number in numbers[kind]]),
        by_kind={kind: sums(numbers[kind]) for kind in kinds},
        gateways=len(gates),
        gateway_up_share=_up_share(gates, down_us, whole_us),
    )


def flood_figures(run: Run, warm_up_s: float = 0.0) -> dict[str, FloodFigures]:
    """Return how each underpass stood after the warm-up, by its name; empty without any."""
    names = {row["underpass"]: str(row["name"]) for row in run.table("underpass").select(["underpass", "name"]).to_pylist()}
    columns = ("underpass", "level_m", "closed", "deep_vehicles")
    rows: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in after_warm_up(run, "flood", columns, warm_up_s).to_pylist():
        rows[row["underpass"]].append(row)
    return {
        name: FloodFigures(
            deepest_m=max(row["level_m"] for row in rows[number]),
            closed_share=float(np.mean([row["closed"] for row in rows[number]])),
            deep_vehicles=sum(row["deep_vehicles"] for row in rows[number]),
        )
        for number, name in names.items()
        if rows[number]
    }


def _up_share(mine: list[int], down_us: dict[int, int], whole_us: int) -> float | None:
    if not mine or whole_us <= 0:
        return None
    return 1.0 - sum(down_us[number] for number in mine) / (whole_us * len(mine))


def _down_us(run: Run, warm_up_s: float) -> tuple[dict[int, int], dict[int, int]]:
    """Return for how long each device was down between warm-up and end, and how many new batteries it got in that time.

    Causes may overlap, faults of one cause too: a device works when all of them are over.
    """
    from_us, until_us = to_us(warm_up_s), to_us(run.manifest.simulated_s)
    down: dict[int, int] = defaultdict(int)
    replaced: dict[int, int] = defaultdict(int)
    held: dict[int, int] = defaultdict(int)
    since: dict[int, int] = {}
    for row in run.table("device").to_pylist():
        number, t_us = row["device"], row["t_us"]
        if row["cause"] not in (*_DOWN, "gateway_outage"):
            continue
        held[number] += 1 if row["state"] == "fault" else -1
        if held[number] == 1 and row["state"] == "fault":
            since[number] = t_us
        elif held[number] == 0:
            down[number] += max(t_us - max(since.pop(number), from_us), 0)
        if row["cause"] == "battery" and row["state"] == "up" and t_us >= from_us:
            replaced[number] += 1
    for number, t_us in since.items():
        down[number] += max(until_us - max(t_us, from_us), 0)
    return down, replaced
