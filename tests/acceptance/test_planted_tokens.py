"""Planted tokens on every road: no log, child, error or open file shows them."""

import json
import os
import secrets
import signal
import stat
import sys
from pathlib import Path

import pytest
from acceptance.live_service import QRT, LiveService

from program_runtime.client.stream import EventStream

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")

PLANTED = f"qrt_{secrets.token_urlsafe(32)}"
WRONG = f"qrt_{secrets.token_urlsafe(32)}"
SOURCE = """
import os, sys
from pathlib import Path

def main(backend, user_messenger, fail=False):
    found = {"environ": dict(os.environ), "argv": sys.argv}
    pid = os.getpid()
    for _ in range(4):
        for name in ("environ", "cmdline"):
            try:
                text = Path(f"/proc/{pid}/{name}").read_bytes().decode(errors="replace")
            except OSError as err:
                text = str(err)
            found[f"{name} of {pid}"] = text
        try:
            pid = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            break
    if fail:
        raise RuntimeError(repr(found))
    return found
"""


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    """A service that says all it can, with a secret in its environment."""
    folder = tmp_path_factory.mktemp("secrets")
    service = LiveService(folder, wrapper=(QRT, "serve", "-vv"), token=PLANTED)
    try:
        yield service.start()
    finally:
        service.stop()


@pytest.fixture(scope="module")
def roads(live):
    """Go every road once; returns all that was answered."""
    user = live.add_user("u_a")
    client = live.client(user)
    client.upload_program(SOURCE, {"name": "curious"})
    told = []
    for inputs in ("{}", '{"fail": true}'):
        answer = live.http(
            "POST",
            "/jobs",
            token=user,
            json={"program_id": "curious", "inputs": inputs},
        )
        job_id = answer.json()["id"]
        told += [str(event) for event in EventStream(client.api, job_id)]
        for part in ("", "/logs", "/results", "/events", "/metrics"):
            told.append(live.http("GET", f"/jobs/{job_id}{part}", token=user).text)
    told += wrong_ways(live, user)
    told += crashes(live, user)
    return {"user": user, "told": told}


def wrong_ways(live, user):
    """Ask for what can not be, with right tokens and wrong ones."""
    yield live.http("GET", "/jobs", token=WRONG).text
    yield live.http("GET", "/users", token=user).text
    yield live.http("GET", f"/jobs/{user}", token=WRONG).text
    yield live.http("POST", "/jobs", token=user, data=b"{").text
    yield live.http("PUT", "/programs/x/releases/1.0.0", token=user, data=b"PK").text
    away = {"QRT_URL": live.url, "QRT_TOKEN": WRONG}
    for words in (
        ("jobs", "-vv"),
        ("whoami", "-vv"),
        ("logs", "-f", "job_none", "-vv"),
    ):
        done = live.qrt(*words, code=4, **away)
        yield done.stdout + done.stderr
    done = live.qrt("whoami", "-vv", QRT_URL=live.url, QRT_TOKEN=user)
    yield done.stdout + done.stderr
    done = live.qrt("login", live.url, "--token-stdin", "-vv", code=4, stdin=WRONG)
    yield done.stdout + done.stderr


def crashes(live, user):
    """Break the database under the service, then its helper, then itself."""
    database = live.data_dir / "db.sqlite3"
    database.rename(database.with_suffix(".away"))
    yield live.http("GET", "/jobs", token=user).text
    database.with_suffix(".away").rename(database)
    for child in children_of(live.process.pid):
        os.kill(child, signal.SIGKILL)
    yield live.http("GET", "/users/me", token=user).text
    live.kill()
    live.start()
    yield live.http("GET", "/users/me", token=user).text


def children_of(pid):
    return [
        int(entry.name)
        for entry in Path("/proc").glob("[0-9]*")
        if parent_of(entry) == pid
    ]


def parent_of(entry):
    try:
        return int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return None


def tokens_of(live, roads):
    return [PLANTED, WRONG, live.token, roads["user"]]


def test_the_log_shows_no_token_even_at_debug(live, roads):
    text = live.log.read_text()
    assert " INFO uvicorn.error " in text
    for token in tokens_of(live, roads):
        assert token not in text
        assert token[4:24] not in text


def test_no_answer_event_error_or_command_shows_one(live, roads):
    text = "\n".join(roads["told"])
    assert "environ" in text
    for token in tokens_of(live, roads):
        assert token not in text


def test_no_process_shows_one_in_its_command_line(live, roads):
    pids = [live.process.pid, *children_of(live.process.pid)]
    for pid in pids:
        words = Path(f"/proc/{pid}/cmdline").read_text(errors="replace")
        assert not any(token in words for token in tokens_of(live, roads))


def test_children_do_not_inherit_one(live, roads):
    assert PLANTED in Path(f"/proc/{live.process.pid}/environ").read_text()
    children = children_of(live.process.pid)
    assert children
    for pid in children:
        text = Path(f"/proc/{pid}/environ").read_text(errors="replace")
        assert PLANTED not in text
        assert "QRT_" not in text


def test_files_with_a_token_are_for_their_owner_alone(live, roads):
    holding = {}
    for path in live.folder.rglob("*"):
        if path.is_file() and path != live.log:
            content = path.read_bytes()
            if any(token.encode() in content for token in tokens_of(live, roads)):
                holding[path.name] = stat.S_IMODE(path.stat().st_mode)
    assert holding == {"owner.token": 0o600, "profiles.json": 0o600}


def test_what_else_is_secret_is_for_its_owner_alone(live, roads):
    modes = {
        path.name: stat.S_IMODE(path.stat().st_mode) for path in live.data_dir.iterdir()
    }
    assert stat.S_IMODE(live.data_dir.stat().st_mode) == 0o700
    for name in ("db.sqlite3", "db.sqlite3-wal", "service.json", "lock"):
        assert modes[name] == 0o600, name
    # Also where the operator made the data directory, open to others.
    for name in ("blobs", "releases", "spool"):
        assert modes[name] == 0o700, name


def test_the_database_holds_hashes_only(live, roads):
    content = b"".join(path.read_bytes() for path in live.data_dir.glob("db.sqlite3*"))
    assert b"u_a" in content
    for token in tokens_of(live, roads):
        assert token.encode() not in content


def test_a_token_is_shown_once(live, roads):
    users = live.http("GET", "/users").json()
    assert "token" not in json.dumps(users)
    listed = live.qrt("user", "list", "--json").stdout
    assert "token" not in listed
    assert live.http("GET", "/users/me").json().keys() == {
        "name", "role", "created", "active",
    }  # fmt: skip
