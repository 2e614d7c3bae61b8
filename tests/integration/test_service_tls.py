"""https around the application: who trusts it, who is refused, what is said."""

import json
import logging
import os
import signal
import socket
import ssl
import threading
import warnings

import pytest
import requests

from program_runtime import QiskitRuntimeService, errors
from program_runtime.bundle import single_file_bundle
from program_runtime.client import local, profiles
from program_runtime.client.api import ServiceApi
from program_runtime.client.stream import EventStream
from program_runtime.service import Settings, app, serve
from program_runtime.service.executors import InMemoryExecutor
from toolkit.cli import _main


class Strong(InMemoryExecutor):
    level = "strong"


@pytest.fixture
def run(monkeypatch, tmp_path):
    """Serve until the visitor has left; returns what the visitor returned."""
    monkeypatch.setattr(app, "_executor", lambda *_: Strong())

    def run(visitor, **options):
        seen = []

        def visit(line):
            try:
                seen.append(visitor(line))
            except BaseException as err:  # noqa: BLE001 - raised in the test
                seen.append(err)
            os.kill(os.getpid(), signal.SIGTERM)

        def announce(line):
            threading.Thread(target=visit, args=(line,)).start()

        chosen = {"data_dir": tmp_path / "data", "config_dir": tmp_path, "port": 0}
        chosen |= {"tls_self_signed": True}
        serve(Settings(**chosen | options), announce=announce)
        if isinstance(seen[0], BaseException):
            raise seen[0]
        return seen[0]

    return run


def state_of(tmp_path):
    return json.loads((tmp_path / "data" / "service.json").read_text())


def test_the_ready_line_and_the_state_name_the_authority(run, tmp_path):
    line, state = run(lambda line: (line, state_of(tmp_path)))
    authority = tmp_path / "data" / "tls" / "ca.pem"
    assert state["ca"] == str(authority)
    assert state["url"].startswith("https://127.0.0.1:")
    assert line == (
        f"qrt service ready at {state['url']} (isolation strong, "
        f"data {tmp_path / 'data'}, authority {authority})"
    )


def publish_and_submit(api, folder):
    source = "def main(backend, user_messenger):\n    pass\n"
    metadata = {"name": "hello", "version": "1.0.0", "spec": {}}
    info = single_file_bundle(source, metadata, folder / "bundle.zip")
    api.put_release("hello", "1.0.0", info.path, info.digest)
    return api.submit_job({"program_id": "hello"})["id"]


def test_our_client_finds_and_trusts_it_by_itself(run, tmp_path, caplog):
    caplog.set_level(logging.INFO, "program_runtime.client")

    def visitor(line):
        client = QiskitRuntimeService(
            channel="local", data_dir=tmp_path / "data", config_dir=tmp_path
        )
        me = client.api.whoami()
        job_id = publish_and_submit(client.api, tmp_path)
        events = [event.type for event in EventStream(client.api, job_id)]
        client.api.close()
        return me, events

    me, events = run(visitor)
    assert me["name"] == "owner"
    assert (events[0], events[-1]) == ("status", "status")
    # The websocket is trusted as well; on a busy machine it may come too late.
    assert "certificate" not in caplog.text.lower()


def test_the_command_finds_and_trusts_it_by_itself(run, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("QRT_CONFIG_DIR", str(tmp_path))
    monkeypatch.setenv("QRT_DATA_DIR", str(tmp_path / "data"))
    code = run(lambda line: _main.run(["whoami"]))
    assert (code, capsys.readouterr().out[:26]) == (0, "owner (admin) at https://1")
    code = run(lambda line: _main.run(["user", "list"]))
    assert (code, "owner" in capsys.readouterr().out) == (0, True)


def test_the_profile_stores_whom_to_trust(run, tmp_path):
    def visitor(line):
        profile = profiles.load(tmp_path)["local"]
        by_url = QiskitRuntimeService(
            channel="server", url=profile.url, config_dir=tmp_path
        )
        by_name = QiskitRuntimeService(
            channel="server", name="local", config_dir=tmp_path
        )
        names = [each.api.whoami()["name"] for each in (by_url, by_name)]
        by_url.api.close()
        by_name.api.close()
        return profile, names

    profile, names = run(visitor)
    assert profile.verify == tmp_path / "data" / "tls" / "ca.pem"
    assert names == ["owner", "owner"]


def test_who_does_not_know_the_authority_is_told_what_to_give(run, tmp_path):
    def visitor(line):
        profile = profiles.load(tmp_path)["local"]
        api = ServiceApi(profile.url, profile.token)
        try:
            with pytest.raises(errors.ServiceUnreachableError) as refused:
                api.whoami()
        finally:
            api.close()
        return str(refused.value), profile.token.reveal()

    message, token = run(visitor)
    assert "is not trusted" in message
    assert "`qrt login URL --verify FILE`" in message
    assert token not in message


def test_a_login_with_the_authority_is_kept(run, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("QRT_CONFIG_DIR", str(tmp_path / "other"))

    def visitor(line):
        profile = profiles.load(tmp_path)["local"]
        monkeypatch.setenv("QRT_TOKEN", profile.token.reveal())
        words = ["login", profile.url, "--name", "lab"]
        without = _main.run(words)
        with_it = _main.run([*words, "--verify", str(profile.verify)])
        return without, with_it, _main.run(["whoami"])

    assert run(visitor) == (7, 0, 0)
    assert "owner (admin) at https://127.0.0.1:" in capsys.readouterr().out


def test_a_service_that_moves_from_http_to_https_is_found_again(run, tmp_path):
    made = []

    def visitor(line):
        client = QiskitRuntimeService(
            channel="local", data_dir=tmp_path / "data", config_dir=tmp_path
        )
        made.append(client.api)
        return client.api.whoami()["name"]

    assert run(visitor, tls_self_signed=False) == "owner"
    assert run(lambda line: made[0].whoami()["name"]) == "owner"
    assert made[0].url.startswith("https://")
    made[0].close()


def test_plain_http_gets_no_answer_from_it(run):
    def visitor(line):
        url = line.split()[4].replace("https:", "http:")
        with pytest.raises(requests.ConnectionError):
            requests.get(f"{url}/healthz", timeout=10)

    run(visitor)


def test_versions_before_1_2_are_refused(run):
    def visitor(line):
        host, port = line.split()[4].removeprefix("https://").split(":")
        old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        old.check_hostname = False
        old.verify_mode = ssl.CERT_NONE
        old.set_ciphers("ALL:@SECLEVEL=0")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            old.minimum_version = ssl.TLSVersion.TLSv1
            old.maximum_version = ssl.TLSVersion.TLSv1_1
        with (
            socket.create_connection((host, int(port)), timeout=10) as plain,
            pytest.raises(ssl.SSLError),
        ):
            old.wrap_socket(plain)

    run(visitor)


def test_who_listens_everywhere_is_found_on_the_loopback(run, tmp_path):
    def visitor(line):
        found = local.find_local_service(tmp_path / "data")
        return line.split()[4], found

    url, found = run(visitor, host="0.0.0.0")
    assert url.startswith("https://127.0.0.1:")
    assert found.url == url


def test_a_host_beyond_loopback_needs_https_and_isolation(run, tmp_path, monkeypatch):
    def never(line):
        raise AssertionError(line)

    with pytest.raises(errors.ServiceStartError, match="Plain http on 0"):
        run(never, host="0.0.0.0", tls_self_signed=False)
    assert not (tmp_path / "data").exists()
    monkeypatch.setattr(app, "_executor", lambda *_: InMemoryExecutor())
    with pytest.raises(errors.ServiceStartError, match="can not be confined here"):
        run(never, host="0.0.0.0")
    with pytest.raises(errors.ServiceStartError, match="'strong' is required"):
        run(never, require_isolation="strong")
    assert not (tmp_path / "data" / "service.json").exists()
    assert run(lambda line: line, host="0.0.0.0", isolation="none")
