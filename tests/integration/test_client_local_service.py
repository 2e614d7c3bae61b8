"""The local service: started once, found, started again."""

import os
import signal
import subprocess
import sys

import pytest
from client_services import COUNTING, COUNTING_METADATA, end, pid_of

from program_runtime import QiskitRuntimeService, errors
from program_runtime.client import local


def test_two_clients_that_race_start_one_service(tmp_path):
    script = (
        "import sys, pathlib\n"
        "from program_runtime.client import local\n"
        "folder = pathlib.Path(sys.argv[1])\n"
        "found = local.ensure_local_service(folder / 'data', config_dir=folder,\n"
        "    on_start=lambda where: print('started', end=' '))\n"
        "print(found.url)"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    racers = [
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)
    ]
    said = [racer.communicate(timeout=60)[0].split() for racer in racers]
    os.kill(pid_of(tmp_path / "data"), signal.SIGTERM)
    assert sum("started" in words for words in said) == 1
    assert len({words[-1] for words in said}) == 1


def test_a_local_service_that_ended_is_started_again_when_it_is_needed(tmp_path):
    service = QiskitRuntimeService(data_dir=tmp_path / "data", config_dir=tmp_path)
    service.upload_program(COUNTING, COUNTING_METADATA)
    job = service.run("counting", {"count": 1})
    assert job.result(timeout=60)["count"] == 1
    first = service.api.url
    end(tmp_path / "data")
    assert service.run("counting", {"count": 2}).result(timeout=60)["count"] == 2
    assert job.state() == "Completed"
    assert service.api.url != first
    service.api.close()
    end(tmp_path / "data")


def test_a_service_on_a_broken_data_directory_says_why(tmp_path):
    data_dir = tmp_path / "data"
    data_dir.mkdir()
    (data_dir / "db.sqlite3").write_bytes(b"no database at all" * 100)
    with pytest.raises(errors.ServiceUnreachableError) as caught:
        local.ensure_local_service(data_dir, config_dir=tmp_path)
    assert "The local service did not start. It ended with exit code 1." in str(
        caught.value
    )
    assert f"{data_dir}/service.log" in str(caught.value)
