"""Imports that outlive the thread which asked for them."""

from __future__ import annotations

import sys
import threading
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType

__all__ = ["import_lasting"]


def import_lasting(name: str) -> ModuleType:
    """Import a module that may import Qiskit, in a thread that stays.

    Qiskit 2.6 ends the process with a segmentation fault where it was first imported in
    a thread that has ended, and is then used in another one that is not the main one:
    so do callbacks of one job after another.

    Args:
        name: Of the module.

    Raises:
        ImportError: As from an import.
    """
    here = threading.current_thread() is threading.main_thread()
    if here or name in sys.modules or "qiskit" in sys.modules:
        return import_module(name)
    done = threading.Event()
    found: list[ModuleType | BaseException] = []

    def stay() -> None:
        try:
            found.append(import_module(name))
        except BaseException as error:  # noqa: BLE001 - raised where it was asked for
            found.append(error)
        done.set()
        threading.Event().wait()

    threading.Thread(target=stay, name="qiskit-import", daemon=True).start()
    done.wait()
    if isinstance(found[0], BaseException):
        raise found[0]
    return found[0]
