"""The README is executed: what it shows is what happens."""

import os
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
QRT = str(Path(sys.executable).with_name("qrt"))
HYDROGEN = -1.857275030202


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def test_the_program_of_the_first_page_finds_the_ground_energy():
    from qiskit.quantum_info import SparsePauliOp

    from program_runtime.program import testing

    names = {}
    exec(blocks("python")[0], names)
    hamiltonian = SparsePauliOp.from_list([("ZZ", 1.0), ("XX", 0.5)])
    messenger = testing.RecordingMessenger()
    found = names["main"](
        testing.local_backend(), messenger, hamiltonian=hamiltonian, iterations=150
    )
    assert found["energy"] == pytest.approx(-1.5, abs=0.02)
    assert messenger.messages[-1].keys() == {"energy"}


@pytest.mark.timeout(240)
def test_the_five_minutes_work_as_they_are_written(private_home, tmp_path):
    environment = {
        **os.environ,
        "PATH": f"{Path(QRT).parent}{os.pathsep}{os.environ['PATH']}",
    }
    folder = tmp_path
    written, published, served = blocks("console")
    try:
        for line in (written + published).splitlines():
            words = shlex.split(line.removeprefix("$ "))
            if words[0] == "cd":
                folder /= words[1]
                continue
            run = subprocess.run(
                words,
                cwd=folder,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
                stdin=subprocess.DEVNULL,
            )
            assert run.returncode == 0, (line, run.stdout, run.stderr)
        script = blocks("python")[1]
        # The local service of this test, not the one of whoever runs it.
        ran = subprocess.run(
            [sys.executable, "-c", script],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            cwd=folder,
        )
        assert ran.returncode == 0, ran.stderr
        energy = eval(ran.stdout.splitlines()[-1])["energy"]
        assert energy == pytest.approx(HYDROGEN, abs=0.02)
        assert ran.stdout.startswith("job_")
    finally:
        stop_local_service()
    serve_for_others(served, tmp_path, environment)


def serve_for_others(block, tmp_path, environment):
    serve, add_user = (
        line.removeprefix("$ ").replace("/srv/qrt", str(tmp_path / "srv"))
        for line in block.splitlines()
    )
    process = subprocess.Popen(
        shlex.split(serve.replace("8000", "0")),
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert "ready at http://127.0.0.1:" in process.stdout.readline()
        token = subprocess.run(
            shlex.split(add_user),
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        assert token.startswith("qrt_")
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
        process.stdout.close()


def stop_local_service():
    import json

    from program_runtime.client import locations

    facts = locations.default_data_dir() / "service.json"
    if facts.exists():
        os.kill(json.loads(facts.read_text())["pid"], signal.SIGTERM)


@pytest.mark.parametrize(
    "page", re.findall(r"\]\((docs/[\w.]+|[A-Z]+\.md|samples/\w+)\)", README)
)
def test_every_link_leads_somewhere(page):
    assert (ROOT / page).exists()
