"""All that a client wants to know of a backend, as JSON.

``python -m program_runtime.backends.describe [NAME ...]`` prints
``{name: {"configuration", "properties", "status"}}``. The service runs that in a
process of its own, because it keeps Qiskit out of its own memory.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from program_runtime.backends import catalog
from program_runtime.errors import BackendNotFoundError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qiskit.providers import BackendV2

__all__ = ["describe_backend", "description_of", "main"]


def describe_backend(name: str) -> dict[str, Any]:
    """Load a backend and describe it.

    Args:
        name: A backend's name or alias.

    Returns:
        ``configuration``, ``properties`` (empty for a simulator) and ``status``, in
        the form that official clients read.

    Raises:
        BackendNotFoundError: There is no such backend.
    """
    info = catalog.resolve(name)
    return description_of(catalog.load_to_describe(info.name), name=info.name)


def description_of(backend: BackendV2, *, name: str) -> dict[str, Any]:
    """Describe a backend that is loaded already.

    Args:
        backend: Any Qiskit backend.
        name: By which the service knows it.

    Returns:
        As ``describe_backend`` does.
    """
    from program_runtime.backends.configuration import (  # noqa: PLC0415 - light path
        configuration_of,
    )
    from program_runtime.backends.properties import (  # noqa: PLC0415 - light path
        properties_of,
    )

    configuration = {**configuration_of(backend), "backend_name": name}
    properties = (
        {}
        if configuration["simulator"]
        else properties_of(backend, date=configuration["online_date"])
    )
    return {
        "configuration": configuration,
        "properties": properties,
        "status": {
            "state": True,
            "status": "active",
            "length_queue": 0,
            "backend_version": configuration["backend_version"],
        },
    }


def main(names: Sequence[str]) -> None:
    """Print the description of the named backends, or of all."""
    wanted = names or [info.name for info in catalog.known()]
    json.dump({name: _describe_or_excuse(name) for name in wanted}, sys.stdout)


def _describe_or_excuse(name: str) -> dict[str, Any]:
    """Describe a backend, or say why it is out of order: the others still count."""
    try:
        return describe_backend(name)
    except BackendNotFoundError as err:
        status = {"state": False, "status": "internal", "length_queue": 0}
        return {
            "configuration": {},
            "properties": {},
            "status": {**status, "backend_version": "0"},
            "error": str(err),
        }


if __name__ == "__main__":
    main(sys.argv[1:])
