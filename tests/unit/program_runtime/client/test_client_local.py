import importlib.util
import json
import os
import subprocess
import sys

import pytest
from contract_service import TOKEN

from program_runtime import errors
from program_runtime.client import local
from program_runtime.client.secret import Secret
from program_runtime.client.service import QiskitRuntimeService


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "data"
    path.mkdir()
    return path


def announce(folder, url, token=TOKEN, *, pid=None):
    (folder / "service.json").write_text(
        json.dumps({"url": url, "pid": pid or os.getpid()})
    )
    (folder / "owner.token").write_text(f"{token}\n")


def starts_with(monkeypatch, script):
    """Let a small script stand in for the service."""
    command = [sys.executable, "-c", script]
    monkeypatch.setattr(local, "_command", lambda *arguments: command)


def test_a_service_that_runs_is_found(contract, folder):
    announce(folder, contract.url)
    found = local.ensure_local_service(folder)
    assert (found.name, found.url, found.data_dir) == ("local", contract.url, folder)
    assert found.token == Secret(TOKEN)


def test_without_any_trace_there_is_no_service(tmp_path):
    assert local.find_local_service(tmp_path / "missing") is None


def test_a_service_that_died_is_not_found(folder):
    announce(folder, "http://127.0.0.1:1")
    assert local.find_local_service(folder) is None


def test_another_program_on_the_old_port_is_not_taken_for_the_service(contract, folder):
    announce(folder, contract.url, token="qrt_other")
    assert local.find_local_service(folder) is None


def test_who_took_the_port_of_a_service_that_crashed_does_not_get_its_token(
    contract, folder
):
    crashed = subprocess.Popen(["/bin/true"])
    crashed.wait()
    announce(folder, contract.url, pid=crashed.pid)
    assert local.find_local_service(folder) is None
    assert contract.requests == []


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"url": "nonsense"}'])
def test_a_damaged_trace_is_none(folder, text):
    announce(folder, "")
    (folder / "service.json").write_text(text)
    assert local.find_local_service(folder) is None


def test_a_service_is_started_when_none_runs(contract, folder, monkeypatch):
    trace = json.dumps({"url": contract.url, "pid": os.getpid()})
    starts_with(
        monkeypatch,
        "import pathlib\n"
        f"pathlib.Path('service.json').write_text({trace!r})\n"
        f"pathlib.Path('owner.token').write_text({TOKEN!r})\n"
        "print('ready', flush=True)",
    )
    told = []
    found = local.ensure_local_service(folder, on_start=told.append)
    assert found.url == contract.url
    assert told == [str(folder)]


def test_a_service_that_ends_at_once_is_told_with_the_end_of_its_log(
    folder, monkeypatch
):
    starts_with(
        monkeypatch,
        "import sys\nfor n in range(40): print('line', n, file=sys.stderr)\nsys.exit(3)",
    )
    with pytest.raises(errors.ServiceUnreachableError) as caught:
        local.ensure_local_service(folder)
    lines = "".join(f"\n  line {number}" for number in range(25, 40))
    assert str(caught.value) == (
        "The local service did not start. It ended with exit code 3. "
        f"The end of {folder}/service.log:{lines}\n "
        f"Start it by hand to see more: qrt serve --data-dir {folder}"
    )


def test_a_service_that_never_gets_ready_is_ended(folder, monkeypatch):
    starts_with(monkeypatch, "import threading; threading.Event().wait()")
    with pytest.raises(errors.ServiceUnreachableError) as caught:
        local.ensure_local_service(folder, start_timeout_s=0.3)
    assert "It was not ready after 0.3 s." in str(caught.value)
    assert local._started[-1].returncode == -9


def test_a_service_that_is_ready_but_does_not_answer_is_told(folder, monkeypatch):
    starts_with(monkeypatch, "print('ready')")
    with pytest.raises(errors.ServiceUnreachableError) as caught:
        local.ensure_local_service(folder)
    assert "It started, but it does not answer." in str(caught.value)


def test_a_service_that_another_started_meanwhile_is_used(
    contract, folder, monkeypatch
):
    trace = json.dumps({"url": contract.url, "pid": os.getpid()})
    starts_with(
        monkeypatch,
        "import pathlib, sys\n"
        f"pathlib.Path('service.json').write_text({trace!r})\n"
        f"pathlib.Path('owner.token').write_text({TOKEN!r})\n"
        "sys.exit('this data directory is in use')",
    )
    assert local.ensure_local_service(folder).url == contract.url


def test_missing_packages_are_told_with_what_installs_them(folder, monkeypatch):
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util,
        "find_spec",
        lambda name: None if name in {"fastapi", "uvicorn"} else find_spec(name),
    )
    with pytest.raises(errors.ServiceUnreachableError) as caught:
        local.ensure_local_service(folder)
    assert str(caught.value) == (
        "The local service can not start: fastapi, uvicorn not installed. "
        "Install the service: pip install 'qiskit-program-toolkit[service]'"
    )


def test_the_log_does_not_grow_without_end(folder, monkeypatch):
    monkeypatch.setattr(local, "_LOG_BYTES", 10)
    (folder / "service.log").write_text("an old and long log")
    starts_with(monkeypatch, "import sys; sys.exit('short')")
    with pytest.raises(errors.ServiceUnreachableError):
        local.ensure_local_service(folder)
    assert (folder / "service.log").read_text() == "short\n"
    assert (folder / "service.log.1").read_text() == "an old and long log"
    assert (folder / "service.log").stat().st_mode & 0o777 == 0o600


def test_the_service_is_started_by_this_python_from_no_folder_of_the_user(tmp_path):
    command = local._command(tmp_path, tmp_path / "config", 600)
    assert command == [
        sys.executable,
        *("-P", "-m", "program_runtime.service"),
        *("--port", "0", "--idle-exit", "600", "--data-dir", str(tmp_path)),
        *("--config-dir", str(tmp_path / "config")),
    ]
    assert "--config-dir" not in local._command(tmp_path, None, 600)


def test_a_service_that_came_up_while_waiting_for_the_lock_is_used(
    contract, folder, monkeypatch
):
    announce(folder, contract.url)
    find, asked = local.find_local_service, []

    def not_at_first(data_dir):
        asked.append(data_dir)
        return find(data_dir) if len(asked) > 1 else None

    monkeypatch.setattr(local, "find_local_service", not_at_first)
    assert local.ensure_local_service(folder).url == contract.url
    assert len(asked) == 2


def test_the_channel_local_finds_its_service_and_finds_it_again(
    contract, folder, monkeypatch
):
    announce(folder, contract.url)
    service = QiskitRuntimeService(data_dir=folder)
    assert service.program("vqe").name == "vqe"
    assert service.channel == "local"
    service.api.transport.url = "http://127.0.0.1:1"
    assert service.program("vqe", refresh=True).name == "vqe"
    service.api.close()
