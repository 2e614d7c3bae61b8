"""Jobs that exist nowhere but in a test."""

import copy
import json

from program_runtime.client.stream import Event

JOB = {
    "id": "job_1",
    "program": {"id": "vqe", "version": "1.0.0", "digest": "sha256:0"},
    "backend": "aer_simulator",
    "state": {"status": "Completed", "reason": None, "reason_code": None},
    "failure": None,
    "created": "2026-11-22T07:00:00.000000Z",
    "started": "2026-11-22T07:00:01.000000Z",
    "ended": "2026-11-22T07:00:03.500000Z",
    "tags": ["first"],
    "isolation": "strong",
    "usage": {"wall_s": 2.5},
    "options": {"shots": 100, "seed": 7, "log_level": "INFO"},
    "conditions": {
        "versions": {"python": "3.11.7", "qiskit": "2.6.2"},
        "limits": {"wall_time_s": 60.0},
        "backend": {"name": "aer_simulator"},
    },
}


def events(*energies, result=None, start=100.0):
    """The log of a job that published energies."""
    said = [("status", {"status": "Queued"}), ("status", {"status": "Running"})]
    said += [("interim", {"energy": energy}) for energy in energies]
    said.append(("result", {"energy": energies[-1]} if result is None else result))
    said.append(("status", {"status": "Completed"}))
    return tuple(
        Event(seq, start + seq, kind, json.dumps(value))
        for seq, (kind, value) in enumerate(said, start=1)
    )


class Record:
    """A job in memory."""

    def __init__(self, log=None, inputs=None, parts=None, payloads=None, **fields):
        self.job = {**copy.deepcopy(JOB), **fields}
        self.inputs = json.dumps({"iterations": 3} if inputs is None else inputs)
        self.events = events(-1.0, -1.5) if log is None else log
        self.parts = parts or {}
        self.payloads = payloads or {}

    def payload(self, event):
        return event.data if event.blob is None else self.payloads[event.blob]

    def part(self, name):
        return self.parts.get(name)
