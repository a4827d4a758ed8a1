"""Two pictures of a placement: what each way of building perceives over what it costs, and a map of the chosen sites."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from twin.messages import say
from twin.metrics.pictures import Sheet, check_form
from twin.money import money, money_unit
from twin.roadnet.projection import to_local
from twin.sweeps.placement.place import PlacementResult
from twin.sweeps.placement.plan import OPTIMISED


def draw_curve(result: PlacementResult, out: Path) -> None:
    """Draw the share perceived in evaluation over the cost, a line a way of building, with 95 % intervals, into ``out``.

    Without evaluation the training's share of the optimised sites. The dotted line is what no choice exceeds in training.
    Raises InputError where ``out`` is no image file, TwinError without Matplotlib.
    """
    check_form(out)
    whole, (scale, unit) = result.whole or 1.0, money_unit()
    with Sheet(out, result.plan.spec.name, "placement.draw.curve") as (_, axes):
        for label in dict.fromkeys(one.label for one in result.judged):
            rows = [one for one in result.judged if one.label == label]
            chosen = label == OPTIMISED
            name = say("placement.optimised") if chosen else label
            line = {"marker": "o", "markersize": 4, "linewidth": 2.0 if chosen else 1.2, "label": name}
            cost = [one.cost_cny / scale for one in rows]
            judged = [one.mean for one in rows if one.mean is not None]
            if len(judged) == len(rows):
                spread = [100.0 * (one.half_width or 0.0) for one in judged]
                axes.errorbar(cost, [100.0 * one.mean for one in judged], yerr=spread, capsize=2, **line)
            elif chosen:
                axes.plot(cost, [100.0 * (one.trained_share or 0.0) for one in rows], **line)
        budgets = [one.budget_cny / scale for one in result.selections]
        bounds = [min(100.0, 100.0 * one.bound / whole) for one in result.selections]
        axes.plot(budgets, bounds, linestyle=":", color="0.4", label=say("placement.draw.bound"))
        axes.set_xlim(left=0.0)
        axes.set_ylim(0.0, 100.0)
        axes.grid(color="0.92")
        axes.set_xlabel(say("placement.draw.cost", unit=unit))
        axes.set_ylabel(say("placement.draw.share"))
        axes.legend(loc="lower right", framealpha=0.9)


def draw_map(result: PlacementResult, out: Path) -> None:
    """Draw the sites chosen for the largest budget on the roads, coloured by the order to build them in, into ``out``.

    Raises as ``draw_curve``.
    """
    check_form(out)
    network, found, selection = result.plan.network, result.plan.candidates, result.selections[-1]
    lines = [network.polyline(edge) for edge in range(network.edge_count)]
    road_x_m = np.concatenate([np.append(x_m, np.nan) for x_m, _ in lines])
    road_y_m = np.concatenate([np.append(y_m, np.nan) for _, y_m in lines])
    lon_deg, lat_deg = ([getattr(site, name) for site in found.sites] for name in ("lon_deg", "lat_deg"))
    x_m, y_m = to_local(network.crs, network.origin_m, lon_deg, lat_deg)
    standing = np.flatnonzero(found.standing)
    added = np.array([site for site in selection.sites if not found.standing[site]], np.int64)
    with Sheet(out, result.plan.spec.name, "placement.draw.map") as (figure, axes):
        axes.plot(road_x_m, road_y_m, color="0.8", linewidth=0.7, zorder=0)
        axes.scatter(x_m, y_m, s=3, color="0.55", linewidths=0, label=say("placement.draw.candidates"), zorder=1)
        if standing.size:
            axes.scatter(x_m[standing], y_m[standing], s=26, marker="s", color="black", label=say("placement.draw.standing"))
        rank = 1 + np.arange(added.size)
        name = say("placement.draw.chosen", budget=money(selection.budget_cny))
        dots = axes.scatter(
            x_m[added], y_m[added], s=34, c=rank, cmap="viridis", edgecolors="black", linewidths=0.4, label=name, zorder=3
        )
        figure.colorbar(dots, ax=axes, label=say("placement.draw.rank"))
        axes.set_aspect("equal")
        axes.set_xlabel(say("draw.coverage.x"))
        axes.set_ylabel(say("draw.coverage.y"))
        figure.legend(loc="outside lower center", ncols=3, frameon=False)
