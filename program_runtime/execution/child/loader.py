"""Finds ``main`` in a program's folder."""

from __future__ import annotations

import importlib.util
import inspect
import sys
from typing import TYPE_CHECKING, Any

from program_runtime.execution.child.failure import (
    ChildFailure,
    author_traceback,
    describe,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

__all__ = ["check_call", "load_main"]

_FILE = "program.py"
_MODULE = "program"


def load_main(folder: Path) -> Callable[..., Any]:
    """Import ``program.py`` and take its ``main``.

    Args:
        folder: The unpacked release.

    Returns:
        The function, not called yet.

    Raises:
        ChildFailure: ``bad_program``, with the reason.
    """
    path = folder / _FILE
    if not path.is_file():
        raise ChildFailure("bad_program", f"The program has no file {_FILE}.")
    main = getattr(_import(path, folder), "main", None)
    if main is None:
        raise ChildFailure(
            "bad_program",
            f"{_FILE} has no function main(backend, user_messenger, ...).",
        )
    if not callable(main):
        kind = type(main).__name__
        raise ChildFailure(
            "bad_program", f"main in {_FILE} is of type {kind}, expected a function."
        )
    if inspect.iscoroutinefunction(main):
        raise ChildFailure(
            "bad_program",
            f"main in {_FILE} is async, expected a plain function "
            "(it may call asyncio.run itself).",
        )
    function: Callable[..., Any] = main
    return function


def check_call(main: Callable[..., Any], inputs: Mapping[str, Any]) -> None:
    """Refuse inputs that ``main`` does not take before it is called.

    Args:
        main: The program.
        inputs: By name.

    Raises:
        ChildFailure: ``bad_inputs``, naming the parameter.
    """
    try:
        signature = inspect.signature(main)
    except (TypeError, ValueError):
        return  # not every callable has one
    try:
        signature.bind(None, None, **inputs)
    except TypeError as error:
        raise ChildFailure(
            "bad_inputs", f"The inputs do not fit main{signature}: {error}."
        ) from error


def _import(path: Path, folder: Path) -> object:
    spec = importlib.util.spec_from_file_location(_MODULE, path)
    if spec is None or spec.loader is None:
        raise ChildFailure("bad_program", f"{_FILE} can not be imported.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[_MODULE] = module
    try:
        spec.loader.exec_module(module)
    except BaseException as error:
        raise ChildFailure(
            "bad_program",
            f"{_FILE} can not be imported: {describe(error)}",
            author_traceback(error, folder),
        ) from error
    return module
