"""https with an authority of its own: the installed command, started and restarted."""

import json
import subprocess
import sys

import pytest
import requests
from acceptance.live_service import QRT, WAIT_S, TlsService

from program_runtime import QiskitRuntimeService

SOURCE = """
def main(backend, user_messenger):
    user_messenger.publish("on the way")
    return "over https"
"""


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    service = TlsService(tmp_path_factory.mktemp("tls"))
    try:
        yield service.start()
    finally:
        service.stop()


@pytest.fixture(scope="module")
def program(live, tmp_path_factory):
    """A published program."""
    folder = tmp_path_factory.mktemp("secure")
    (folder / "program.py").write_text(SOURCE)
    metadata = {"name": "secure", "version": "1.0.0", "spec": {}, "description": "d"}
    (folder / "program.json").write_text(json.dumps(metadata))
    live.qrt("publish", folder, "--yes")
    return "secure"


def test_it_is_called_by_its_name_of_this_machine_as_well(live):
    for host in ("localhost", "127.0.0.1"):
        url = live.url.replace("127.0.0.1", host)
        answer = requests.get(
            f"{url}/healthz", verify=str(live.authority), timeout=WAIT_S
        )
        assert answer.json()["status"] == "ok"
    with pytest.raises(requests.exceptions.SSLError):
        requests.get(f"{live.url}/healthz", timeout=WAIT_S)


def test_commands_on_this_machine_find_and_trust_it(live, program):
    done = live.qrt("submit", program, "--follow")
    assert json.loads(done.stdout) == "over https"
    assert "on the way" in done.stderr
    assert live.qrt("whoami").stdout == f"owner (admin) at {live.url}\n"
    assert "owner" in live.qrt("user", "list").stdout


def test_our_client_on_this_machine_finds_and_trusts_it(live, program):
    client = QiskitRuntimeService(
        channel="local", data_dir=live.data_dir, config_dir=live.folder / "config"
    )
    seen = []
    job = client.run(program, callback=lambda _, value: seen.append(value))
    assert job.result(WAIT_S) == "over https"
    assert seen == ["on the way", "over https"]
    client.api.close()


def test_another_machine_gets_the_authority_and_logs_in(live, tmp_path):
    away = {"QRT_CONFIG_DIR": str(tmp_path / "c"), "QRT_DATA_DIR": str(tmp_path / "d")}
    words = ("login", live.url, "--token-stdin")
    told = live.qrt(*words, code=7, stdin=live.token, **away)
    assert "is not trusted" in told.stderr
    assert "--verify FILE" in told.stderr
    copy = tmp_path / "ca.pem"
    copy.write_bytes(live.authority.read_bytes())
    live.qrt(*words, "--verify", copy, stdin=live.token, **away)
    assert live.qrt("whoami", **away).stdout == f"owner (admin) at {live.url}\n"
    assert live.token not in told.stderr


def test_after_a_restart_those_who_trust_it_still_do(live):
    before = live.authority.read_bytes()
    live.kill()
    live.start()
    assert live.authority.read_bytes() == before
    assert live.http("GET", "/users/me").json()["name"] == "owner"
    assert live.qrt("whoami").stdout == f"owner (admin) at {live.url}\n"


def test_what_is_printed_for_machines_names_the_authority(tmp_path):
    words = [QRT, "serve", "--json", "--port", "0", "--tls-self-signed"]
    words += ["--data-dir", str(tmp_path / "data"), "--isolation", "none"]
    with subprocess.Popen(
        words,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={"QRT_CONFIG_DIR": str(tmp_path), "HOME": str(tmp_path)},
    ) as process:
        facts = json.loads(process.stdout.readline())
        process.terminate()
        _, told = process.communicate(timeout=WAIT_S)
    assert facts["ca"] == str(tmp_path / "data" / "tls" / "ca.pem")
    assert facts["url"].startswith("https://127.0.0.1:")
    assert "Programs are NOT confined (isolation none)" in told
    assert process.returncode == 0


def refused(tmp_path, *words):
    for command in ((QRT, "serve"), (sys.executable, "-m", "program_runtime.service")):
        done = subprocess.run(
            [*command, "--port", "0", "--data-dir", str(tmp_path / "data"), *words],
            capture_output=True,
            text=True,
            timeout=WAIT_S,
            check=False,
        )
        assert (done.returncode, done.stdout) == (1, "")
        yield done.stderr.replace("\nhint: ", " ")


def test_plain_http_beyond_loopback_is_refused(tmp_path):
    for told in refused(tmp_path, "--host", "0.0.0.0"):
        assert told == (
            "error: Plain http on 0.0.0.0 would send tokens and inputs unprotected. "
            "Give --tls-cert and --tls-key or --tls-self-signed, or listen on "
            "127.0.0.1.\n"
        )
    assert not (tmp_path / "data").exists()


def test_less_isolation_than_required_is_refused(tmp_path):
    words = ("--isolation", "none", "--require-isolation", "reduced")
    for told in refused(tmp_path, *words):
        assert "isolation level 'none'; 'reduced' is required." in told
        assert "Traceback" not in told
    assert not (tmp_path / "data" / "service.json").exists()
