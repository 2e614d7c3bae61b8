"""Jobs of the contract service, whose events a test appends."""

import hashlib
import json
import threading

FINAL = {"Completed", "Failed", "Cancelled"}


class Job:
    """A job whose events the test appends."""

    def __init__(self, job_id, program="vqe", version="1.0.0"):
        self.id = job_id
        self.program, self.version = program, version
        self.status, self.failure = "Queued", None
        self.events, self.blobs = [], {}
        self.inputs, self.result, self.tags, self.body = "{}", None, [], {}
        self.metrics, self.more = {"usage": {"wall_s": 1.5}}, {}
        self.changed = threading.Condition()
        self.append("status", json.dumps({"status": "Queued"}))

    def append(self, kind, data, *, blob=None):
        with self.changed:
            self._append(kind, data, blob)
            self.changed.notify_all()

    def _append(self, kind, data, blob=None):
        event = {"seq": len(self.events) + 1, "time": 1.0, "type": kind, "data": data}
        if blob is not None:
            digest = f"sha256:{hashlib.sha256(blob).hexdigest()}"
            self.blobs[digest] = blob
            event.update(data=None, blob=digest, size=len(blob))
        self.events.append(event)

    def publish(self, *values):
        with self.changed:
            for value in values:
                self._append("interim", json.dumps(value))
            self.changed.notify_all()

    def finish(self, result_text="42", status="Completed", failure=None, blob=None):
        with self.changed:
            self.status, self.failure = status, failure
            if status == "Completed":
                self.result = result_text if blob is None else blob.decode()
                self._append("result", result_text, blob)
            self._append("status", json.dumps({"status": status}))
            self.changed.notify_all()

    def wait(self, condition, seconds):
        with self.changed:
            self.changed.wait_for(condition, seconds)

    def to_json(self):
        return {
            "id": self.id,
            "program": {"id": self.program, "version": self.version, "digest": "d"},
            "backend": "aer_simulator",
            "state": {"status": self.status},
            "failure": self.failure,
            "created": "2026-11-22T07:00:00+00:00",
            "tags": self.tags,
            "session_id": self.body.get("session_id"),
            "runtime": self.body.get("runtime"),
            "last_seq": len(self.events),
            **self.more,
        }
