"""A gateway of Qiskit Serverless as a place to publish to and to run on.

The contract is that of its gateway 0.35: functions without versions, labels or owners
to share with, one log a job, no channel for interim results.
"""

from __future__ import annotations
