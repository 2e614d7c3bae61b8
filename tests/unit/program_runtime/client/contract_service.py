"""A service in a thread that speaks the contract, and misbehaves when asked to."""

import http.server
import re
import threading
from contextlib import suppress

from contract_handler import TOKEN, Handler
from contract_jobs import Job

__all__ = ["PARAMETERS", "TOKEN", "ContractService"]

PARAMETERS = {
    "type": "object",
    "properties": {"iterations": {"type": "integer", "minimum": 1}},
    "required": ["iterations"],
}


class ContractService:
    """The service's state, and a log of the requests it saw."""

    def __init__(self):
        self.jobs, self.keys, self.blobs, self.bundles = {}, {}, {}, {}
        self.programs = {}
        self.add_program("vqe")
        self.requests, self.streams, self.connected = [], [], set()
        self.faults, self.stream_faults = [], []
        self.on_submit = lambda job: None
        self.page_limit = None
        self.wire = None
        self.devices, self.backend_parts = [], {}
        self.instance = "crn:v1:bluemix:public:quantum-computing:local:a/local:qrt::"
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.service = self
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.01,), daemon=True
        )
        self._thread.start()

    def add_program(self, name, version="1.0.0", parameters=PARAMETERS, **fields):
        self.programs[name] = {
            "id": name,
            "name": name,
            "owner": "owner",
            "description": f"The program {name}.",
            "version": version,
            "labels": {"latest": version, "stable": "1.0.0"},
            "is_public": False,
            "visibility": "private",
            "cost": 300,
            "creation_date": "2026-11-22T07:00:00Z",
            "update_date": "2026-11-22T07:00:00Z",
            "spec": {"parameters": parameters},
            **fields,
        }

    def add_job(self, job_id="job_1", **fields):
        self.jobs[job_id] = Job(job_id, **fields)
        return self.jobs[job_id]

    def fail_next(self, pattern, status, times=1, body=b"", headers=()):
        """Answer so many requests that fit ``METHOD path`` with this status."""
        self.faults += [(pattern, status, body, dict(headers))] * times

    def drop_next(self, pattern, *, after_acting=False):
        """Close the connection instead of answering."""
        self.faults.append((pattern, "late" if after_acting else "early", b"", {}))

    def take_fault(self, line, stage):
        for index, (pattern, what, body, headers) in enumerate(self.faults):
            fits = (what == "late") == (stage == "late")
            if fits and re.search(pattern, line):
                del self.faults[index]
                return what, body, headers
        return None

    def seen(self, pattern):
        return [line for line in self.requests if re.search(pattern, line)]

    def close(self):
        self._server.shutdown()
        self._server.server_close()

    def kill(self):
        """Die at once: nothing listens, every connection is reset."""
        self.close()
        for handler in list(self.connected):
            with suppress(OSError):
                handler._cut()
