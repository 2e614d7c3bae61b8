"""What an idle service holds, process by process (Linux: from smaps_rollup)."""

from __future__ import annotations

import time
from pathlib import Path

from tests.benchmarks.figure import Figure
from tests.benchmarks.running import running_service

MIB = 1024


def measure() -> list[Figure]:
    """Sum what the service and its children hold while nothing runs."""
    if not Path("/proc/self/smaps_rollup").exists():
        return []
    with running_service() as service:
        job = service.upload_program(
            "def main(backend, user_messenger):\n    return 1\n",
            {"name": "bench-memory", "max_execution_time": 60},
        )
        service.run(job, {}, {"backend": "aer_simulator"}).result()
        pids = [service.pid, *_settled(service.pid)]
        held = {pid: _rollup(pid) for pid in pids}
    server, zygote, *children = pids
    return [
        Figure(
            "idle service with zygote and pool (PSS)", _sum(held, "Pss"), "MB", most=350
        ),
        Figure("  server (RSS)", held[server]["Rss"], "MB"),
        Figure("  zygote (RSS)", held[zygote]["Rss"], "MB"),
        *[
            Figure("  a waiting child, private", _private(held[pid]), "MB", most=20)
            for pid in children
        ],
    ]


def _settled(pid):
    """The descendants, once the child of the last job is gone and replaced."""
    before, now = None, _descendants(pid)
    while now != before:
        time.sleep(0.5)
        before, now = now, _descendants(pid)
    return now


def _descendants(pid):
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            found += [int(child), *_descendants(int(child))]
    return found


def _rollup(pid):
    fields = {}
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]:
        name, value, *_ = line.split()
        fields[name.rstrip(":")] = int(value) / MIB
    return fields


def _private(fields):
    return fields["Private_Clean"] + fields["Private_Dirty"]


def _sum(held, name):
    return sum(fields[name] for fields in held.values())
