"""From the runs of a sweep to what its workers are given: runs over one traffic stay together."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from twin.messages import language
from twin.sweeps.design import Design, PlannedRun
from twin.sweeps.task import Order, Task

TASKS_A_WORKER: Final = 2
"""Groups are split until there are as many tasks for each worker, where there are so many runs. Two: the last worker then
waits for half of the work of one, on average, and a second simulation of the traffic costs less than that."""


def tasks_of(design: Design, numbers: Iterable[int], store: str, workers: int) -> list[Task]:
    """Return the tasks that make the runs ``numbers`` of a design, for ``workers`` that work side by side.

    Which runs go together changes nothing of what they are.
    """
    groups: dict[object, list[int]] = {}
    for number in numbers:
        run = design.runs[number]
        groups.setdefault((run.base, run.traffic) if run.traffic else number, []).append(number)
    return [_task(design, group, store) for group in _spread([*groups.values()], TASKS_A_WORKER * workers)]


def _spread(groups: list[list[int]], wanted: int) -> list[list[int]]:
    """Halve the largest groups until there are ``wanted``; the larger ones first, so that the small ones fill up the end."""
    while len(groups) < wanted:
        largest = max(groups, key=len, default=[])
        if len(largest) < 2:
            break
        place, half = groups.index(largest), (len(largest) + 1) // 2
        groups[place : place + 1] = [largest[:half], largest[half:]]
    return sorted(groups, key=len, reverse=True)


def _task(design: Design, numbers: list[int], store: str) -> Task:
    def order(number: int, run: PlannedRun) -> Order:
        return Order(number, run.scenario, run.overrides, run.folder)

    runs = [design.runs[number] for number in numbers]
    return Task(tuple(map(order, numbers, runs)), runs[0].base, store, language())
