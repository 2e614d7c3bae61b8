"""What requirements cost: the lock, the environment first and cached, and each job."""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.figure import Figure
from tests.benchmarks.running import running_service
from toolkit.bundle import prepare_lock
from toolkit.project import load_project
from toolkit.publish import plan_publish, publish

sys.path.insert(0, str(Path(__file__).parents[1]))
from tiny_wheels import wheel

MODULES, LINES = 500, 200


def measure() -> list[Figure]:
    """Publish a project that requires 500 modules, and run it."""
    with tempfile.TemporaryDirectory(prefix="qrt-bench-") as temporary:
        links = Path(temporary) / "links"
        source = "".join(
            f"def f{n}(x):\n    return x + {n}\n" for n in range(LINES // 2)
        )
        files = {f"big_one/m{n}.py": source for n in range(MODULES)}
        wheel(links, "big-one", "1.0", files={"big_one/__init__.py": "", **files})
        os.environ["UV_FIND_LINKS"] = str(links)
        os.environ["UV_OFFLINE"] = "1"
        return _measure()


def _measure() -> list[Figure]:
    with running_service() as service:
        plain = _project(service.folder / "plain", [], "")
        needy = _project(service.folder / "needy", ["big-one"], "import big_one.m1")
        base_s = _seconds(lambda: prepare_lock(load_project(plain)))
        lock_s = _seconds(lambda: prepare_lock(load_project(needy)))
        kept_s = _seconds(lambda: prepare_lock(load_project(needy)))
        _publish(service, plain, "1.0.0")
        none_s = _publish(service, plain, "1.0.1")
        first_s = _publish(service, needy, "1.0.0")
        cached_s = _publish(service, needy, "1.0.1")
        jobs = {name: _job_ms(service, name) for name in ("plain", "needy")}
    return [
        Figure("lock of a project that the base is enough for", base_s, "s"),
        Figure("lock resolved, one wheel of 500 modules", lock_s, "s"),
        Figure("lock kept", kept_s, "s"),
        Figure("publish, without requirements", none_s, "s"),
        Figure("publish, overlay first", first_s, "s"),
        Figure("publish, overlay cached", cached_s, "s"),
        Figure("job without requirements", jobs["plain"], "ms"),
        Figure("job with an overlay", jobs["needy"], "ms"),
    ]


def _project(root, requirements, imports):
    root.mkdir()
    listed = ", ".join(f'"{each}"' for each in ["numpy>=1.26", *requirements])
    (root / "pyproject.toml").write_text(
        f'[project]\nname = "{root.name}"\ndependencies = [{listed}]\n'
    )
    source = f"{imports}\n\n\ndef main(backend, user_messenger):\n    return 1\n"
    (root / "program.py").write_text(source)
    _write_version(root, "1.0.0")
    return root


def _write_version(root, version):
    about = {"name": root.name, "version": version, "description": "Is measured."}
    (root / "program.json").write_text(json.dumps({**about, "spec": {}}))


def _publish(service, root, version):
    _write_version(root, version)
    begun = time.perf_counter()
    plan = plan_publish(load_project(root), service.api, out_dir=root / "dist")
    publish(plan, service.api)
    return time.perf_counter() - begun


def _job_ms(service, program):
    def run():
        body = {"program_id": program, "backend": "aer_simulator", "inputs": "{}"}
        job = service.api.submit_job(body, idempotency_key=os.urandom(8).hex())
        found = service.api.job(job["id"], wait_s=30)
        assert found["state"]["status"] == "Completed", found

    return statistics.median(_seconds(run) for _ in range(11)) * 1e3


def _seconds(work):
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
