"""kill -9 at random moments: of the service, its processes, and its callers.

Each round lets callers work, kills somebody in the middle of it, and then holds what
the service says and what is left on the machine against what the callers were
answered. `make nightly` runs 200 rounds; QRT_KILL_ROUNDS and QRT_KILL_SEED set number
and seed.
"""

import functools
import itertools
import json
import os
import random
import secrets
import subprocess
import sys
import threading
import time
from collections import Counter

import pytest
import requests
from acceptance import kill_ledger, kill_traces
from acceptance.kill_ledger import Follower, Ledger
from acceptance.live_service import QRT, WAIT_S, LiveService

from program_runtime.bundle import single_file_bundle
from program_runtime.client.stream import EventStream
from program_runtime.execution.confinement import probe

VICTIMS = ("server", "zygote", "keeper", "uploading client", "following client")
ROUNDS = int(os.environ.get("QRT_KILL_ROUNDS", "20"))
SEED = int(os.environ.get("QRT_KILL_SEED", secrets.randbelow(2**32)))
LEVELS_IN_TURN = ("strong", "reduced", "strong", "none")
LEVELS = tuple(dict.fromkeys(LEVELS_IN_TURN))
"""What ends a killed keeper's job is another thing at each level."""

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="reads /proc"),
    pytest.mark.timeout(120 + 30 * ROUNDS),
]

SOURCE = """
import subprocess, time

def main(backend, user_messenger, *, count=10, pause=0.0, size=0, save=False,
         mark=None, text=""):
    if mark:
        subprocess.Popen(["sleep", mark], start_new_session=True)
    state = user_messenger.restored if save else None
    for n in range(state["n"] if state else 0, count):
        user_messenger.publish({"n": n, "text": "x" * size})
        if save:
            user_messenger.checkpoint({"n": n + 1})
        time.sleep(pause)
    return {"count": count}
"""
"""Counts aloud; ``mark`` is in the command line of a process that outlives it."""

UPLOADER = """
import http.client, json, sys, time
host, method, path, headers, size, pause = json.loads(sys.argv[1])
body = sys.stdin.buffer.read()
connection = http.client.HTTPConnection(host, timeout=60)
connection.putrequest(method, path)
for name, value in {**headers, "Content-Length": str(len(body))}.items():
    connection.putheader(name, value)
connection.endheaders()
print("begun", flush=True)
for start in range(0, len(body), size):
    connection.send(body[start : start + size])
    time.sleep(pause)
answer = connection.getresponse()
print(answer.status, answer.read().decode(), flush=True)
"""
"""A caller who sends slowly enough to be killed in the middle."""


class Rounds:
    """A service that is killed round after round, and all that it has accepted."""

    def __init__(self, service, level):
        self.service = service
        self.level = level
        self.random = random.Random(SEED)
        self.mark = f"3600.{secrets.randbelow(10**9):09}"
        self.ledger = Ledger(service, self.mark)
        self.survived = Counter()
        self.kills = Counter()
        self.hit = Counter()

    def health(self):
        return requests.get(f"{self.service.url}/healthz", timeout=WAIT_S).json()

    def pause(self, longest_s):
        time.sleep(self.random.uniform(0, longest_s))

    def entries(self):
        """Note the submissions of one round: short, long, large, again, saving."""
        entry, mark = self.ledger.entry, self.mark
        made = [
            entry("walker", count=3),
            entry("walker", count=25, pause=0.02, mark=mark),
            entry("walker", count=4, size=70_000, pause=0.05),
            entry("again", count=20, pause=0.02, mark=mark),
            entry("walker", count=25, pause=0.02, save=True, mark=mark),
        ]
        self.random.shuffle(made)
        return made

    def check(self, victim, may_fail, followers=()):
        """Settle the round and hold everything; returns the codes of failures."""
        ended = self.ledger.settle()
        codes = Counter()
        for entry, job in ended.items():
            events = kill_ledger.stored(self.service, entry.job_id)
            reached = kill_ledger.check_messages(self.service, entry, events)
            if job["state"]["status"] == "Completed":
                assert reached[-1] == entry.inputs["count"]
                self.hit["run again"] += len(reached) > 1
                results = self.service.http("GET", f"/jobs/{entry.job_id}/results")
                assert results.json() == {"count": entry.inputs["count"]}
                continue
            code = job["failure"]["code"]
            assert may_fail(entry, code, events), (entry.key, job["failure"])
            codes[code] += 1
        for follower in followers:
            events = kill_ledger.stored(self.service, follower.job_id)
            assert follower.all() == events
        self.ledger.check_counts()
        self.ledger.check_uploads()
        self.check_traces()
        self.survived[victim] += 1
        self.hit.update(codes)
        return codes

    def check_traces(self):
        """Hold that nothing is left but the service and what waits for a job."""
        traces, service = kill_traces, self.service
        traces.wait_until_empty(
            lambda: traces.marked(self.mark.encode()), "processes of programs"
        )
        traces.wait_until_empty(self._strangers, "processes below the zygote")
        traces.wait_until_empty(
            lambda: traces.files_left(service.data_dir), "files of uploads and jobs"
        )
        assert traces.mounts_below(service.data_dir) == []

    def _strangers(self):
        """Processes below the zygote beyond a keeper and a program for each child."""
        health = self.health()["zygote"]
        if health["zygote_pid"] is None:
            return ["no zygote"] if health["waiting"] else []
        below = kill_traces.descendants(health["zygote_pid"])
        return [] if len(below) <= 2 * health["waiting"] else sorted(below)


@pytest.fixture(scope="module", params=LEVELS)
def rounds(request, tmp_path_factory):
    level = request.param
    if level not in offered():
        pytest.skip("this machine does not offer the level: others have its rounds")
    if not all(shared(victim, level) for victim in VICTIMS):
        pytest.skip("so few rounds do not come to this level")
    folder = tmp_path_factory.mktemp(f"rounds-{level}")
    rounds = Rounds(LiveService(folder, workers=3, isolation=level), level)
    try:
        publish(rounds.service.start(), "walker")
        publish(rounds.service, "again", retry=True)
        yield rounds
    finally:
        rounds.service.stop()
        figure(rounds)


@pytest.fixture
def ready(rounds, request):
    """The rounds, with a service that runs, whatever an earlier test left."""
    print(f"\nQRT_KILL_SEED={SEED} QRT_KILL_ROUNDS={ROUNDS}")
    rounds.random.seed(f"{SEED} {request.node.name}")
    if not rounds.service.alive:
        rounds.service.start()
    return rounds


def publish(service, name, **metadata):
    content = {"name": name, "version": "1.0.0", "spec": {}, **metadata}
    info = single_file_bundle(SOURCE, content, service.folder / f"{name}.zip")
    service.http(
        "PUT",
        f"/programs/{name}/releases/1.0.0",
        data=info.path.read_bytes(),
        headers={"X-Bundle-Digest": info.digest},
    ).raise_for_status()


def figure(rounds):
    def listed(counter):
        return ", ".join(f"{name} {n}" for name, n in sorted(counter.items()) if n)

    print(
        f"kill rounds survived at {rounds.level}: {rounds.survived.total()}; kills: "
        f"{listed(rounds.kills)}; {len(rounds.ledger.entries)} jobs, none lost or "
        f"doubled; hit by a kill: {listed(rounds.hit)}; seed {SEED}",
        file=sys.__stderr__,
    )


@functools.cache
def offered():
    """The levels of this machine, the strongest first."""
    problems = probe.probe_machine()
    return [level for level in LEVELS if not problems[level]]


def shared(victim, level):
    """Number the rounds of a victim at a level: each has its turn."""
    turns = range(VICTIMS.index(victim), ROUNDS, len(VICTIMS))
    levels = itertools.cycle(
        one if one in offered() else offered()[0] for one in LEVELS_IN_TURN
    )
    return range(sum(one == level for _, one in zip(turns, levels, strict=False)))


def submit_all(ledger, entries, upload=None):
    """Submit what can be; the kill may come in between."""
    for entry in entries:
        if kill_ledger.lost(ledger.submit, entry):
            return
    if upload is not None:
        kill_ledger.lost(ledger.upload, upload)


def working(rounds, entries):
    """Submit in a thread of its own; returns it."""
    upload = rounds.random.randbytes(200_000)
    thread = threading.Thread(
        target=submit_all, args=(rounds.ledger, entries, upload), daemon=True
    )
    thread.start()
    return thread


def no_failure(entry, code, events):
    return False


# The server


def restarted(entry, code, events):
    """Only a job that can not be run again may fail, and only like this."""
    saved = any(kind == "checkpoint" for _, kind, *_ in events)
    return code == "service_restarted" and entry.program == "walker" and not saved


def test_a_killed_server_loses_and_doubles_nothing(ready):
    for number in shared("server", ready.level):
        service = ready.service
        entries = ready.entries()
        ready.ledger.submit(entries[0])
        follower = Follower(service, entries[0].job_id)
        callers = working(ready, entries[1:])
        ready.pause(0.8)
        left = killed(ready)
        callers.join(WAIT_S)
        if number % 8 == 1:  # once more, while it starts
            service.launch()
            ready.pause(2.5)
            left |= killed(ready)
        service.start()
        gone(left, "the killed server")
        ready.check("server", restarted, [follower])


def killed(rounds):
    """Kill the server; returns the processes below it that have to end now."""
    server = rounds.service.process.pid
    below = kill_traces.descendants(server)
    rounds.service.kill()
    rounds.kills["server"] += 1
    return kill_traces.identities({*below, *kill_traces.zygotes(server)})


def gone(left, what):
    """Hold that processes end which nobody needs any more."""
    kill_traces.wait_until_empty(
        lambda: left & kill_traces.identities(pid for pid, _ in left),
        f"processes of {what}",
    )


# The zygote


def crashed(entry, code, events):
    return code == "crashed"


def test_a_killed_zygote_ends_what_runs_and_no_more(ready):
    for _ in shared("zygote", ready.level):
        entries = ready.entries()
        callers = working(ready, entries)
        ready.pause(0.8)
        zygote = ready.health()["zygote"]["zygote_pid"]
        before = kill_traces.identities(kill_traces.descendants(zygote))
        kill_traces.kill(zygote)
        ready.kills["zygote"] += 1
        callers.join(WAIT_S)
        gone(before, "the killed zygote")
        next_job = ready.ledger.entry("walker", count=2)
        ready.ledger.submit(next_job)
        assert ready.service.finished(next_job.job_id)["failure"] is None
        codes = ready.check("zygote", crashed)
        assert codes["crashed"] <= 3  # as many as there are workers
        assert ready.health()["zygote"]["zygote_pid"] != zygote


# A keeper


def test_a_killed_keeper_fails_its_own_job_alone(ready):
    for _ in shared("keeper", ready.level):
        entries = ready.entries()
        callers = working(ready, entries)
        ready.pause(0.8)
        health = ready.health()["zygote"]
        keepers = sorted(kill_traces.children_of(health["zygote_pid"]))
        kill_traces.kill(ready.random.choice(keepers))
        ready.kills["keeper"] += 1
        callers.join(WAIT_S)
        codes = ready.check("keeper", crashed)
        assert codes["crashed"] <= 1
        assert ready.health()["zygote"]["zygote_pid"] == health["zygote_pid"]


# Clients


def upload_of(rounds, kind):
    """What a client sends: method, path, headers, body."""
    bearer = {"Authorization": f"Bearer {rounds.service.token}"}
    body = rounds.random.randbytes(300_000)
    if kind == "blob":
        digest = kill_ledger.digest_of(body)
        return "PUT", f"/blobs/{digest}", bearer, body
    if kind == "release":
        name = f"program-{rounds.random.randrange(10**9)}"
        path = rounds.service.folder / f"{name}.zip"
        source = f"{SOURCE}\n# {body[:100_000].hex()}\n"
        info = single_file_bundle(source, {"name": name, "version": "1.0.0"}, path)
        headers = {**bearer, "X-Bundle-Digest": info.digest}
        path = f"/programs/{name}/releases/1.0.0"
        return "PUT", path, headers, info.path.read_bytes()
    entry = rounds.ledger.entry("walker", count=1, text=body[:50_000].hex())
    headers = {
        **bearer,
        "Idempotency-Key": entry.key,
        "Content-Type": "application/json",
    }
    return "POST", "/jobs", headers, json.dumps(entry.body).encode()


def start_upload(service, method, path, headers, body):
    """Have another process send it; returns it when it has begun."""
    host = service.url.partition("//")[2]
    words = [host, method, f"/api/v1{path}", headers, 4096, 0.004]
    process = subprocess.Popen(
        [sys.executable, "-I", "-c", UPLOADER, json.dumps(words)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=False,
    )
    process.stdin.write(body)
    process.stdin.close()
    assert process.stdout.readline() == b"begun\n"
    return process


def test_a_client_that_is_killed_while_it_uploads_leaves_nothing_half(ready):
    for _ in shared("uploading client", ready.level):
        kind = ready.random.choice(["blob", "release", "job"])
        upload = upload_of(ready, kind)
        callers = working(ready, ready.entries())
        client = start_upload(ready.service, *upload)
        ready.pause(0.5)
        client.kill()
        said = client.stdout.read()
        client.stdout.close()
        client.wait()
        ready.kills["uploading client"] += 1
        callers.join(WAIT_S)
        method, path, headers, body = upload
        again = ready.service.http(method, path, headers=headers, data=body)
        # What was answered is there; what was not may be there as a whole.
        assert again.status_code in ({200} if said else {200, 201}), again.text
        ready.check("uploading client", no_failure)


def test_a_client_that_is_killed_while_it_follows_misses_nothing(ready):
    for _ in shared("following client", ready.level):
        service = ready.service
        entry = ready.ledger.entry("walker", count=60, pause=0.02, mark=ready.mark)
        ready.ledger.submit(entry)
        client = subprocess.Popen(
            [QRT, "follow", entry.job_id, "--json"],
            env={**service.environment, "QRT_URL": service.url}
            | {"QRT_TOKEN": service.token},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        count = ready.random.randrange(1, 40)
        seen = [json.loads(client.stdout.readline()) for _ in range(count)]
        client.kill()
        client.stdout.close()
        client.wait()
        ready.kills["following client"] += 1
        callers = working(ready, ready.entries())
        api = service.client().api
        rest = EventStream(api, entry.job_id, after=seen[-1]["seq"])
        got = [(e["seq"], e["type"], e.get("data"), e.get("blob")) for e in seen]
        got += [(e.seq, e.type, e.data, e.blob) for e in rest]
        assert got == kill_ledger.stored(service, entry.job_id)
        callers.join(WAIT_S)
        ready.check("following client", no_failure)
