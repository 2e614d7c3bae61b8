"""Samplexes: distributions over the parameters of a circuit, drawn from before it runs.

They twirl gates and measurements, and change bases. Reading them and drawing from
them is the work of the library samplomatic, which is imported when the first one comes.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from qiskit.quantum_info import PauliLindbladMap

from program_runtime.errors import BadInputsError, Problem
from program_runtime.primitives.executor_findings import UnfitError
from program_runtime.primitives.executor_tensors import MAX_BYTES, read_tensor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

__all__ = [
    "PARAMETERS",
    "bind_arguments",
    "check_room",
    "draw",
    "parameter_count",
    "read_samplex",
]

PARAMETERS: Final = "parameter_values"
_MOST_CHARACTERS: Final = 256 * 1024 * 1024
_RANDOMIZATIONS: Final = "num_randomizations"


def read_samplex(value: Mapping[str, Any], *, newest: int | None) -> Any:
    """Read a samplex; the same text gives the same one while the worker lives.

    Args:
        value: ``samplex_json`` and the number of its format, ``ssv``.
        newest: The newest format that the version of the inputs allows.

    Raises:
        UnfitError: samplomatic is not installed, or can not read it.
    """
    text, form = value.get("samplex_json"), value.get("ssv")
    if not isinstance(text, str) or type(form) is not int:
        raise UnfitError("it needs the text samplex_json and the whole number ssv")
    if newest is not None and form > newest:
        raise UnfitError(
            f"the samplex is in format {form}, this schema version has up to {newest}"
        )
    if len(text) > _MOST_CHARACTERS:
        raise UnfitError(
            f"the samplex has {len(text)} characters, the limit is {_MOST_CHARACTERS}"
        )
    return _read(text, form)


@lru_cache(maxsize=16)
def _read(text: str, form: int) -> Any:
    try:
        from samplomatic import serialization, ssv  # noqa: PLC0415 - an extra
    except ImportError as err:
        raise UnfitError(
            f"samplex items need a library that the service has not: {err}",
            hint="install it there: pip install 'qiskit-program-toolkit[executor]'",
        ) from err
    if form > ssv.SSV:
        raise UnfitError(
            f"the samplex is in format {form}, the service's samplomatic reads up to "
            f"{ssv.SSV}",
            hint="update samplomatic where the service runs",
        )
    try:
        return serialization.samplex_from_json(text).finalize()
    except BaseException as err:
        raise _unfit("the samplex can not be read", err) from err


def bind_arguments(
    samplex: Any, arguments: Mapping[str, Any], *, compressed: bool
) -> Any:
    """Give a samplex its arguments.

    Args:
        samplex: What ``read_samplex`` returned.
        arguments: Numbers, tensors and Pauli-Lindblad maps by name.
        compressed: Whether tensors are compressed.

    Returns:
        The samplex's input interface, complete.

    Raises:
        UnfitError: An argument is unknown, missing or of the wrong kind or shape.
        UndecodableError: A tensor's data can not be decoded.
    """
    inputs = samplex.inputs().make_broadcastable()
    known = [spec.name for spec in inputs.specs]
    for name, value in arguments.items():
        if name not in known:
            takes = ", ".join(known) or "nothing"
            raise UnfitError(f"the samplex takes no {name!r}, it takes {takes}")
        try:
            inputs[name] = _argument(value, compressed=compressed)
        except UnfitError as err:
            raise UnfitError(f"{name}: {err.message}", hint=err.hint) from err
        except Exception as err:
            raise _unfit(f"{name} does not fit", err) from err
    if not inputs.fully_bound:
        optional = {spec.name for spec in inputs.specs if spec.optional}
        missing = [name for name in known if name not in {*inputs, *optional}]
        raise UnfitError(f"the samplex also needs {', '.join(missing)}")
    return inputs


def parameter_count(samplex: Any) -> int:
    """Count the circuit parameters that a samplex draws.

    Args:
        samplex: What ``read_samplex`` returned.
    """
    specs = samplex.outputs().get_specs(PARAMETERS)
    return int(specs[0].shape[-1]) if specs else 0


def draw(
    samplex: Any, inputs: Any, shape: tuple[int, ...], generator: np.random.Generator
) -> dict[str, NDArray[Any]]:
    """Draw for every element of an item.

    Axes along which the arguments change are a sweep; along the others each element
    is a randomization of its own.

    Args:
        samplex: What ``read_samplex`` returned.
        inputs: What ``bind_arguments`` returned.
        shape: The item's; the arguments broadcast to it.
        generator: Where chance comes from.

    Returns:
        The samplex's outputs by name, the item's axes first.

    Raises:
        BadInputsError: The samplex was read, but it is broken.
    """
    arrays = {name: np.empty(*form) for name, form in _forms(samplex, shape).items()}
    swept = (1,) * (len(shape) - inputs.ndim) + tuple(inputs.shape)
    alike = tuple(n for n, length in zip(shape, swept, strict=True) if length == 1)
    for place in np.ndindex(swept) if math.prod(shape) else ():
        drawn = _sample(
            samplex,
            inputs[place[len(shape) - inputs.ndim :]],
            math.prod(alike),
            generator,
        )
        at = tuple(
            slice(None) if length == 1 else index
            for index, length in zip(place, swept, strict=True)
        )
        for name, values in drawn.items():
            arrays[name][at] = values.reshape(*alike, *values.shape[1:])
    return arrays


def _sample(
    samplex: Any, inputs: Any, count: int, generator: np.random.Generator
) -> Mapping[str, NDArray[Any]]:
    try:
        drawn: Mapping[str, NDArray[Any]] = samplex.sample(
            inputs, num_randomizations=count, rng=generator, max_workers=1
        )
    except Exception as err:
        message = f"{type(err).__name__}: {err}"
        raise BadInputsError(
            "A samplex can not be drawn from.",
            problems=[Problem(path="quantum_program.items", message=message)],
        ) from err
    return drawn


def check_room(samplex: Any, shape: tuple[int, ...]) -> None:
    """Refuse what would need too much memory to draw.

    Args:
        samplex: What ``read_samplex`` returned.
        shape: The item's.

    Raises:
        UnfitError: It would, or it is not known; the message has both numbers.
    """
    forms = _forms(samplex, shape).values()
    size = sum(math.prod(axes) * dtype.itemsize for axes, dtype in forms)
    if size > MAX_BYTES:
        raise UnfitError(
            f"drawing for its shape {list(shape)} needs {size} bytes, "
            f"the limit is {MAX_BYTES}",
            hint="split it into several programs",
        )


def _forms(
    samplex: Any, shape: tuple[int, ...]
) -> dict[str, tuple[tuple[int, ...], np.dtype[Any]]]:
    """Shape and type of each output for a whole item."""
    forms = {}
    for spec in samplex.outputs().specs:
        axes = tuple(n for n in spec.shape if n != _RANDOMIZATIONS)
        if not all(isinstance(length, int) for length in axes):
            raise UnfitError(f"the samplex leaves the shape of {spec.name!r} open")
        forms[spec.name] = ((*shape, *axes), np.dtype(spec.dtype))
    return forms


def _argument(value: Any, *, compressed: bool) -> Any:
    if not isinstance(value, dict):
        return value
    if "sparse_terms" in value:
        terms = [(text, qubits, rate) for text, qubits, rate in value["sparse_terms"]]
        return PauliLindbladMap.from_sparse_list(terms, value.get("num_qubits"))
    return read_tensor(value, compressed=compressed)


def _unfit(message: str, err: BaseException) -> BaseException:
    """Say what another library does not like; other endings stay what they are."""
    if not isinstance(err, Exception) and type(err).__name__ != "PanicException":
        return err
    return UnfitError(f"{message}: {type(err).__name__}: {err}")
