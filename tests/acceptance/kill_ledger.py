"""What callers were answered, held against what the service says after a kill."""

import hashlib
import itertools
import json
import threading

import requests
from acceptance.live_service import WAIT_S

from program_runtime.client.api import ServiceApi
from program_runtime.client.stream import EventStream


class Entry:
    """One submission: what is sent, and the job that it was answered with."""

    def __init__(self, key, program, inputs, digest=None):
        self.key, self.program, self.inputs = key, program, inputs
        self.job_id = None
        named = {"inputs_digest": digest} if digest else {"inputs": json.dumps(inputs)}
        self.body = {"program_id": program, "tags": [key], **named}


class Ledger:
    """Everything that was sent to a service, by whoever lived long enough to tell.

    Args:
        service: The one that is killed.
        name: Begins every key.
    """

    def __init__(self, service, name):
        self._service = service
        self._name = name
        self._numbers = itertools.count()
        self.entries = {}
        self.uploads = {}
        self.settled = set()

    def entry(self, program, *, digest=None, **inputs):
        """Note a submission before it is sent."""
        entry = Entry(f"{self._name}-{next(self._numbers)}", program, inputs, digest)
        self.entries[entry.key] = entry
        return entry

    def submit(self, entry):
        """Send it, for the first time or again; the answer is always the same."""
        answer = self._service.http(
            "POST", "/jobs", json=entry.body, headers={"Idempotency-Key": entry.key}
        )
        assert answer.status_code in {200, 201}, answer.text
        job_id = answer.json()["id"]
        if entry.job_id is not None:
            assert (answer.status_code, job_id) == (200, entry.job_id), entry.key
        entry.job_id = job_id

    def upload(self, data):
        """Send a blob; once it is answered it counts as accepted."""
        digest = digest_of(data)
        answer = self._service.http("PUT", f"/blobs/{digest}", data=data)
        assert answer.status_code in {200, 201}, answer.text
        self.uploads[digest] = data
        return digest

    def settle(self):
        """Send everything again that is not settled, as callers do; wait for all.

        Returns:
            The entries of this round with their jobs, all final.
        """
        new = [e for e in self.entries.values() if e.key not in self.settled]
        for entry in new:
            self.submit(entry)
        ended = {entry: self._service.finished(entry.job_id) for entry in new}
        self.settled |= {entry.key for entry in new}
        return ended

    def check_counts(self):
        """Hold that there is each job once, and no other."""
        ids = {entry.job_id for entry in self.entries.values()}
        assert len(ids) == len(self.entries)
        assert self._service.count_jobs() == len(self.entries)

    def check_uploads(self):
        """Hold that each accepted upload is there, whole."""
        for digest, data in self.uploads.items():
            name = digest.partition(":")[2]
            stored = self._service.data_dir / "blobs" / name[:2] / name
            assert stored.read_bytes() == data
        self.uploads.clear()


def digest_of(data):
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


class Follower(threading.Thread):
    """Our own client following a job, whatever becomes of the service meanwhile."""

    def __init__(self, service, job_id):
        super().__init__(daemon=True)
        self.job_id, self.events = job_id, []
        self._api = ServiceApi(service.url, service.token)
        self.start()

    def run(self):
        for event in EventStream(self._api, self.job_id):
            self.events.append((event.seq, event.type, event.data, event.blob))

    def all(self):
        """Return everything that it got, when the job has ended."""
        self.join(WAIT_S)
        assert not self.is_alive(), f"{self.job_id} is not followed to its end"
        self._api.close()
        return self.events


def stored(service, job_id):
    """Return the log of a job as followers get it, and hold that it has no gap."""
    events = [
        (each["seq"], each["type"], each.get("data"), each.get("blob"))
        for each in service.events(job_id)
    ]
    assert [each[0] for each in events] == list(range(1, len(events) + 1)), job_id
    return events


def check_messages(service, entry, events):
    """Hold that each start of a program has left its messages in order, none twice.

    Returns:
        How far each start came; one that goes on from a checkpoint begins there.
    """
    reached, checkpoint = [], 0
    for _, kind, data, blob in events:
        if kind == "status" and json.loads(data)["status"] == "Running":
            reached.append(checkpoint)
        elif kind == "interim":
            number = _number(service, entry.job_id, data, blob)
            assert number == reached[-1], (entry.key, reached, number)
            reached[-1] += 1
        elif kind == "checkpoint":
            checkpoint = json.loads(data)["n"]
    return reached


def _number(service, job_id, data, blob):
    if blob is not None:
        data = service.http("GET", f"/jobs/{job_id}/blobs/{blob}").text
    return json.loads(data)["n"]


def lost(function, *arguments):
    """Run something that the kill may cut off; returns whether it was."""
    try:
        function(*arguments)
    except requests.RequestException:
        return True
    return False
