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
        value = _value(self.field, self.inherited)
        if value is PydanticUndefined:
            return "required"
        try:
            return TypeAdapter(Any).dump_json(value).decode()
        except PydanticSerializationError:
            return str(value)


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
        "| key | default | what it is | assumption |",
        "|---|---|---|---|",
    ]
    for key in keys(model):
        if key.assumption:
            cells = (f"`{key.path}`", f"`{key.default}`", key.meaning, key.assumption)
            lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines) + "\n"
