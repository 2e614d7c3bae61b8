"""A service that is a table of answers, and what a command printed about it."""

import json
import zipfile
from types import SimpleNamespace

from program_runtime.client.api.handshake import Handshake
from program_runtime.client.stream import Event

JOB_ID = "job_1"


class Told:
    """What a command printed."""

    def __init__(self, stdout, stderr):
        self.stdout, self.stderr = stdout, stderr

    @property
    def json(self):
        """The one object of ``--json``."""
        assert self.stdout.count("\n") == 1, self.stdout
        return json.loads(self.stdout)

    @property
    def lines(self):
        """The objects of JSON Lines."""
        return [json.loads(line) for line in self.stdout.splitlines()]


def job(status="Completed", **fields):
    return {
        "id": JOB_ID,
        "program": {"id": "vqe", "version": "1.0.0", "digest": "sha256:0"},
        "backend": "aer_simulator",
        "state": {"status": status, "reason": None, "reason_code": None},
        "failure": None,
        "created": "2026-11-22T07:00:00.123Z",
        "usage": {"wall_s": 0.5},
        "tags": [],
        **fields,
    }


FAILURE = {
    "code": "program_error",
    "message": "ZeroDivisionError: division by zero",
    "traceback": 'Traceback (most recent call last):\n  File "program.py"\n',
}


class FakeApi:
    """Answers from attributes; remembers what it was asked to do."""

    url = "http://127.0.0.1:1"

    def __init__(self):
        self.done = []
        self.found = {JOB_ID: [job()]}
        self.result = '{"energy": -1.5}'
        self.parameters = {}
        self.page = None
        self.blobs = {}

    def meet(self):
        return Handshake(self.url)

    def whoami(self):
        return {"name": "u_a", "role": "author"}

    def job(self, job_id, *, wait_s=0, queue_position=False):
        self.done.append(("job", job_id, wait_s))
        states = self.found[job_id]
        return states.pop(0) if len(states) > 1 else states[0]

    def jobs(self, **filters):
        self.done.append(("jobs", filters))
        return self.page or {"jobs": [job()], "count": 1}

    def results(self, job_id):
        return SimpleNamespace(text=self.result, status="Completed")

    def inputs(self, job_id):
        return '{"iterations": 3}'

    def logs(self, job_id):
        return "one\ntwo\n"

    def cancel(self, job_id):
        self.done.append(("cancel", job_id))

    def stop(self, job_id):
        self.done.append(("stop", job_id))

    def blob(self, job_id, digest):
        return self.blobs[digest]

    def program(self, name):
        self.done.append(("program", name))
        return {
            "id": name,
            "version": "1.0.0",
            "owner": "u_a",
            "visibility": "private",
            "description": "Finds \x1b[2Jenergies.",
            "labels": {"latest": "1.0.0"},
            "cost": 300,
            "creation_date": "2026-11-22T07:00:00Z",
            "update_date": "2026-11-22T07:00:00Z",
            "digest": "sha256:0",
            "spec": {"parameters": self.parameters},
        }

    def release(self, name, ref):
        self.done.append(("release", name, ref))
        metadata = {
            "name": name,
            "version": "0.9.0",
            "description": "An older one.",
            "spec": {"parameters": self.parameters},
        }
        return {
            "version": "0.9.0",
            "digest": "sha256:9",
            "created": "2026-11-21T07:00:00Z",
            "metadata": metadata,
        }

    def programs(self, *, search=None):
        self.done.append(("programs", search))
        return self.page or {"programs": [self.program("vqe")], "count": 1}

    def releases(self, name):
        release = {**self.release(name, "latest"), "labels": ["latest"], "size": 99}
        return [release]

    def download_bundle(self, name, ref, target):
        self.done.append(("download_bundle", name, ref))
        with zipfile.ZipFile(target, "w") as archive:
            archive.writestr("program.py", "def main(): ...\n")
        return target

    def set_label(self, *words):
        self.done.append(("set_label", *words))

    def update_program(self, name, *, visibility):
        self.done.append(("update_program", name, visibility))
        return self.program(name)

    def delete_program(self, name):
        self.done.append(("delete_program", name))

    def backends(self):
        return [
            {
                "name": "aer_simulator",
                "qubits": None,
                "simulator": True,
                "aliases": ["ibmq_qasm_simulator"],
                "description": "Fast.",
            }
        ]

    def submit_job(self, body, *, idempotency_key):
        self.done.append(("submit_job", body))
        return job("Queued")


def event(seq, kind, data, **fields):
    return Event(seq, 1000.0 + seq, kind, data, **fields)
