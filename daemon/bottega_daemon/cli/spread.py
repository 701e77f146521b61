"""Options in groups: a command takes a dataclass, the command line shows each of its fields as an option."""

from __future__ import annotations

import dataclasses
import functools
import inspect
from collections.abc import Callable
from typing import Any, get_type_hints


def spread(command: Callable[..., None]) -> Callable[..., None]:
    """Let typer see a command's dataclass parameters as their fields, whose annotations are `Annotated[…, Option(…)]`.

    Groups come after the command's own parameters, in their order; no two fields may share a name.
    """
    hints = get_type_hints(command, include_extras=True)
    hints.pop("return", None)
    groups: dict[str, Any] = {name: hint for name, hint in hints.items() if dataclasses.is_dataclass(hint)}
    own = [
        parameter.replace(annotation=hints[name], kind=inspect.Parameter.KEYWORD_ONLY)
        for name, parameter in inspect.signature(command).parameters.items()
        if name not in groups
    ]
    fields = {name: _parameters(group) for name, group in groups.items()}

    @functools.wraps(command)
    def run(**values: Any) -> None:
        gathered = {
            name: group(**{parameter.name: values.pop(parameter.name) for parameter in fields[name]})
            for name, group in groups.items()
        }
        command(**values, **gathered)

    shown = [*own, *(parameter for group in fields.values() for parameter in group)]
    run.__signature__ = inspect.Signature(shown)  # pyright: ignore[reportAttributeAccessIssue]
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in shown}
    return run


@functools.cache
def _parameters(group: Any) -> tuple[inspect.Parameter, ...]:
    hints = get_type_hints(group, include_extras=True)
    return tuple(_parameter(field, hints[field.name]) for field in dataclasses.fields(group))


def _parameter(field: dataclasses.Field[Any], annotation: Any) -> inspect.Parameter:
    default = field.default if field.default_factory is dataclasses.MISSING else field.default_factory()
    return inspect.Parameter(field.name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
