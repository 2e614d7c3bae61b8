"""The server around the application, run in the test's own process."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import ExitStack

import pytest
import requests
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from program_runtime.bundle import single_file_bundle
from program_runtime.client import profiles
from program_runtime.client.api import ServiceApi
from program_runtime.errors import ServiceStartError, StorageError
from program_runtime.service import Settings, __main__, app, serve
from program_runtime.service.executors import InMemoryExecutor


@pytest.fixture
def run(monkeypatch, tmp_path):
    """Serve until the visitor has left; returns what the visitor returned."""
    interval = sys.getswitchinterval()
    monkeypatch.setattr(app, "_executor", lambda *_: InMemoryExecutor())

    def run(visitor, *, number=signal.SIGTERM, start=serve, **options):
        seen = []

        def visit(line):
            try:
                seen.append(visitor(line))
            except BaseException as err:  # noqa: BLE001 - raised in the test
                seen.append(err)
            os.kill(os.getpid(), number)

        def announce(line):
            threading.Thread(target=visit, args=(line,)).start()

        chosen = {"data_dir": tmp_path / "data", "config_dir": tmp_path, "port": 0}
        start(Settings(**chosen | options), announce=announce)
        if isinstance(seen[0], BaseException):
            raise seen[0]
        return seen[0]

    yield run
    sys.setswitchinterval(interval)


def test_the_ready_line_comes_when_requests_are_answered(run, tmp_path):
    def visitor(line):
        state = json.loads((tmp_path / "data" / "service.json").read_text())
        profile = profiles.load(tmp_path)["local"]
        api = ServiceApi(profile.url, profile.token)
        me = api.whoami()
        api.close()
        return line, state, me, profile

    line, state, me, profile = run(visitor)
    assert line == (
        f"qrt service ready at {state['url']} "
        f"(isolation none, data {tmp_path / 'data'})"
    )
    assert (state["pid"], profile.url) == (os.getpid(), state["url"])
    assert (me["name"], me["role"]) == ("owner", "admin")
    assert not (tmp_path / "data" / "service.json").exists()


def test_open_streams_and_long_polls_are_let_go_when_it_stops(
    run, tmp_path, monkeypatch
):
    async def endless(scripted):
        await scripted.publish("1")
        await asyncio.Event().wait()

    monkeypatch.setattr(app, "_executor", lambda *_: InMemoryExecutor(endless))
    polled = []

    def visitor(line):
        profile = profiles.load(tmp_path)["local"]
        api = ServiceApi(profile.url, profile.token)
        source = "def main(backend, user_messenger):\n    pass\n"
        metadata = {"name": "endless", "version": "1.0.0", "spec": {}}
        info = single_file_bundle(source, metadata, tmp_path / "bundle.zip")
        api.put_release("endless", "1.0.0", info.path, info.digest)
        job_id = api.submit_job({"program_id": "endless"})["id"]
        address, headers = api.stream_target(job_id, after=0)
        socket = stack.enter_context(connect(address, additional_headers=headers))
        seen = []
        while len(seen) < 3:
            seen += json.loads(socket.recv(timeout=10))
        poll = threading.Thread(
            target=lambda: polled.append(api.results(job_id, wait_s=50))
        )
        poll.start()
        return socket, poll

    began = time.monotonic()
    with ExitStack() as stack:
        socket, poll = run(visitor, grace_s=0.5)
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(timeout=10)
    assert closed.value.rcvd.code in {1001, 1012}
    poll.join(10)
    assert [(answer.text, answer.status) for answer in polled] == [(None, "Failed")]
    assert time.monotonic() - began < 15


def test_a_second_start_keeps_the_account_and_its_token(run, tmp_path):
    def visitor(line):
        return (tmp_path / "data" / "owner.token").read_text()

    assert run(visitor) == run(visitor, number=signal.SIGINT)


def test_the_loopback_of_version_six_is_served(run):
    def visitor(line):
        url = line.split()[4]
        return url, requests.get(f"{url}/healthz", timeout=10).json()["status"]

    try:
        url, status = run(visitor, host="::1")
    except ServiceStartError:
        pytest.skip("this machine has no IPv6")
    assert (url[:13], status) == ("http://[::1]:", "ok")


@pytest.mark.skipif(shutil.which("openssl") is None, reason="makes a certificate")
def test_https_is_served_with_a_certificate(run, tmp_path):
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    command += ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"]
    command += ["-keyout", str(key), "-out", str(cert)]
    subprocess.run(command, check=True, capture_output=True)

    def visitor(line):
        url = line.split()[4]
        with requests.Session() as session:
            answer = session.get(f"{url}/healthz", verify=str(cert), timeout=10)
        return url, answer.json()["status"]

    url, status = run(visitor, tls_cert=cert, tls_key=key)
    assert (url[:8], status) == ("https://", "ok")


def test_what_keeps_it_from_starting_is_raised_and_nothing_is_left(run, tmp_path):
    def never(line):
        raise AssertionError(line)

    with pytest.raises(StorageError):
        run(never, database_url=f"sqlite:///{tmp_path}/missing/folder/db.sqlite3")
    assert not (tmp_path / "data" / "service.json").exists()


def test_a_data_directory_that_can_not_be_made_is_refused(run, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ServiceStartError, match="can not be made: Not a directory"):
        run(None, data_dir=tmp_path / "file" / "data")


def test_the_command_line_becomes_settings(monkeypatch, tmp_path, capsys):
    from program_runtime import service

    given = []
    monkeypatch.setattr(service, "serve", given.append, raising=False)
    words = ["--port", "0", "--data-dir", str(tmp_path), "--idle-exit", "2.5"]
    assert __main__.main(words) == 0
    [settings] = given
    assert (settings.port, settings.data_dir) == (0, tmp_path)
    assert (settings.idle_exit_s, settings.host) == (2.5, "127.0.0.1")
    assert __main__.main(["--workers", "0"]) == 1
    assert "workers" in capsys.readouterr().err


def test_a_refusal_to_start_is_one_line_and_status_one(monkeypatch, capsys):
    from program_runtime import service

    def refuse(settings):
        raise ServiceStartError("It can not be.", hint="Do this.")

    monkeypatch.setattr(service, "serve", refuse, raising=False)
    assert __main__.main([]) == 1
    assert capsys.readouterr().err == "error: It can not be. Do this.\n"


def test_an_unused_service_stops_itself(run, monkeypatch, tmp_path):
    from program_runtime.service import server

    lines = []
    settings = Settings(
        data_dir=tmp_path / "data", config_dir=tmp_path, port=0, idle_exit_s=0.05
    )
    server.serve(settings, announce=lines.append)
    assert lines[0].startswith("qrt service ready at")
