"""The base of every piece of YAML: frozen, strict, documented under each field."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict


class Spec(BaseModel):
    """One piece of a scenario file. Unknown keys are refused; the docstring under a field is its reference text."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True, allow_inf_nan=False)

    def usual(self, given: Mapping[str, Any], base: Path | None = None) -> Self:  # noqa: ARG002  (for models that ask)
        """Return what fills in the keys that ``given`` leaves out, where this is the default of the group.

        A model with presets returns the values of the one that ``given`` names; files are relative to ``base``.
        """
        return self


def completed(
    model: type[BaseModel], given: Mapping[str, Any], default: Spec | None = None, base: Path | None = None
) -> dict[str, Any]:
    """Return what a file says of ``model``, with the keys it leaves out of a group taken from that group's default.

    So ``links: {site_to_mec: {rate_mbps: 100}}`` changes that rate and nothing else. A group of another ``kind`` than its
    default starts afresh.
    """
    if default is not None:
        default = default.usual(given, base)
    whole = {} if default is None else default.model_dump(mode="json")
    whole |= given
    for name, field in model.model_fields.items():
        value = given.get(name)
        if not isinstance(value, Mapping):
            continue
        usual = field.default if default is None else getattr(default, name)
        if isinstance(usual, Spec) and value.get("kind", _kind(usual)) == _kind(usual):
            whole[name] = completed(type(usual), value, usual, base)
        elif isinstance(field.annotation, type) and issubclass(field.annotation, Spec):
            whole[name] = completed(field.annotation, value, base=base)
    return whole


def _kind(spec: Spec) -> Any:
    return getattr(spec, "kind", None)
