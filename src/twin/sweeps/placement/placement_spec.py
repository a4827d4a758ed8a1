"""The YAML of a placement: where sites may stand, for how much money, on which traffic they are chosen and judged."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, field_validator

from twin.messages import say
from twin.sensors.deployment_spec import Name, RoadClass, Rule
from twin.spec import Spec
from twin.sweeps.sweep_spec import Label, Seed
from twin.traffic.ground_truth import DRIVEN_CLASSES

Budget = Annotated[float, Field(gt=0.0, le=1e12)]


class TrainingSpec(Spec):
    """The traffic on which sites are chosen."""

    seeds: list[Seed] = Field(min_length=1)
    """Seeds of the runs; every one weighs the same by its vehicle-seconds."""


class EvaluationSpec(Spec):
    """The traffic on which the chosen sites are judged: none of it was seen when they were chosen."""

    seeds: list[Seed] = Field(min_length=1)
    """Seeds of the runs, other ones than in training. With two or more, figures have intervals."""

    set: dict[str, Any] = Field(default_factory=dict)
    """Values by dotted key of the scenario that hold in evaluation only, as ``demand.inflow_vph: 4800``."""


class UniformSpec(Spec):
    """Practice to compare with: sites at one spacing along roads, one road after the other, as many as the budget pays for."""

    kind: Literal["uniform"]
    """Always ``uniform``."""

    label: Label = "uniform"
    """What the tables call it."""

    kit: str
    """Which of the scenario's kits each site carries."""

    classes: list[RoadClass] = Field(min_length=1)
    """Roads by OpenStreetMap's class."""


class JunctionsFirstSpec(Spec):
    """Practice to compare with: signalised junctions, the busiest first.

    What is left of the budget when every one has its site goes into sites along roads at one spacing.
    """

    kind: Literal["junctions_first"]
    """Always ``junctions_first``."""

    label: Label = "junctions first"
    """What the tables call it."""

    kit: str
    """Which of the scenario's kits each site carries."""

    then_classes: list[RoadClass] = Field(default_factory=list)
    """Roads that get sites when all junctions have theirs, by OpenStreetMap's class; none: the rest of the budget is kept."""


BaselineSpec = Annotated[UniformSpec | JunctionsFirstSpec, Field(discriminator="kind")]
"""A practice to compare with."""


class PlacementSpec(Spec):
    """Which sites to build for a budget.

    Sites of the scenario that stand already (``status: existing``) are kept and cost nothing; its other sites may be built.
    """

    name: Name = Field(pattern=r"^\w[\w.-]*$", max_length=100)
    """Short name; the placement's folder begins with it. Letters (Chinese too), digits, '-', '_' and '.'."""

    question: str = ""
    """What the planner wants to know; shown above the results."""

    scenario: str = Field(min_length=1)
    """Scenario file, relative to the placement file. Its traffic must not depend on what sensors report."""

    set: dict[str, Any] = Field(default_factory=dict)
    """Values by dotted key of the scenario that hold for the whole placement, as ``duration_s: 600``."""

    candidates: list[Rule] = Field(default_factory=list)
    """Rules that say where sites may stand, as in ``deployment.rules``, with kits of the scenario. They take the place of the
    scenario's own rules but for those of existing sites; where the list is empty, the scenario's own rules hold."""

    budgets_cny: list[Budget] = Field(min_length=1)
    """What may be invested, by the middle prices of the scenario: one budget, or several for a curve."""

    seen_by: Annotated[int, Field(ge=1, le=100)] = 1
    """How many sites have to perceive a vehicle in a second for it to count in full; seen by fewer, it counts in part."""

    class_weights: dict[str, Annotated[float, Field(ge=0.0, le=1e6)]] = Field(default_factory=dict)
    """What a second of a vehicle is worth by its class, as ``{bus: 10}``; 1 for classes that are left out."""

    training: TrainingSpec
    """Traffic on which the sites are chosen."""

    evaluation: EvaluationSpec | None = None
    """Traffic on which they are judged; left out, nothing but the training is told."""

    baselines: list[BaselineSpec] = Field(default_factory=list)
    """Practices that are judged beside the chosen sites, for the same budgets."""

    @field_validator("class_weights")
    @classmethod
    def _known(cls, weights: dict[str, float]) -> dict[str, float]:
        unknown = [name for name in weights if name not in DRIVEN_CLASSES]
        if unknown:
            raise ValueError(say("placement.classes", unknown=", ".join(unknown), known=", ".join(DRIVEN_CLASSES)))
        return weights
