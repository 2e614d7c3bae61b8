"""kill -9 at random moments: of the service, its processes, and its callers.

Each round lets callers work, kills somebody in the middle of it, and then holds what
the service says and what is left on the machine against what the callers were
answered. `make nightly` runs 200 rounds; QRT_KILL_ROUNDS and QRT_KILL_SEED set number
and seed.
"""

import json
import subprocess
import sys

import pytest
from acceptance import kill_ledger, kill_traces
from acceptance.kill_ledger import Follower
from acceptance.kill_rounds import (
    LEVELS,
    ROUNDS,
    SEED,
    SOURCE,
    VICTIMS,
    Rounds,
    figure,
    offered,
    publish,
    shared,
    working,
)
from acceptance.live_service import QRT, WAIT_S, LiveService

from program_runtime.bundle import single_file_bundle
from program_runtime.client.stream import EventStream

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="reads /proc"),
    pytest.mark.timeout(120 + 30 * ROUNDS),
]

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
        for pid in kill_traces.marked(rounds.mark.encode()):
            kill_traces.kill(pid)  # there are some in a red round only
        figure(rounds)


@pytest.fixture
def ready(rounds, request):
    """The rounds, with a service that runs, whatever an earlier test left."""
    print(f"\nQRT_KILL_SEED={SEED} QRT_KILL_ROUNDS={ROUNDS}")
    rounds.random.seed(f"{SEED} {request.node.name}")
    if not rounds.service.alive:
        rounds.service.start()
    return rounds


def no_failure(entry, code, events):
    return False


# The server


def lost_for_good(entry, events):
    """Only of a job that can not be run again an end by a kill is the end."""
    saved = any(kind == "checkpoint" for _, kind, *_ in events)
    return entry.program == "walker" and not saved


def restarted(entry, code, events):
    return code == "service_restarted" and lost_for_good(entry, events)


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
    below = rounds.kill("server", kill_traces.kill, server)
    rounds.service.kill()  # closes what the test has of it
    return below | kill_traces.identities(kill_traces.zygotes(server))


def gone(left, what):
    """Hold that processes end which nobody needs any more."""
    kill_traces.wait_until_empty(
        lambda: left & kill_traces.identities(pid for pid, _ in left),
        f"processes of {what}",
    )


# The zygote


def crashed(entry, code, events):
    return code == "crashed" and lost_for_good(entry, events)


def test_a_killed_zygote_fails_only_what_can_not_run_again(ready):
    for _ in shared("zygote", ready.level):
        entries = ready.entries()
        callers = working(ready, entries)
        ready.pause(0.8)
        zygote = ready.health()["zygote"]["zygote_pid"]
        left = ready.kill("zygote", kill_traces.kill, zygote)
        callers.join(WAIT_S)
        gone(left, "the killed zygote")
        next_job = ready.ledger.entry("walker", count=2)
        ready.ledger.submit(next_job)
        assert ready.service.finished(next_job.job_id)["failure"] is None
        codes = ready.check("zygote", crashed)
        assert codes["crashed"] <= 3  # as many as there are workers
        assert ready.health()["zygote"]["zygote_pid"] != zygote


# A keeper


def test_a_killed_keeper_fails_its_own_job_at_most(ready):
    for _ in shared("keeper", ready.level):
        entries = ready.entries()
        callers = working(ready, entries)
        ready.pause(0.8)
        health = ready.health()["zygote"]
        keepers = sorted(kill_traces.children_of(health["zygote_pid"]))
        ready.kill("keeper", kill_traces.kill, ready.random.choice(keepers))
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
        ready.kill("uploading client", client.kill)
        said = client.stdout.read()
        client.stdout.close()
        client.wait()
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
        ready.kill("following client", client.kill)
        client.stdout.close()
        client.wait()
        callers = working(ready, ready.entries())
        api = service.client().api
        rest = EventStream(api, entry.job_id, after=seen[-1]["seq"])
        got = [(e["seq"], e["type"], e.get("data"), e.get("blob")) for e in seen]
        got += [(e.seq, e.type, e.data, e.blob) for e in rest]
        assert got == kill_ledger.stored(service, entry.job_id)
        callers.join(WAIT_S)
        ready.check("following client", no_failure)
