"""Follow the location of a pydantic error through the models, to the file's own keys."""

from __future__ import annotations

import types
from collections.abc import Sequence
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from twin.scenario.yaml_tree import KeyPath


def members(annotation: Any) -> list[Any]:
    """Return the members of a union without None, or the type itself; ``Annotated`` is taken off."""
    while get_origin(annotation) is Annotated or hasattr(annotation, "__value__"):
        annotation = annotation.__value__ if hasattr(annotation, "__value__") else get_args(annotation)[0]
    if get_origin(annotation) in (Union, types.UnionType):
        found = [member for part in get_args(annotation) if part is not types.NoneType for member in members(part)]
        return list(dict.fromkeys(found))
    return [annotation]


def is_model(annotation: Any) -> bool:
    """Return whether the annotation is one pydantic model."""
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def tags(model: type[BaseModel], discriminator: str = "kind") -> tuple[str, ...]:
    """Return the values of a model's discriminating field."""
    field = model.model_fields.get(discriminator)
    if field is None or get_origin(field.annotation) is not Literal:
        return ()
    return tuple(str(value) for value in get_args(field.annotation))


def _item(annotation: Any) -> Any:
    arguments = get_args(annotation)
    if get_origin(annotation) is dict:
        return arguments[1] if len(arguments) > 1 else Any
    return arguments[0] if arguments else Any


def _choose(options: list[Any], label: str) -> list[Any]:
    chosen = [option for option in options if is_model(option) and (label in tags(option) or option.__name__ == label)]
    return chosen or [option for option in options if getattr(option, "__name__", str(option)) == label] or options


def walk(model: type[BaseModel], location: Sequence[str | int], data: Any) -> tuple[KeyPath, Any, list[Any]]:
    """Return (path in the file, value there, types possible there) of a pydantic error's location.

    pydantic puts the chosen member of a union into the location; those labels are no keys of the file and are left out.
    The value of a missing key is None.
    """
    path: list[str | int] = []
    options: list[Any] = [model]
    labelled = False
    for part in location:
        if len(options) > 1 and not labelled:
            options = _choose(options, str(part))
            labelled = True
            continue
        labelled = False
        current = options[0]
        if isinstance(part, str) and is_model(current):
            field = current.model_fields.get(part) or _by_alias(current, part)
            options = members(field.annotation) if field is not None else []
        elif (isinstance(part, int) and isinstance(data, list)) or (isinstance(data, dict) and part in data):
            options = members(_item(current))
        else:
            continue  # a validator's label, as function-after[...]
        path.append(part)
        data = _child(data, part)
    return tuple(path), data, options


def _by_alias(model: type[BaseModel], name: str) -> FieldInfo | None:
    return next((field for field in model.model_fields.values() if name in (field.alias, field.validation_alias)), None)


def _child(data: Any, part: str | int) -> Any:
    if isinstance(data, dict) and isinstance(part, str):
        return data.get(part)
    if isinstance(data, list) and isinstance(part, int) and part < len(data):
        return data[part]
    return None


def keys_of(options: list[Any]) -> list[str]:
    """Return the keys that the models among ``options`` know."""
    return list(dict.fromkeys(name for option in options if is_model(option) for name in option.model_fields))


def meaning_of(model: type[BaseModel], location: Sequence[str | int], data: Any, *, whole: bool = False) -> str:
    """Return the first sentence of the documentation of the field at ``location`` (or the whole), or an empty text."""
    *before, last = location
    _, _, options = walk(model, before, data)
    for option in options:
        if is_model(option) and last in option.model_fields:
            text = " ".join((option.model_fields[last].description or "").split("Assumption:")[0].split())
            return text.rstrip(".") if whole else text.split(". ")[0].rstrip(".")
    return ""


def choices(options: list[Any]) -> list[str]:
    """Return the kinds of the models among ``options``."""
    return [tag for option in options if is_model(option) for tag in tags(option)]
