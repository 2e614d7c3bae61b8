"""Where else a program can be published: one package a target.

The service of this project is not among them: publishing to it compares releases, moves
labels and verifies digests, of which other targets have nothing.
"""

from __future__ import annotations

__all__ = ["NAMES", "QISKIT_SERVERLESS", "SERVICE"]

SERVICE = "service"
"""The service of this project."""

QISKIT_SERVERLESS = "qiskit-serverless"
"""A gateway of Qiskit Serverless."""

NAMES = (SERVICE, QISKIT_SERVERLESS)
