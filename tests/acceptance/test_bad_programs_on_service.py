"""Programs that misbehave, on a real service: what their callers see."""

import json
import re
import textwrap
import threading
import traceback

import pytest

from program_runtime import errors
from program_runtime.bundle import write_bundle

MIB = 1024 * 1024

SOURCES = {
    "honest": """
        def main(backend, user_messenger, *, value=7):
            user_messenger.publish(value)
            return value
    """,
    "raises": """
        import json

        class Molecule:
            def energy(self, text):
                return json.loads(text)

        def main(backend, user_messenger, *, text="{"):
            user_messenger.publish("before")
            return Molecule().energy(text)
    """,
    "prints-100-mb": """
        def main(backend, user_messenger):
            user_messenger.publish("before")
            line = "x" * 99 + "\\n"
            for _ in range(1024 * 1024):
                print(line, end="")
            return "never"
    """,
    "never-returns": """
        def main(backend, user_messenger):
            user_messenger.publish("before")
            while True:
                pass
    """,
    "exits": """
        import os

        def main(backend, user_messenger):
            user_messenger.publish("before")
            os._exit(0)
    """,
    "kills-itself": """
        import os, signal

        def main(backend, user_messenger):
            user_messenger.publish("before")
            os.kill(os.getpid(), signal.SIGKILL)
    """,
    "unserialisable": """
        def main(backend, user_messenger):
            user_messenger.publish("before")
            return {"history": [1, 2, 3, {"optimizer": open("/dev/null")}]}
    """,
    "publishes-late": """
        import threading

        def main(backend, user_messenger):
            user_messenger.publish("before")

            def late():
                returned.join(0.2)
                user_messenger.publish("too late")

            returned = threading.main_thread()
            threading.Thread(target=late).start()
            return "done"
    """,
}

FAILURES = {
    "raises": (
        "program_error",
        (
            r"json\.decoder\.JSONDecodeError: Expecting property name enclosed in "
            r"double quotes: line 1 column 2 \(char 1\)"
        ),
    ),
    "prints-100-mb": (
        "output",
        r"The program printed more than its limit of 10485760 bytes\.",
    ),
    "never-returns": ("wall_time", r"The program ran 1\.\d s, the limit is 1 s\."),
    "exits": ("crashed", r"The program exited with code 0 before main returned\."),
    "kills-itself": (
        "crashed",
        r"The program was killed by SIGKILL before main returned\.",
    ),
    "unserialisable": (
        "bad_result",
        (
            r'result\["history"\]\[3\]\["optimizer"\] is of type '
            r"'_io\.TextIOWrapper', which has no JSON form\."
        ),
    ),
}


@pytest.fixture(scope="module")
def service(live):
    """Every program above, published."""
    client = live.client()
    for name, source in SOURCES.items():
        metadata = {"name": name}
        if name == "never-returns":
            metadata["max_execution_time"] = 1
        client.upload_program(textwrap.dedent(source).lstrip(), metadata)
    return client


@pytest.fixture(scope="module")
def failed(service):
    """Run a program once, to its end, for all who ask about it."""
    jobs = {}

    def run(name):
        if name not in jobs:
            jobs[name] = service.run(name)
            jobs[name].wait_for_final_state(60)
        return jobs[name]

    return run


def files_of(source, name="nobody"):
    metadata = {"name": name, "version": "1.0.0", "description": "d", "spec": {}}
    return {
        "program.py": source.encode(),
        "program.json": json.dumps(metadata).encode(),
    }


# Without main


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (
            "answer = 42\n",
            (
                "program.py: has no function main at its top level "
                "(write def main(backend, user_messenger, ...))"
            ),
        ),
        (
            "class Program:\n    def main(self, backend, user_messenger): pass\n",
            (
                "program.py: has no function main at its top level "
                "(write def main(backend, user_messenger, ...))"
            ),
        ),
        (
            "def main(backend):\n    return 1\n",
            (
                "program.py:1: main takes backend first, must take backend, "
                "user_messenger (write def main(backend, user_messenger, ...))"
            ),
        ),
        (
            "def main(backend, user_messenger:\n",
            "program.py: is no valid Python at line 1: '(' was never closed",
        ),
    ],
)
def test_a_program_without_main_is_refused_by_client_and_service(
    live, tmp_path, source, message
):
    path = tmp_path / "program.py"
    path.write_text(source)
    with pytest.raises(errors.BadBundleError) as caught:
        live.client().upload_program(str(path), {"name": "nobody"})
    assert str(caught.value) == f"The bundle can not be used:\n  {message}"

    bundle = write_bundle(files_of(source), tmp_path / "bundle.zip")
    answer = live.http(
        "PUT", "/programs/nobody/releases/1.0.0", data=bundle.path.read_bytes()
    )
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert error["code"] == "bad_bundle"
    [problem] = error["problems"]
    assert str(errors.Problem(**problem)) == message
    assert live.http("GET", "/programs/nobody").status_code == 404


def test_a_text_without_main_is_no_program(live):
    with pytest.raises(errors.InvalidValueError) as caught:
        live.client().upload_program("answer = 42\n", {"name": "nobody"})
    assert str(caught.value) == (
        "'answer = 42\\n' is neither the source of a program nor a file. "
        "A source holds the text 'def main('."
    )


def test_a_project_without_main_is_refused_by_the_command(live, tmp_path):
    for name, content in files_of("answer = 42\n").items():
        (tmp_path / name).write_bytes(content)
    error = live.told("publish", tmp_path, code=3)
    assert error == {
        "code": "bad_project",
        "message": f"The project in {tmp_path} can not be used:",
        "hint": "`qrt check` shows everything that is wrong.",
        "findings": [
            {
                "path": "program.py",
                "message": "program.py defines no function main",
                "hint": "Add `def main(backend, user_messenger, **inputs):`.",
            }
        ],
    }
    assert live.http("GET", "/programs/nobody").status_code == 404


# That fail


@pytest.mark.parametrize("name", FAILURES)
def test_a_job_that_failed_says_why_and_keeps_what_it_published(failed, name):
    job = failed(name)
    code, message = FAILURES[name]
    with pytest.raises(errors.RuntimeJobFailureError) as caught:
        job.result()
    assert caught.value.failure_code == code, caught.value
    said = "ran longer than its maximum execution time"
    said = said if code == "wall_time" else rf"failed \({code}\)"
    first_line = caught.value.message.splitlines()[0]
    assert re.fullmatch(f"Job {job.job_id()} {said}: {message}", first_line)
    assert job.error_message() == caught.value.message
    assert job.interim_results() == ["before"]
    assert job.status().name == "ERROR"


@pytest.mark.parametrize("name", FAILURES)
def test_events_of_a_failed_job_are_gapless_and_end_with_its_status(live, failed, name):
    events = live.events(failed(name).job_id())
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    code = FAILURES[name][0]
    assert [event["type"] for event in events[-2:]] == ["error", "status"]
    assert json.loads(events[-2]["data"])["code"] == code
    assert json.loads(events[-1]["data"]) == {"status": "Failed", "code": code}


@pytest.mark.parametrize("name", FAILURES)
def test_the_command_ends_with_1_and_says_why(live, failed, name):
    code, message = FAILURES[name]
    job_id = failed(name).job_id()
    told = live.qrt("result", job_id, code=1)
    assert told.stdout == ""
    lines = told.stderr.splitlines()
    assert lines[0] == f"{job_id} Failed"
    assert re.fullmatch(f"error: {code}: {message}", lines[1])


def test_the_command_says_it_as_json_too(live, failed):
    code, message = FAILURES["exits"]
    job_id = failed("exits").job_id()
    told = live.qrt("result", job_id, "--json", code=1)
    assert json.loads(told.stdout) == {
        "job_id": job_id,
        "status": "Failed",
        "failure": {
            "code": code,
            "message": message.replace("\\", ""),
            "traceback": None,
        },
    }


def test_a_traceback_has_the_authors_frames_only(live, failed):
    job = failed("raises")
    with pytest.raises(errors.RuntimeJobFailureError) as caught:
        job.result()
    assert caught.value.traceback.splitlines() == [
        "Traceback (most recent call last):",
        '  File "program.py", line 9, in main',
        "    return Molecule().energy(text)",
        *underlined("           ^^^^^^^^^^^^^^^^^^^^^^^"),
        '  File "program.py", line 5, in energy',
        "    return json.loads(text)",
        *underlined("           ^^^^^^^^^^^^^^^^"),
        (
            "json.decoder.JSONDecodeError: Expecting property name enclosed in double "
            "quotes: line 1 column 2 (char 1)"
        ),
    ]
    told = live.qrt("result", job.job_id(), code=1).stderr.splitlines()
    assert told[2:] == [
        *(f"  {line}" for line in caught.value.traceback.splitlines()),
        f"run it at home: qrt run --from-job {job.job_id()}",
    ]


def underlined(marks):
    """Return the line of marks, if this Python sets one there."""
    try:
        json.loads("{")
    except ValueError as error:
        shown = traceback.format_exception(error)
    return [marks] if any("^^^" in line for line in shown) else []


def test_a_program_over_its_time_has_its_own_error_and_reason(live, failed, service):
    job = failed("never-returns")
    with pytest.raises(errors.RuntimeJobMaxTimeoutError):
        job.result()
    state = live.finished(job.job_id())["state"]
    assert state["reason_code"] == 1305
    asked = service.run("never-returns", options={"max_execution_time": 0.5})
    with pytest.raises(errors.RuntimeJobMaxTimeoutError, match=r"the limit is 0\.5 s"):
        asked.result()


def test_the_caller_can_not_lengthen_the_time_of_a_program(live):
    told = live.qrt(
        "submit", "never-returns", "--max-time", 3000, "--follow", "--json", code=1
    )
    lines = [json.loads(line) for line in told.stdout.splitlines()]
    error = json.loads(next(line for line in lines if line["type"] == "error")["data"])
    assert error["code"] == "wall_time"
    assert re.fullmatch(FAILURES["never-returns"][1], error["message"])


def test_100_mb_of_output_are_cut_and_disturb_nobody(live, service):
    began = threading.Event()
    job = service.run("prints-100-mb", callback=lambda *_: began.set())
    assert began.wait(60)
    beside = 0
    while not job.in_final_state():
        assert service.run("honest", {"value": beside}).result(60) == beside
        health = live.http("GET", "/../../healthz").json()
        assert health["status"] == "ok"
        beside += 1
    assert job.state() == "Failed"
    log = job.logs()
    assert len(log) == 10 * MIB
    assert log.startswith("x" * 99 + "\n" + "x" * 99)
    assert job.interim_results() == ["before"]


def test_publishing_after_the_end_changes_nothing(live, failed):
    job = failed("publishes-late")
    assert job.result() == "done"
    assert job.interim_results() == ["before"]
    assert "MessengerClosedError: " in job.logs()
    assert "after main returned" in job.logs()
    kinds = [event["type"] for event in live.events(job.job_id())]
    assert [kind for kind in kinds if kind != "log"] == [
        "status",
        "status",
        "interim",
        "result",
        "status",
    ]
    assert live.qrt("result", job.job_id()).stdout == '"done"\n'


@pytest.mark.parametrize("name", FAILURES)
def test_the_next_job_runs_whatever_the_last_one_did(failed, service, name):
    failed(name)
    assert service.run("honest", {"value": name}).result(60) == name


def test_nothing_is_left_of_jobs_that_ended(live, failed):
    for name in FAILURES:
        failed(name)
    # A job is final before its process is gone and its folder is removed.
    while live.http("GET", "/../../healthz").json()["zygote"]["running"]:
        pass
    assert list((live.data_dir / "spool" / "work").iterdir()) == []
    assert list((live.data_dir / "spool").glob("payload-*")) == []
