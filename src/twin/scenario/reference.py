"""What the models of a scenario assume: every default without a source, gathered from the docstrings of the fields.

``twin.scenario.pages`` writes the page (``make docs``); a test keeps it current.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, get_args, get_origin

from pydantic import BaseModel, TypeAdapter
from pydantic.fields import FieldInfo
from pydantic_core import PydanticSerializationError, PydanticUndefined

from twin.assumed import assumed
from twin.scenario.schema_walk import is_model, members, tags

MARK: Final = "Assumption:"
"""The word in a field's docstring that says: this default has no source."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key that a scenario file may have."""

    path: str
    """Dotted key; ``[]`` for an entry of a list, ``*`` for any key, ``(kind)`` after a member of a union."""
    model: type[BaseModel]
    field: FieldInfo
    inherited: Any = PydanticUndefined
    """The value that the default of the group above gives it."""

    @property
    def field_name(self) -> str:
        """The key itself, without the groups above."""
        return self.path.rpartition(".")[2]

    @property
    def meaning(self) -> str:
        """What the key means, without its assumption, on one line."""
        return " ".join((self.field.description or "").partition(MARK)[0].split())

    @property
    def assumption(self) -> str:
        """The assumption behind the default, on one line; empty when it has a source."""
        return " ".join((self.field.description or "").partition(MARK)[2].split())

    @property
    def default(self) -> str:
        """The default as YAML would write it; ``required`` without one."""
        return "required" if self.value is PydanticUndefined else _as_yaml(self.value)

    @property
    def value(self) -> Any:
        """The default; ``PydanticUndefined`` without one."""
        return _value(self.field, self.inherited)

    @property
    def range(self) -> tuple[str, str]:
        """Low and high end of an assumed default as YAML would write them; two dashes where there is no range."""
        found = assumed(self.field)
        if found is not None and self.value is PydanticUndefined:
            return found.in_words()
        ends = found and found.bounds(self.value, self.field)
        return (_as_yaml(ends[0]), _as_yaml(ends[1])) if ends else ("-", "-")


def _as_yaml(value: Any) -> str:
    try:
        return TypeAdapter(Any).dump_json(_readable(value)).decode()
    except PydanticSerializationError:
        return str(value)


def _readable(value: Any) -> Any:
    """Return floats without what rounding has left behind the twelfth digit."""
    if isinstance(value, list | tuple):
        return [_readable(part) for part in value]
    return float(f"{value:.12g}") if isinstance(value, float) else value


def _value(field: FieldInfo, inherited: Any) -> Any:
    if inherited is not PydanticUndefined or field.is_required():
        return inherited
    return field.get_default(call_default_factory=True, validated_data={})


def keys(
    model: type[BaseModel], prefix: str = "", above: tuple[type[BaseModel], ...] = (), default: BaseModel | None = None
) -> Iterator[Key]:
    """Yield every key that a file of ``model`` may have, in the order of the models; ``default`` is that of the group."""
    for name, field in model.model_fields.items():
        path = f"{prefix}.{name}" if prefix else name
        inherited = getattr(default, name, PydanticUndefined)
        yield Key(path, model, field, inherited)
        value = _value(field, inherited)
        for suffix, child in _models(field.annotation):
            if child not in (*above, model):
                yield from keys(child, path + suffix, (*above, model), value if isinstance(value, child) else None)


def _models(annotation: Any) -> Iterator[tuple[str, type[BaseModel]]]:
    options = members(annotation)
    several = sum(is_model(option) for option in options) > 1
    for option in options:
        if is_model(option):
            kind = tags(option)
            yield (f"({kind[0]})" if several and kind else ""), option
        elif get_origin(option) in (list, tuple, dict, set, frozenset):
            entry = ".*" if get_origin(option) is dict else "[]"
            for argument in get_args(option):
                for suffix, child in _models(argument):
                    yield entry + suffix, child


def assumptions(model: type[BaseModel]) -> str:
    """Return the page of assumptions of ``model`` as Markdown."""
    lines = [
        "# Assumptions",
        "",
        "Defaults for which no published source was found, by key of the scenario file. Each can be changed there or with",
        "`twin run --set key=value`. This page is written by `make docs` from the docstrings of the models.",
        "",
        "**low** and **high** are how far the truth may lie from the default: half to double where only the order is known;",
        "the span of the values named where some are; 5 to 30 % to either side where data sheets, limits or measurements of",
        "like things agree that well. All are judgements. Where a preset or a file gives another value, the range lies about",
        "that one. `twin sweep --assumptions` varies them ([uncertainty.md](uncertainty.md)). Choices of design and settings",
        "of the calculation have none: one cannot be wrong about them.",
        "",
        "| key | low | default | high | what it is | assumption |",
        "|---|---|---|---|---|---|",
    ]
    for key in keys(model):
        if key.assumption:
            low, high = key.range
            found = assumed(key.field)
            text = f"{key.assumption} No range: {found.reason}." if found and found.reason else key.assumption
            cells = (f"`{key.path}`", f"`{low}`", f"`{key.default}`", f"`{high}`", key.meaning, text)
            lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines) + "\n"
