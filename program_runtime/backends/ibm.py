"""IBM's devices, through its official client: only in the broker's process.

Needs the extra ``ibm``. What points the client at another platform than IBM's own
(``IAM_URL``, ``GLOBAL_SEARCH_URL``, ``GLOBAL_CATALOG_URL``) its libraries read from the
environment.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from program_runtime.backends.ibm_device import IbmDevice
from program_runtime.errors import BackendNotFoundError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["IbmProvider"]

_CHANNEL = "ibm_quantum_platform"
_ARGUMENTS = ("token", "url", "instance", "filename", "name", "channel")


class IbmProvider:
    """Logs in when first asked.

    Args:
        settings: ``token``, ``url``, ``instance``, ``channel``; or ``filename`` and
            ``name`` of a saved account.
    """

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self._settings = {
            name: settings[name] for name in _ARGUMENTS if settings.get(name)
        }
        self._lock = threading.Lock()
        self._service: Any = None

    def devices(self) -> dict[str, IbmDevice]:
        """Ask for all devices of the account.

        Raises:
            BackendNotFoundError: The client is not installed, or the account is
                refused.
        """
        with self._lock:
            if self._service is None:
                self._service = self._log_in()
        return {
            backend.name: IbmDevice(backend, self._service)
            for backend in self._service.backends()
        }

    def _log_in(self) -> Any:
        try:
            from qiskit_ibm_runtime import (  # noqa: PLC0415 - an extra, and slow
                QiskitRuntimeService,
            )
        except ImportError as error:
            raise BackendNotFoundError(
                "IBM's devices need the package qiskit-ibm-runtime.",
                hint="Install it: pip install 'qiskit-program-toolkit[ibm]'.",
            ) from error
        arguments = dict(self._settings)
        if "filename" not in arguments:
            arguments.setdefault("channel", _CHANNEL)
        return QiskitRuntimeService(**arguments)
