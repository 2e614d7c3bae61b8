"""Ctrl-C at the real command: a job goes on, a local run does not."""

import json
import os
import subprocess

import pytest
from acceptance.attached_command import PATIENCE_S, AttachedCommand
from acceptance.live_service import QRT
from unit.toolkit.cli import json_forms

STEPPER = """
import time


def main(backend, user_messenger, *, steps=3):
    print("began", flush=True)
    for step in range(steps):
        user_messenger.publish({"step": step})
    while steps and not user_messenger.stop_requested:
        time.sleep(0.01)
    return {"steps": steps}
"""


@pytest.fixture(scope="module")
def stepper(live):
    """A program that publishes three steps and then waits to be stopped."""
    live.client().upload_program(STEPPER, {"name": "stepper", "description": "Waits."})
    return live


@pytest.fixture
def job_id(stepper):
    job_id = stepper.submit("stepper")
    yield job_id
    stepper.http("POST", f"/jobs/{job_id}/cancel")


@pytest.fixture
def started(live):
    """Start the command."""
    commands = []

    def start(*words, cwd=None):
        commands.append(
            AttachedCommand(
                *words, cwd=cwd or live.folder, environment=live.environment
            )
        )
        return commands[-1]

    yield start
    for command in commands:
        command.close()


def test_follow_detaches_and_goes_on_where_it_was_left(stepper, started, job_id):
    command = started("follow", job_id)
    command.wait_for('{"step": 2}')
    code, out, err = command.interrupt()
    assert code == 130
    assert [json.loads(line)["step"] for line in out.splitlines()] == [0, 1, 2]
    *_, told, hint = err.splitlines()
    assert told == f"Detached; {job_id} goes on."
    assert hint.startswith(f"hint: Come back with `qrt follow {job_id} --after ")

    assert json.loads(stepper.qrt("stop", job_id, "--json").stdout)["stop"] is True
    back = hint.split("`")[1].split()[1:]
    assert stepper.qrt(*back).stdout == ""
    assert json.loads(stepper.qrt("result", job_id).stdout) == {"steps": 3}


def test_following_what_was_submitted_detaches_too(stepper, started):
    command = started("submit", "stepper", "--follow", "--json")
    command.wait_for('"interim"')
    code, out, _ = command.interrupt()
    assert code == 130
    first, *_, last = map(json.loads, out.splitlines())
    job_id = first["id"]
    error = json_forms.check_error(last)
    assert error["message"] == f"Detached; {job_id} goes on."
    assert stepper.http("GET", f"/jobs/{job_id}").json()["state"]["status"] == "Running"
    assert stepper.qrt("cancel", job_id).stdout == f"{job_id}\n"
    assert stepper.qrt("follow", job_id, code=8).stderr.endswith("Cancelled\n")


@pytest.mark.parametrize("words", [("logs", "-f"), ("result",)], ids=" ".join)
def test_waiting_detaches(stepper, started, job_id, words):
    command = started(*words, job_id, "-vv")
    if words[0] == "logs":
        command.wait_for("began")
    else:
        # The first connection asked who answers; the second one waits.
        command.wait_for("new HTTP connection", "stderr", times=2)
    code, _, err = command.interrupt()
    assert code == 130
    again = " ".join(["qrt", *words, job_id])
    assert f"Detached; {job_id} goes on.\nhint: Come back with `{again}`.\n" in err
    assert stepper.token not in err


def test_a_wait_that_is_over_ends_with_7(stepper, job_id):
    told = stepper.qrt("result", job_id, "--timeout", "0.2", code=7)
    assert f"error: {job_id} is still " in told.stderr
    assert "hint: It goes on; ask again: " in told.stderr


RUNNER = """
import os
import time


def main(backend, user_messenger):
    user_messenger.publish({"pid": os.getpid()})
    time.sleep(600)
"""


def test_ctrl_c_cancels_a_local_run_and_leaves_no_process(started, tmp_path):
    (tmp_path / "program.py").write_text(RUNNER)
    metadata = {"name": "sleeper", "version": "1.0.0", "description": "d", "spec": {}}
    (tmp_path / "program.json").write_text(json.dumps(metadata))
    # Without walls the program knows itself by the number that it has here.
    command = started("run", "--isolation", "none", "--json", cwd=tmp_path)
    command.wait_for('"interim"')
    code, out, _ = command.interrupt()
    assert code == 130
    lines = [json.loads(line) for line in out.splitlines()]
    error = json_forms.check_error(lines[-1])
    assert error["message"] == "Interrupted; the run was cancelled."
    interim = next(line for line in lines if line.get("type") == "interim")
    with pytest.raises(ProcessLookupError):
        os.kill(json.loads(interim["data"])["pid"], 0)
    with pytest.raises(ProcessLookupError):
        os.killpg(command.pid, 0)


def test_a_reader_that_leaves_ends_the_command_without_a_word(live):
    command = subprocess.Popen(
        [QRT, "completion", "bash", "-q"],
        env=live.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    command.stdout.close()
    assert command.stderr.read() == b""
    assert command.wait(PATIENCE_S) == 0
    command.stderr.close()
