"""What quantum formats demand: does one schema keep another's?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from program_runtime.metadata import quantum
from toolkit.bundle.comparison.schemas.breach import Breach
from toolkit.bundle.comparison.schemas.kinds import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from toolkit.bundle.comparison.schemas.parts import Part, Parts

__all__ = ["check"]

_KINDS: Final = {
    "quantum-circuit": frozenset([Kind.CIRCUIT]),
    "sparse-pauli-op": frozenset([Kind.OPERATOR]),
    "ndarray": frozenset([Kind.NDARRAY, Kind.SCALAR_ARRAY]),
}
_LETTERS: Final = {"bool": "b", "complex": "c", "float": "f", "int": "i", "uint": "u"}


def check(
    inner: Parts, kinds: frozenset[Kind], outer: Part, path: str
) -> Iterator[Breach]:
    """Yield what a quantum format of ``outer`` demands and ``inner`` does not.

    Args:
        inner: All that holds of the values, taken apart.
        kinds: The kinds that they can have.
        outer: What must hold of them.
        path: Of the values.
    """
    name = outer.rules.get("format")
    if not quantum.rules(outer.rules) or not kinds & _KINDS.get(str(name), set()):
        return
    alike = [part.rules for part in inner if part.rules.get("format") == name]
    for rule, is_kept in _KEPT[str(name)].items():
        wanted = outer.rules.get(rule)
        held = [each[rule] for each in alike if each.get(rule) is not None]
        if wanted is None or any(is_kept(each, wanted) for each in held):
            continue
        shown = held[0] if held else None
        yield Breach(path=path, rule=rule, inner=shown, outer=wanted)


def _keeps_dtype(held: str, wanted: str) -> bool:
    if held == wanted:
        return True
    letters = quantum.DTYPE_KINDS.get(held) or _LETTERS[held.rstrip("0123456789")]
    return set(letters) <= set(quantum.DTYPE_KINDS.get(wanted, ""))


def _keeps_shape(held: list[Any], wanted: list[Any]) -> bool:
    return len(held) == len(wanted) and all(
        size is None or size == each for each, size in zip(held, wanted, strict=True)
    )


_QUBITS: Final = {"maxQubits": lambda held, wanted: held <= wanted}
_KEPT: Final[dict[str, dict[str, Any]]] = {
    "quantum-circuit": {
        **_QUBITS,
        "parametrized": lambda held, wanted: held is wanted,
    },
    "sparse-pauli-op": _QUBITS,
    "ndarray": {"dtype": _keeps_dtype, "shape": _keeps_shape},
}
