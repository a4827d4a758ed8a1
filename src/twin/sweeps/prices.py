"""Prices varied after the runs: a bill is reckoned anew for each draw, and no run made again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import numpy.typing as npt

from twin.roadnet.cache import load_network
from twin.sensors.cost_spec import CostsSpec
from twin.sensors.costs import Bill, bill
from twin.sensors.deployment import place
from twin.sweeps.assumptions import is_price, put, value_at
from twin.sweeps.design import PlannedRun
from twin.sweeps.in_play import places

MIDDLE: Final = 1
"""Of low, middle and high prices: the one that the figures of a run go by."""

_COSTS: Final = {
    "cost_cny": lambda bill: bill.investment_cny,
    "life_cycle_cost_cny": lambda bill: bill.life_cycle_cny(),
    "cost_per_perceived_vehicle_hour_cny": lambda bill: bill.hourly_cny,
}

PRICED: Final = tuple(_COSTS)
"""Figures of a run that prices decide over."""


class Repricing:
    """The bills of one deployment under other prices."""

    def __init__(self, run: PlannedRun) -> None:
        """Place the deployment of ``run``, once."""
        self._costs = run.scenario.deployment.costs
        self._places = [one for one in places(run.scenario) if is_price(one.assumption)]
        self._bills: dict[frozenset[tuple[str, float]], Bill] = {}
        network = load_network(run.base / run.scenario.map)
        self._deployment = place(run.scenario.deployment, network, run.base)
        self._middle = self._bill({})

    def figures(self, metric: str, values: npt.NDArray[np.float64], shares: Mapping[str, float]) -> npt.NDArray[np.float64]:
        """Return what a figure becomes with the prices at these shares of their probability; others stay as they are.

        The cost of a perceived vehicle-hour is the hourly cost over what the run perceived, so it goes with the former.
        """
        prices = {name: share for name, share in shares.items() if is_price(name)}
        if not prices or metric not in PRICED:
            return values
        now, before = (float(_COSTS[metric](which)[MIDDLE]) for which in (self._bill(prices), self._middle))
        return values * (now / before) if before > 0.0 else values

    def _bill(self, prices: Mapping[str, float]) -> Bill:
        key = frozenset(prices.items())
        if key not in self._bills:
            data = {"deployment": {"costs": self._costs.model_dump()}}
            for one in self._places:
                if one.assumption in prices:
                    put(data, one.path, value_at(one, prices[one.assumption]))
            self._bills[key] = bill(self._deployment, CostsSpec.model_validate(data["deployment"]["costs"]))
        return self._bills[key]
