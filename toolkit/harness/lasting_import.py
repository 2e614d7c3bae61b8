"""Qiskit, imported where it does not crash."""

from __future__ import annotations

__all__ = ["import_qiskit_here"]


def import_qiskit_here() -> None:
    """Import Qiskit in this thread before another one does.

    Qiskit 2.6 ends the process with a segmentation fault where it was first imported in
    a thread that has ended, and is then used in another one that is not the main one.
    Whoever starts threads one after another that decode values calls this before, in a
    thread that stays.
    """
    import qiskit  # noqa: F401, PLC0415 - half a second that not every command pays
