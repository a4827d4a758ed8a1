"""The base of every piece of YAML: frozen, strict, documented under each field."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Spec(BaseModel):
    """One piece of a scenario file. Unknown keys are refused; the docstring under a field is its reference text."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True, allow_inf_nan=False)
