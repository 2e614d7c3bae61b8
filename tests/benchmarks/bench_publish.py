"""What publishing sends and takes: unchanged, a small change, and five megabytes."""

from __future__ import annotations

import json
import os
import time

from tests.benchmarks.figure import Figure
from tests.benchmarks.running import running_service
from toolkit.project import load_project
from toolkit.publish import plan_publish, publish

PROGRAM = '''\
"""Count."""


def main(backend, user_messenger, *, count=3):
    """Count."""
    return {"count": count}
'''
FIVE_MB = 5_000_000


def measure() -> list[Figure]:
    """Publish one project again and again, as it grows."""
    with running_service() as service:
        root = service.folder / "project"
        root.mkdir()
        rounds = [
            ("first release", "1.0.0", 0),
            ("unchanged", "1.0.0", 0),
            ("a line changed", "1.0.1", 0),
            ("5 MB of data come", "1.1.0", FIVE_MB),
            ("unchanged, 5 MB", "1.1.0", FIVE_MB),
            ("a line changed, 5 MB", "1.1.1", FIVE_MB),
        ]
        figures: list[Figure] = []
        for name, version, size in rounds:
            _write(root, version, size)
            figures += _publish(service, root, name)
        # As on a machine that did not build the current release: it is downloaded.
        (root / "dist" / "bench-publish-1.1.1.zip").unlink()
        _write(root, "1.1.2", FIVE_MB)
        return figures + _publish(service, root, "a line changed, 5 MB, fresh folder")


def _write(root, version, size):
    metadata = {
        "name": "bench-publish",
        "version": version,
        "description": "Counts.",
        "max_execution_time": 60,
        "spec": {
            "parameters": {
                "type": "object",
                "properties": {"count": {"type": "integer", "default": 3}},
            },
            "return_values": {"type": "object"},
        },
    }
    (root / "program.json").write_text(json.dumps(metadata, indent=2) + "\n")
    (root / "program.py").write_text(f"{PROGRAM}\n\n# {version}\n")
    data = root / "data.bin"
    if size and not data.exists():
        data.write_bytes(os.urandom(size))


def _publish(service, root, name) -> list[Figure]:
    begun = time.perf_counter()
    plan = plan_publish(load_project(root), service.api, out_dir=root / "dist")
    planned = time.perf_counter() - begun
    done = publish(plan, service.api)
    took = time.perf_counter() - begun
    goal = 0.0 if name.startswith("unchanged") else None
    return [
        Figure(f"{name}: seconds", took, "s"),
        Figure("  of which plan, build and comparison", planned, "s"),
        Figure("  bytes of the bundle sent", done.sent_bytes, "bytes", most=goal),
    ]
