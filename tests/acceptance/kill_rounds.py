"""A service that is killed round after round, and what each round must leave."""

import functools
import itertools
import os
import random
import secrets
import sys
import threading
import time
from collections import Counter

import requests
from acceptance import kill_ledger, kill_traces
from acceptance.kill_ledger import Ledger
from acceptance.live_service import WAIT_S

from program_runtime.bundle import single_file_bundle
from program_runtime.execution.confinement import probe

VICTIMS = ("server", "zygote", "keeper", "uploading client", "following client")
ROUNDS = int(os.environ.get("QRT_KILL_ROUNDS", "20"))
SEED = int(os.environ.get("QRT_KILL_SEED", secrets.randbelow(2**32)))
LEVELS_IN_TURN = ("strong", "reduced", "strong", "none")
LEVELS = tuple(dict.fromkeys(LEVELS_IN_TURN))
"""What ends a killed keeper's job is another thing at each level."""

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
        self.logs = {}

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

    def kill(self, victim, function, *arguments):
        """Kill somebody by a function; returns what it returned."""
        marked = kill_traces.marked(self.mark.encode())
        self.hit["processes of programs"] += len(marked)
        self.kills[victim] += 1
        return function(*arguments)

    def check(self, victim, may_fail, followers=()):
        """Settle the round and hold everything; returns the codes of failures."""
        ended = self.ledger.settle()
        codes = Counter()
        for entry, job in ended.items():
            events = kill_ledger.stored(self.service, entry.job_id)
            self.logs[entry.job_id] = events
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
        for job_id in self.random.sample(list(self.logs), min(5, len(self.logs))):
            assert kill_ledger.stored(self.service, job_id) == self.logs[job_id]
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


def publish(service, name, **metadata):
    """Publish the program under a name."""
    content = {"name": name, "version": "1.0.0", "spec": {}, **metadata}
    info = single_file_bundle(SOURCE, content, service.folder / f"{name}.zip")
    service.http(
        "PUT",
        f"/programs/{name}/releases/1.0.0",
        data=info.path.read_bytes(),
        headers={"X-Bundle-Digest": info.digest},
    ).raise_for_status()


def figure(rounds):
    """Print what the rounds of a level came to."""

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
