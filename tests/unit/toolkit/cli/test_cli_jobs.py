"""Commands about jobs: what they ask the service, print and end with."""

import json

import pytest
from unit.toolkit.cli import json_forms
from unit.toolkit.cli.fake_service import FAILURE, JOB_ID, event, job

from program_runtime.errors import RuntimeJobNotFound


def test_jobs_are_a_table_newest_first(qrt, api):
    failed = job("Failed", failure=FAILURE, usage=None)
    api.page = {"jobs": [failed, job()], "count": 2}
    assert qrt("jobs").stdout.splitlines() == [
        "JOB    PROGRAM    BACKEND        STATUS                  CREATED (UTC)        TOOK",
        "job_1  vqe@1.0.0  aer_simulator  Failed (program_error)  2026-11-22 07:00:00  -",
        "job_1  vqe@1.0.0  aer_simulator  Completed               2026-11-22 07:00:00  0.50 s",
    ]


def test_filters_of_jobs_reach_the_service(qrt, api):
    words = ("--program", "vqe", "--backend", "b", "--tag", "x", "--tag", "y")
    qrt("jobs", *words, "--pending", "--limit", 3)
    assert api.done == [
        (
            "jobs",
            {
                "limit": 3,
                "program": "vqe",
                "backend": "b",
                "tags": ("x", "y"),
                "pending": True,
            },
        )
    ]


@pytest.mark.parametrize(
    ("words", "count", "said"),
    [
        ((), 9, "0 of 9 jobs; --limit shows more\n"),
        ((), 0, "no jobs yet; submit one with: qrt submit PROGRAM\n"),
        (("--final",), 0, "no job fits these filters\n"),
        (("--quiet",), 0, ""),
    ],
)
def test_a_short_list_of_jobs_says_why(qrt, api, words, count, said):
    api.page = {"jobs": [], "count": count}
    told = qrt("jobs", *words)
    assert (told.stdout, told.stderr) == ("", said)


@pytest.mark.parametrize("command", ["cancel", "stop"])
def test_a_job_can_be_ended(qrt, api, command):
    told = qrt(command, JOB_ID)
    assert api.done == [(command, JOB_ID)]
    assert told.stdout == f"{JOB_ID}\n"


def test_the_result_is_printed_as_the_program_encoded_it(qrt, api):
    api.result = '{"energy":-1.50}'
    assert qrt("result", JOB_ID).stdout == '{"energy":-1.50}\n'


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ('{"energy":\n-1.5}', {"energy": -1.5}),
        ("no JSON", "no JSON"),
        ("", None),
        ("[" * 100_000, "[" * 100_000),
    ],
)
def test_the_result_lies_in_the_object_as_it_is(qrt, api, text, result):
    api.result = text
    answer = json_forms.check("result", qrt("result", JOB_ID, "--json").json)
    assert answer == {
        "job_id": JOB_ID,
        "status": "Completed",
        "failure": None,
        "result": result,
    }


def test_the_result_can_go_into_a_file(qrt, api, here):
    told = qrt("result", JOB_ID, "--save", "out.json")
    assert (told.stdout, told.stderr) == ("", "result written to out.json\n")
    assert (here / "out.json").read_text() == api.result
    assert "result" not in qrt("result", JOB_ID, "--save", "o", "--json").json


def test_a_file_that_can_not_be_written_is_refused_before_the_wait(qrt, api, here):
    told = qrt("result", JOB_ID, "--save", "no/where.json", code=2)
    assert f"the folder {here / 'no'} does not exist." in told.stderr
    assert api.done == []


def test_the_result_of_a_failed_job_is_its_failure(qrt, api):
    api.found[JOB_ID] = [job("Failed", failure=FAILURE)]
    told = qrt("result", JOB_ID, code=1)
    assert told.stdout == ""
    assert told.stderr.splitlines() == [
        "job_1 Failed",
        "error: program_error: ZeroDivisionError: division by zero",
        "  Traceback (most recent call last):",
        '    File "program.py"',
        "  inputs: iterations 3",
        f"run it at home: qrt run --from-job {JOB_ID}",
    ]
    quiet = qrt("result", JOB_ID, "--quiet", code=1)
    assert quiet.stderr == "error: program_error: ZeroDivisionError: division by zero\n"
    told = qrt("result", JOB_ID, "--json", code=1)
    assert json_forms.check("result", told.json)["failure"] == FAILURE


@pytest.mark.parametrize(
    ("status", "failure", "code"),
    [
        ("Cancelled", None, 8),
        ("Failed", {**FAILURE, "code": "bad_inputs"}, 3),
        ("Failed", {**FAILURE, "code": "wall_time"}, 1),
    ],
)
def test_the_exit_code_says_how_the_job_ended(qrt, api, status, failure, code):
    api.found[JOB_ID] = [job(status, failure=failure)]
    qrt("result", JOB_ID, code=code)


def test_the_result_is_waited_for(qrt, api):
    api.found[JOB_ID] = [job("Queued"), job("Running"), job()]
    assert qrt("result", JOB_ID).stdout == '{"energy": -1.5}\n'
    assert api.done == [("job", JOB_ID, 30.0)] * 3


def test_a_wait_that_is_over_ends_with_7_and_says_that_the_job_goes_on(qrt, api):
    api.found[JOB_ID] = [job("Running")]
    told = qrt("result", JOB_ID, "--timeout", 0, "--json", code=7)
    assert json_forms.check_error(told.json) == {
        "code": "timeout",
        "message": "job_1 is still Running after 0 s.",
        "hint": "It goes on; ask again: `qrt result job_1`.",
    }
    assert api.done == [("job", JOB_ID, 0.0)]


def test_logs_are_printed_as_they_are(qrt, api):
    assert qrt("logs", JOB_ID).stdout == "one\ntwo\n"
    answer = json_forms.check("logs", qrt("logs", JOB_ID, "--json").json)
    assert answer == {"job_id": JOB_ID, "logs": "one\ntwo\n"}


def test_logs_are_followed(qrt, api, stream):
    stream.insert(3, event(4, "log", None, blob="sha256:1", size=6))
    stream[4] = event(5, "interim", "1")
    stream[5] = event(6, "status", '{"status": "Completed"}')
    api.blobs["sha256:1"] = b"large\n"
    assert qrt("logs", "-f", JOB_ID).stdout == "hello\nlarge\n"
    told = qrt("logs", "-f", JOB_ID, "--json")
    assert json_forms.check_stream("logs --follow", told.lines) == [
        {"type": "log", "seq": 3, "data": "hello\n"},
        {"type": "log", "seq": 4, "data": "large\n"},
    ]


def test_follow_prints_interim_results_one_a_line(qrt, api, stream):
    stream[3] = event(4, "interim", None, blob="sha256:1", size=9)
    stream.insert(4, event(5, "interim", "{\n}"))
    stream.insert(5, event(6, "interim", "not\nJSON"))
    stream[6] = event(7, "status", '{"status": "Completed"}')
    api.blobs["sha256:1"] = b'"from the blob"'
    told = qrt("follow", JOB_ID)
    assert told.stdout.splitlines() == [
        '{"iteration": 0, "energy": -1.0}',
        '"from the blob"',
        "{}",
        '"not\\nJSON"',
    ]
    assert told.stderr == "log: hello\njob_1 Completed\n"


def test_follow_says_where_a_job_waits(qrt, api, stream):
    api.found[JOB_ID] = [job("Queued", queue_position=3), job()]
    told = qrt("follow", JOB_ID)
    assert told.stderr.splitlines()[0] == "job_1 waits, number 3 in the queue"


def test_follow_goes_on_behind_an_event(qrt, api, stream):
    assert len(qrt("follow", JOB_ID, "--after", 2).stdout.splitlines()) == 1


def test_follow_as_json_is_every_event_and_the_outcome(qrt, api, stream):
    stream[3] = event(4, "interim", None, blob="sha256:1", size=9)
    lines = json_forms.check_stream("follow", qrt("follow", JOB_ID, "--json").lines)
    assert [line.get("seq") for line in lines] == [1, 2, 3, 4, 5, None]
    assert (lines[3]["blob"], lines[3]["size"]) == ("sha256:1", 9)
    assert lines[-1] == {"type": "outcome", "status": "Completed", "failure": None}


def test_follow_ends_as_the_job_did(qrt, api, stream):
    api.found[JOB_ID] = [job("Failed", failure=FAILURE)]
    told = qrt("follow", JOB_ID, code=1)
    assert "error: program_error: ZeroDivisionError" in told.stderr
    told = qrt("follow", JOB_ID, "--json", code=1)
    assert told.lines[-1]["failure"] == FAILURE
    assert "error:" not in told.stderr


def test_ctrl_c_detaches_from_a_stream_and_says_how_to_come_back(qrt, api, stream):
    stream.insert(3, KeyboardInterrupt())
    told = qrt("follow", JOB_ID, code=130)
    assert told.stderr.splitlines()[-2:] == [
        "Detached; job_1 goes on.",
        "hint: Come back with `qrt follow job_1 --after 3`.",
    ]
    told = qrt("follow", JOB_ID, "--json", code=130)
    assert json_forms.check_error(told.lines[-1]) == {
        "code": "interrupted",
        "message": "Detached; job_1 goes on.",
        "hint": "Come back with `qrt follow job_1 --after 3`.",
    }


def test_ctrl_c_detaches_from_logs_and_results(qrt, api, stream, monkeypatch):
    stream.insert(0, KeyboardInterrupt())
    told = qrt("logs", "-f", JOB_ID, code=130)
    assert "Come back with `qrt logs -f job_1`." in told.stderr

    def interrupted(job_id, *, wait_s):
        raise KeyboardInterrupt

    monkeypatch.setattr(api, "job", interrupted)
    told = qrt("result", JOB_ID, code=130)
    assert "Come back with `qrt result job_1`." in told.stderr


def test_a_job_that_does_not_exist_is_answered_with_where_to_look(qrt, api):
    def missing(job_id):
        raise RuntimeJobNotFound("There is no job 'x'.", status=404)

    api.logs = missing
    told = qrt("logs", "x", "--json", code=5)
    assert json_forms.check_error(told.json) == {
        "code": "job_not_found",
        "message": "There is no job 'x'.",
        "hint": "`qrt jobs` lists yours.",
    }


def test_whoami_and_backends(qrt, api):
    assert qrt("whoami").stdout == "u_a (author) at http://127.0.0.1:1\n"
    table = qrt("backends").stdout
    assert "aer_simulator  -       simulator  ibmq_qasm_simulator  Fast." in table


def test_backends_of_this_machine_need_no_service(qrt):
    found = json_forms.check("backends", qrt("backends", "--local", "--json").json)
    assert "aer_simulator" in [device["name"] for device in found["devices"]]


@pytest.mark.parametrize(
    "words",
    [
        ("jobs",),
        ("cancel", JOB_ID),
        ("stop", JOB_ID),
        ("whoami",),
        ("backends",),
        ("programs",),
        ("programs", "show", "vqe"),
        ("programs", "releases", "vqe"),
        ("programs", "label", "vqe", "stable", "1.0.0"),
        ("programs", "public", "vqe"),
        ("programs", "private", "vqe"),
        ("programs", "delete", "vqe", "--yes"),
    ],
)
def test_the_answer_has_its_form(qrt, api, words):
    name = " ".join(words[:2]) if words[0] == "programs" else words[0]
    name = "programs list" if name == "programs" else name
    told = qrt(*words, "--json")
    json_forms.check(name, told.json)
    assert json.loads(told.stdout)


@pytest.mark.parametrize("words", [("result",), ("follow",)], ids=lambda w: w[0])
def test_a_failed_job_tells_its_inputs_and_the_command_that_runs_it_at_home(
    qrt, api, stream, words
):
    api.found[JOB_ID] = [job("Failed", failure=FAILURE)]
    told = qrt(*words, JOB_ID, code=1).stderr
    assert "  inputs: iterations 3\n" in told
    assert f"run it at home: qrt run --from-job {JOB_ID}\n" in told


@pytest.mark.parametrize("code", ["service_restarted", "device", "internal"])
def test_a_failure_that_is_not_the_programs_is_not_repeated_at_home(qrt, api, code):
    api.found[JOB_ID] = [job("Failed", failure={**FAILURE, "code": code})]
    assert "--from-job" not in qrt("result", JOB_ID, code=1).stderr


def test_inputs_that_are_gone_do_not_hide_the_failure(qrt, api):
    def gone(job_id):
        raise RuntimeJobNotFound("deleted", status=404)

    api.inputs = gone
    api.found[JOB_ID] = [job("Failed", failure=FAILURE)]
    told = qrt("result", JOB_ID, code=1).stderr
    assert "inputs:" not in told
    assert "--from-job" in told
