"""How a job ended, as a table."""

import signal

import pytest

from program_runtime.execution import ChildExit, JobStatus
from program_runtime.execution.verdict import Verdict, judge, read_child_report

COMPLETED = Verdict(status=JobStatus.COMPLETED)
CANCELLED = Verdict(status=JobStatus.CANCELLED)


@pytest.mark.parametrize("own", [CANCELLED, Verdict.failed("wall_time", "m")])
def test_the_supervisors_own_decision_goes_first(own):
    assert judge(own=own, reported=COMPLETED, child_exit=None) is own


def test_the_last_frame_goes_before_the_exit():
    killed = ChildExit(status=signal.SIGKILL)
    assert judge(own=None, reported=COMPLETED, child_exit=killed) is COMPLETED


@pytest.mark.parametrize(
    ("child_exit", "code", "message"),
    [
        (None, "crashed", "The program closed its channel, but did not end."),
        (
            ChildExit(status=0),
            "crashed",
            "The program exited with code 0 before main returned.",
        ),
        (
            ChildExit(status=3 << 8),
            "crashed",
            "The program exited with code 3 before main returned.",
        ),
        (
            ChildExit(status=signal.SIGSEGV),
            "crashed",
            "The program was killed by SIGSEGV before main returned.",
        ),
        (
            ChildExit(status=signal.SIGKILL, cpu_s=1.9),
            "crashed",
            "The program was killed by SIGKILL before main returned.",
        ),
        (
            ChildExit(status=signal.SIGKILL, cpu_s=2.04),
            "cpu_time",
            "The program used 2.0 s of processor time, the limit is 2 s.",
        ),
        (
            ChildExit(status=signal.SIGXCPU, cpu_s=2.5),
            "cpu_time",
            "The program used 2.5 s of processor time, the limit is 2 s.",
        ),
        (
            ChildExit(status=40),
            "crashed",
            "The program was killed by signal 40 before main returned.",
        ),
    ],
)
def test_the_exit_is_named(child_exit, code, message):
    verdict = judge(own=None, reported=None, child_exit=child_exit, cpu_limit_s=2.0)
    assert verdict == Verdict.failed(code, message)


def test_a_job_whose_processes_were_killed_is_not_to_blame():
    verdict = judge(own=None, reported=None, child_exit=ChildExit(status=None))
    assert (verdict.code, verdict.lost) == ("crashed", True)
    assert verdict.message == (
        "The process that the program's process was forked from died."
    )


def test_the_time_of_all_processes_tells_why_one_was_killed():
    killed = ChildExit(status=signal.SIGKILL, cpu_s=0.5)
    verdict = judge(
        own=None, reported=None, child_exit=killed, cpu_limit_s=2.0, cpu_s=2.25
    )
    message = "The program used 2.2 s of processor time, the limit is 2 s."
    assert verdict == Verdict.failed("cpu_time", message)


def test_without_a_limit_of_time_a_signal_is_a_crash():
    ended = ChildExit(status=signal.SIGXCPU, cpu_s=2.5)
    verdict = judge(own=None, reported=None, child_exit=ended, cpu_s=3.0)
    message = "The program was killed by SIGXCPU before main returned."
    assert verdict == Verdict.failed("crashed", message)


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", "{}", '{"message": ""}', '{"message": 3}', "[" * 100_000],
)
def test_a_report_that_says_nothing(text):
    assert read_child_report(text) == Verdict.failed(
        "program_error", "The program failed without a reason."
    )


def test_a_report_is_bounded():
    verdict = read_child_report(
        '{"code": "bad_result", "message": "%s"}' % ("x" * 10**6)
    )
    assert verdict.code == "bad_result"
    assert len(verdict.message) == 64 * 1024


def test_a_report_becomes_text_that_every_store_takes():
    text = r'{"message": "\ud800a\u0000\udfff", "traceback": "\ud83d\ude00 \ud83d"}'
    verdict = read_child_report(text)
    assert verdict.message == "\ufffda\ufffd\ufffd"
    assert verdict.traceback == "\U0001f600 \ufffd"


@pytest.mark.parametrize("code", ["disk", "files", "memory", "processes"])
def test_limits_that_a_child_may_name(code):
    text = f'{{"code": "{code}", "message": "m"}}'
    assert read_child_report(text) == Verdict.failed(code, "m")


@pytest.mark.parametrize("code", ["wall_time", "storage", "service_restarted", 3, None])
def test_codes_that_a_child_may_not_use(code):
    import json

    text = json.dumps({"code": code, "message": "m"})
    assert read_child_report(text) == Verdict.failed("program_error", "m")
