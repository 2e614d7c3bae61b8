"""The child that looks into uploaded bundles: what it reports, and what it can do."""

import asyncio
import json
import os
import socket
import subprocess
import sys

import ordinary_user
import pytest

from program_runtime.bundle import write_bundle
from program_runtime.errors import BadBundleError
from program_runtime.service import intake

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux")


@pytest.fixture
def bundle(tmp_path):
    files = {
        "program.json": b'{"name": "hello", "version": "1.0.0", "spec": {}}',
        "program.py": b"def main(backend, user_messenger):\n    pass\n",
        "data/points.csv": b"1,2\n",
    }
    return write_bundle(files, tmp_path / "bundle.zip").path


def test_the_child_reports_what_a_bundle_says(bundle):
    found = asyncio.run(intake.inspect(bundle, timeout_s=60))
    assert (found.name, found.version) == ("hello", "1.0.0")
    assert found.metadata["name"] == "hello"


def refusal(monkeypatch, code, *, timeout_s=60):
    """Have the child run this code; returns the problem that is told."""
    monkeypatch.setattr(intake, "_COMMAND", ("-I", "-c", code))
    with pytest.raises(BadBundleError) as refused:
        asyncio.run(intake.inspect("/nowhere", timeout_s=timeout_s))
    [problem] = refused.value.problems
    return problem


CONFINED = "from program_runtime.service.inspector import confine; confine('/x');"


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("import os; os._exit(9)", "failed (status 9)"),
        (f"{CONFINED} x = bytearray(4 << 30)", "failed (status 1)"),
        ("print('[1, 2')", "failed (status 0)"),
        ("print('[' * 100_000)", "failed (status 0)"),
        ("print('[]')", "failed (status 0)"),
        ("print('{}')", "failed (status 0)"),
        ("print('{\"ok\": false}')", "failed (status 0)"),
        ('print(\'{"ok": false, "message": 1, "problems": [1]}\')', "failed"),
        ('print(\'{"ok": true, "metadata": [1]}\')', "failed (status 0)"),
        (
            'print(\'{"ok": true, "metadata": {"name": 1, "version": 2}}\')',
            "failed (status 0)",
        ),
        ("while True: print('x' * 65536)", "has more than 4,194,304 bytes"),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else "",
)
def test_a_child_that_goes_wrong_or_lies_refuses_the_bundle(monkeypatch, code, message):
    problem = refusal(monkeypatch, code)
    assert message in problem.message
    assert "qrt build" in problem.hint


def test_a_child_that_takes_too_long_is_ended(monkeypatch):
    problem = refusal(monkeypatch, "import time; time.sleep(60)", timeout_s=0.3)
    assert "took longer than 0.3 s" in problem.message


def test_metadata_beyond_all_bounds_are_not_taken(monkeypatch):
    for spec in ("'[' * 200 + ']' * 200", "'[' + '1, ' * 300_000 + '1]'"):
        head = '{"ok": true, "metadata": {"name": "a", "version": "1.0.0", "spec": '
        problem = refusal(monkeypatch, f"print({head!r} + {spec} + '}}}}')")
        assert "failed (status 0)" in problem.message


def test_the_child_sees_no_secret_of_the_environment(bundle, monkeypatch):
    monkeypatch.setenv("QRT_TOKEN", "planted")
    monkeypatch.setenv("QRT_DATABASE_URL", "postgresql://qrt:planted@host/db")
    code = "import os; print(os.environ)"
    started = []
    real = asyncio.create_subprocess_exec

    async def create(*words, **options):
        started.append(options["env"])
        return await real(*words, **options)

    monkeypatch.setattr(asyncio, "create_subprocess_exec", create)
    refusal(monkeypatch, code)
    [environment] = started
    assert "planted" not in str(environment)


ATTACKS = """
import json, os, socket, sys, tempfile
from pathlib import Path

def reads_a_secret():
    return Path(secret).read_text() == "planted"

def reads_the_users_of_the_machine():
    return "root" in Path("/etc/passwd").read_text()

def lists_a_folder():
    return bool(os.listdir("/tmp"))

def reads_the_parents_environment():
    return b"PATH=" in Path(f"/proc/{os.getppid()}/environ").read_bytes()

def writes_a_file():
    with tempfile.NamedTemporaryFile(dir=Path(secret).parent) as file:
        file.write(b"x")
        file.flush()
        return True

def connects_to_the_loopback():
    with socket.create_connection(("127.0.0.1", int(port)), timeout=5):
        return True

def makes_a_pair_of_sockets_to_the_outside():
    with socket.socket(socket.AF_UNIX):
        return True

def signals_its_parent():
    os.kill(os.getppid(), 0)
    return True

def becomes_another_user():
    os.setresuid(*[os.getuid()] * 3)
    os.seteuid(0 if os.getuid() else 12345)
    return True

secret, port, archive, fence = sys.argv[1:]
if fence == "confined":
    from program_runtime.service import inspector
    inspector.confine(archive)
    assert Path(archive).read_bytes()[:2] == b"PK"
found = {}
for name, attack in list(globals().items()):
    if not callable(attack) or attack.__module__ != "__main__" or name == "Path":
        continue
    try:
        found[name] = attack()
    except OSError as err:
        found[name] = err.strerror
json.dump(found, sys.stdout)
"""
ROOT_ALONE = {"becomes_another_user", "signals_its_parent"}


@LINUX
@pytest.mark.parametrize("user", ordinary_user.USERS)
def test_the_child_can_read_the_bundle_and_do_nothing_else(tmp_path, bundle, user):
    folder = bundle.parent
    folder.chmod(0o777)
    bundle.chmod(0o644)
    secret = folder / "secret"
    secret.write_text("planted")
    secret.chmod(0o644)
    script = folder / "attacks.py"
    script.write_text(ATTACKS)

    def outcomes(fence):
        words = [sys.executable, "-I", script, secret, port, bundle, fence]
        done = subprocess.run(
            ordinary_user.command_as(user, *words),
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
            env={**os.environ, "ORDINARY_USER_REACHABLE": str(folder)},
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    with socket.create_server(("127.0.0.1", 0), backlog=10) as listener:
        port = str(listener.getsockname()[1])
        loose, confined = outcomes("loose"), outcomes("confined")
    succeeded = {name for name, outcome in loose.items() if outcome is True}
    others = ROOT_ALONE | {"reads_the_parents_environment"}
    assert set(loose) - succeeded == (set() if user == "root" else others), loose
    assert {name for name, outcome in confined.items() if outcome is True} == set()
