"""The YAML of a sweep: which scenario, what is varied, over which seeds, which figures are compared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, Discriminator, Field, Tag, model_validator

from twin.messages import say
from twin.spec import Spec

Label = Annotated[str, Field(min_length=1, max_length=80)]
"""What a person calls a value or an axis."""

Seed = Annotated[int, Field(ge=0, le=2**63 - 1)]

MAX_REPLICATIONS: Final = 10_000

MAX_VALUES: Final = 10_000
"""Values of one axis; more is a mistake."""


class VariantSpec(Spec):
    """One value of an axis that changes any number of keys."""

    label: Label
    """What the tables call it."""

    set: dict[str, Any] = Field(default_factory=dict)
    """New values by dotted key of the scenario, as ``deployment.rules: []``; nothing for the scenario as it stands."""


class VariantAxis(Spec):
    """An axis whose values have labels and may change several keys each."""

    name: Label
    """Name of the axis and of its column in the table."""

    values: list[VariantSpec] = Field(min_length=1)
    """What is compared, in the order of the tables."""


class RangeSpec(Spec):
    """Values at equal distances."""

    first: int | float
    """The first value."""

    last: int | float
    """The last value; with ``step``, where a step meets it."""

    step: int | float | None = Field(None, gt=0.0)
    """Distance from value to value; give it or ``count``."""

    count: int | None = Field(None, ge=2, le=MAX_VALUES)
    """How many values, both ends among them."""

    @model_validator(mode="after")
    def _says_how_many(self) -> Self:
        if (self.step is None) == (self.count is None):
            raise ValueError(say("sweep.range.form"))
        if not self.first < self.last:
            raise ValueError(say("sweep.range.order", first=self.first, last=self.last))
        if self.step is not None and (self.last - self.first) / self.step >= MAX_VALUES:
            raise ValueError(say("sweep.range.many", limit=MAX_VALUES))
        return self


class KeyAxis(Spec):
    """An axis over the values of one key; each value is its own label."""

    key: str = Field(min_length=1)
    """Dotted key of the scenario, as ``weather.rain_mmph``."""

    name: Label | None = None
    """Name of the axis and of its column in the table; the key where it is left out."""

    values: list[bool | int | float | str] | None = Field(None, min_length=1)
    """Values of the key, in the order of the tables; give them or ``range``."""

    range: RangeSpec | None = None
    """Values at equal distances, as ``{first: 100, last: 400, step: 100}``."""

    @model_validator(mode="after")
    def _says_which(self) -> Self:
        if (self.values is None) == (self.range is None):
            raise ValueError(say("sweep.axis.form"))
        return self


class SpanSpec(Spec):
    """Between what a key is drawn; evenly, whole numbers where both ends are whole."""

    low: int | float
    """The lower end."""

    high: int | float
    """The upper end."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.low < self.high:
            raise ValueError(say("sweep.range.order", first=self.low, last=self.high))
        return self


class LatinHypercubeAxis(Spec):
    """An axis whose values change several keys at once, drawn so that each key's span is covered evenly.

    Where a grid over k keys of n values takes n^k variants, ``samples`` do: for a look at many keys, not at any one alone.
    """

    name: Label
    """Name of the axis and of its column in the table; its values are called by number and draw."""

    latin_hypercube: dict[str, SpanSpec] = Field(min_length=1)
    """Span of each key, as ``weather.rain_mmph: {low: 0, high: 60}``."""

    samples: int = Field(ge=2, le=MAX_VALUES)
    """How many values the axis has."""

    draw: int = Field(1, ge=0, le=2**63 - 1)
    """Another number gives other draws."""


def _form(given: Mapping[str, Any] | BaseModel) -> str:
    for part, form in (("latin_hypercube", "LatinHypercubeAxis"), ("key", "KeyAxis")):
        if type(given).__name__ == form or (isinstance(given, Mapping) and part in given):
            return form
    return "VariantAxis"


AxisSpec = Annotated[
    Annotated[VariantAxis, Tag("VariantAxis")]
    | Annotated[KeyAxis, Tag("KeyAxis")]
    | Annotated[LatinHypercubeAxis, Tag("LatinHypercubeAxis")],
    Discriminator(_form),
]
"""An axis with ``key`` runs over one key, with ``latin_hypercube`` over draws of several, any other over labelled values."""


class PrecisionSpec(Spec):
    """How narrow the 95 % interval of a figure is to be; seeds are added until it is, for every variant."""

    metric: str
    """Figure of a run's summary, one of ``metrics``."""

    half_width: float = Field(gt=0.0)
    """Half the width of the interval, in the unit of the figure: 0.005 is half a percentage point of a share."""

    of: Literal["mean", "difference"] = "mean"
    """Whose interval: of each variant's mean, or of its paired difference to the baseline."""


class AssumptionsSpec(Spec):
    """How ``twin sweep --assumptions`` varies the defaults without source that are in play (docs/uncertainty.md)."""

    draws: int = Field(40, ge=10, le=10_000)
    """Draws of all assumptions at once, each run with every variant and seed. Choice: 40 tell the 2.5 % ends of a band by
    its outermost draw; shares of draws are known to 15 points at worst."""

    include: list[Annotated[str, Field(min_length=1)]] = Field(default_factory=lambda: ["*"], min_length=1)
    """Assumptions to vary, by name with ``*`` for any text, as ``deployment.*`` or ``*.points_for_half_detection``."""

    exclude: list[Annotated[str, Field(min_length=1)]] = Field(default_factory=list)
    """Assumptions to leave at their middle, by name with ``*``: what is known better than its default says."""

    tornado: int = Field(8, ge=0, le=1000)
    """How many of them are also run one at a time at their low and their high end: those whose draws say most. All of them
    where they are no more than that; 0 for none. Choice: as many bars as one reads at a glance."""

    seed: Seed = 1
    """Seed of the draws; it has nothing to do with the runs' own."""


class SweepSpec(Spec):
    """A sweep: every combination of the axes' values, each with every seed."""

    name: str = Field(pattern=r"^\w[\w.-]*$", max_length=100)
    """Short name; the sweep's folder begins with it. Letters (Chinese too), digits, '-', '_' and '.'."""

    question: str = ""
    """What the planner wants to know; shown above the results."""

    scenario: str = Field(min_length=1)
    """Scenario file, relative to the sweep file."""

    set: dict[str, Any] = Field(default_factory=dict)
    """Values by dotted key of the scenario that hold for the whole sweep, as ``duration_s: 300``."""

    axes: list[AxisSpec] = Field(default_factory=list)
    """What is varied; none for replications of one scenario."""

    seeds: list[Seed] | None = Field(None, min_length=1)
    """Seeds of the replications. All values are run with the same seeds, so that they are compared in pairs."""

    replications: int | None = Field(None, ge=1, le=MAX_REPLICATIONS)
    """Instead of ``seeds``: that many, counted up from the scenario's own."""

    precision: list[PrecisionSpec] = Field(default_factory=list)
    """Half widths to reach: ``replications`` (5 or more) make the first round, others follow until every target is met."""

    max_replications: int | None = Field(None, ge=1, le=MAX_REPLICATIONS)
    """Seeds at which a sweep with ``precision`` stops, whether its targets are met or not."""

    baseline: str | None = None
    """Label that the other values of its axis are compared with; the first value of the first axis where it is left out."""

    assumptions: AssumptionsSpec = AssumptionsSpec()
    """What ``--assumptions`` varies, and how often."""

    metrics: list[str] | None = Field(None, min_length=1)
    """Figures of a run's summary to keep and to compare; all of them where it is left out."""

    budget_cny: float | None = Field(None, gt=0.0, le=1e12)
    """What may be built, CNY: the tables say which variant perceives most for it. Needs ``cost_cny`` and ``perceived_share``
    among the metrics. It leaves no variant out."""

    outputs: list[Literal["html", "docx"]] = Field(default_factory=list)
    """Documents to print that are written beside the tables when the sweep ends, as ``twin report`` writes them."""

    memory_gb: float | None = Field(None, gt=0.0, le=10_000.0)
    """Memory of one task, in GB (10^9 bytes): as many run at a time on a machine as its memory holds. A task is one run, or
    several over one traffic. Left out, only the cores count; docs/sweeps.md has measured sizes."""
