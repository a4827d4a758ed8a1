"""An executor whose runs take no time: figures are drawn from the seed and the number of sites."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import Self

from twin.sweeps.task import Outcome, Task


class Drawn:
    """Recall and perceived share have a part of the seed's and one of their own; outcomes come in any order."""

    workers = 1
    retries = 0

    def __init__(self, shuffle: int = 0) -> None:
        """Shuffle the outcomes in a way of their own."""
        self.rounds: list[int] = []
        self.entered = 0
        self._shuffle = random.Random(shuffle)  # noqa: S311

    def prepare(self, tasks: Sequence[Task]) -> None:
        """Do nothing."""

    def outcomes(self, tasks: Sequence[Task]) -> Iterator[Outcome]:
        """Yield the outcomes."""
        orders = [order for task in tasks for order in task.orders]
        self.rounds.append(len(orders))
        for order in self._shuffle.sample(orders, len(orders)):
            seed, sites = order.scenario.seed, len(order.scenario.deployment.sites)
            common = random.Random(seed).gauss(0.0, 0.05)  # noqa: S311
            own = random.Random(f"{seed} {sites}").gauss(0.0, 0.01)  # noqa: S311
            share = 0.6 + 0.1 * sites + common + own
            figures = {"recall": share, "perceived_share": share, "sites": sites, "cost_cny": 1e6 * sites}
            yield Outcome(order.number, figures)

    def __enter__(self) -> Self:
        """Begin."""
        self.entered += 1
        return self

    def __exit__(self, *_: object) -> None:
        """End."""
