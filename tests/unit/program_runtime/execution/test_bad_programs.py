"""Programs that misbehave: each ends with its own code, and an honest one runs after."""

import asyncio
import json
import os
import select
import time

import pytest

from program_runtime.execution import EventType, JobControl, JobStatus

HONEST = "def main(backend, user_messenger): return 'honest'"


@pytest.fixture(autouse=True)
def an_honest_program_runs_afterwards(laboratory):
    yield
    assert laboratory.run(HONEST).result == "honest"
    assert laboratory.leftovers() == []


def assert_failed(run, code, message):
    assert run.outcome.status is JobStatus.FAILED
    assert run.failure == (code, message)
    assert_well_formed(run)
    error = json.loads(run.texts(EventType.ERROR)[0])
    assert (error["code"], error["message"]) == run.failure
    assert error["traceback"] == run.outcome.traceback


def assert_well_formed(run):
    """Seq without gaps, and the status as the last word."""
    assert [event.seq for event in run.events] == list(range(1, len(run.events) + 1))
    last = json.loads(run.events[-1].data)
    assert run.events[-1].type is EventType.STATUS
    assert last["status"] == run.outcome.status
    assert last.get("code") == run.outcome.code
    assert run.sink.outcome == run.outcome


def test_no_file(laboratory):
    run = laboratory.run(None)
    assert_failed(run, "bad_program", "The program has no file program.py.")


def test_no_main(laboratory):
    run = laboratory.run("def run(backend, user_messenger): return 1")
    assert_failed(
        run,
        "bad_program",
        "program.py has no function main(backend, user_messenger, ...).",
    )


def test_main_that_is_no_function(laboratory):
    run = laboratory.run("main = 3")
    assert_failed(
        run,
        "bad_program",
        "main in program.py is of type int, expected a function.",
    )


def test_async_main(laboratory):
    run = laboratory.run("async def main(backend, user_messenger): pass")
    assert_failed(
        run,
        "bad_program",
        "main in program.py is async, expected a plain function "
        "(it may call asyncio.run itself).",
    )


def test_syntax_error_names_its_line(laboratory):
    run = laboratory.run("x = 1\ndef main(:\n")
    code, message = run.failure
    assert code == "bad_program"
    assert message.startswith("program.py can not be imported: ")
    assert 'File "program.py", line 2' in run.outcome.traceback
    assert "SyntaxError" in run.outcome.traceback
    assert str(laboratory.folder) not in run.outcome.traceback


def test_import_error_shows_the_authors_frames_only(laboratory):
    run = laboratory.run(
        "import helper\ndef main(b, m): pass",
        files={"helper": "import no_such_module"},
    )
    assert_failed(
        run,
        "bad_program",
        "program.py can not be imported: "
        "ModuleNotFoundError: No module named 'no_such_module'",
    )
    assert run.outcome.traceback == (
        "Traceback (most recent call last):\n"
        '  File "program.py", line 1, in <module>\n'
        "    import helper\n"
        '  File "helper.py", line 1, in <module>\n'
        "    import no_such_module\n"
        "ModuleNotFoundError: No module named 'no_such_module'\n"
    )


def test_exit_at_import(laboratory):
    run = laboratory.run("import sys\nsys.exit(0)")
    assert_failed(run, "bad_program", "program.py can not be imported: SystemExit: 0")


def test_unknown_backend(laboratory):
    run = laboratory.run(HONEST, backend="aer_simulatr")
    code, message = run.failure
    assert code == "bad_backend"
    assert message.startswith("No backend is called 'aer_simulatr'.")


def test_main_raises(laboratory):
    run = laboratory.run(
        """
        import json
        def main(backend, user_messenger):
            user_messenger.publish(1)
            try:
                helper()
            except ValueError as error:
                raise RuntimeError("the loop diverged") from error
        def helper():
            json.loads("{")
        """
    )
    assert_failed(run, "program_error", "RuntimeError: the loop diverged")
    assert run.interim == [1]
    trace = run.outcome.traceback
    assert '  File "program.py", line 6, in main\n    helper()\n' in trace
    assert '  File "program.py", line 10, in helper\n' in trace
    assert "direct cause" in trace
    assert "/json/" not in trace
    assert str(laboratory.folder) not in trace


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("raise GeneratorExit", "GeneratorExit"),
    ],
)
def test_exceptions_that_are_no_errors(laboratory, statement, message):
    run = laboratory.run(f"def main(b, m):\n    {statement}")
    assert_failed(run, "program_error", message)


def test_a_program_may_refuse_inputs_that_no_schema_can_tell(laboratory):
    run = laboratory.run(
        """
        from program_runtime.errors import BadInputsError, Problem
        def main(b, m, depths=()):
            problems = [Problem(path="depths.1", message="is smaller than depths.0")]
            raise BadInputsError("The depths do not rise:", problems=problems)
        """
    )
    message = "The depths do not rise:\n  depths.1: is smaller than depths.0"
    assert_failed(run, "bad_inputs", message)
    assert run.outcome.traceback is None


def test_a_refusal_that_can_not_be_shown_is_one_all_the_same(laboratory):
    run = laboratory.run(
        """
        from program_runtime.errors import BadInputsError
        class Hostile(BadInputsError):
            def __str__(self):
                raise self
        def main(b, m):
            raise Hostile("x")
        """
    )
    assert run.failure == ("bad_inputs", "<exception str() failed>")


def test_an_exception_that_can_not_be_shown(laboratory):
    run = laboratory.run(
        """
        class Hostile(Exception):
            def __str__(self):
                raise self
        def main(b, m):
            raise Hostile
        """
    )
    code, message = run.failure
    assert code == "program_error"
    assert "Hostile" in message


def test_endless_recursion_has_a_short_traceback(laboratory):
    run = laboratory.run("def f(): f()\ndef main(b, m): f()")
    code, message = run.failure
    assert code == "program_error"
    assert message.startswith("RecursionError: ")
    assert "Previous line repeated" in run.outcome.traceback
    assert len(run.outcome.traceback) < 2000


def test_inputs_that_are_not_json(laboratory):
    run = laboratory.run(HONEST, inputs=b"{")
    code, message = run.failure
    assert code == "bad_inputs"
    assert message.startswith("The inputs can not be decoded: ")


def test_inputs_that_are_no_object(laboratory):
    run = laboratory.run(HONEST, inputs=b"[1]")
    assert_failed(
        run, "bad_inputs", "The inputs are of type list, expected a JSON object."
    )


def test_inputs_against_the_schema_never_reach_main(laboratory):
    schema = {
        "type": "object",
        "properties": {"shots": {"type": "integer"}, "depth": {"type": "integer"}},
        "required": ["shots"],
    }
    run = laboratory.run(
        "def main(b, m, **inputs): print('called')",
        inputs={"depth": "deep"},
        parameters=schema,
    )
    code, message = run.failure
    assert code == "bad_inputs"
    assert message.startswith("The inputs do not fit the program's parameters.")
    assert "shots" in message
    assert "depth" in message
    assert run.log == ""


def test_inputs_that_main_does_not_take(laboratory):
    run = laboratory.run("def main(backend, messenger, *, n): pass", inputs={"m": 1})
    assert_failed(
        run,
        "bad_inputs",
        "The inputs do not fit main(backend, messenger, *, n): "
        "missing a required argument: 'n'.",
    )


def test_inputs_over_the_limit(laboratory):
    run = laboratory.run(HONEST, inputs={"n": "x" * 100}, limits={"inputs_bytes": 50})
    assert_failed(
        run, "bad_inputs", "The inputs have 109 bytes, the limit is 50 bytes."
    )


def test_inputs_that_are_not_there(laboratory, tmp_path):
    run = laboratory.run(HONEST, inputs=tmp_path / "gone.json")
    code, message = run.failure
    assert code == "internal"
    assert message.startswith("No inputs for the job: [Errno 2]")


def test_unserialisable_result_names_its_path(laboratory):
    run = laboratory.run(
        "def main(b, m): return {'history': [1, 2, {'optimizer': object()}]}"
    )
    code, message = run.failure
    assert code == "bad_result"
    assert 'result["history"][2]' in message
    assert "object" in message


def test_result_that_contains_itself(laboratory):
    run = laboratory.run("def main(b, m):\n    x = []\n    x.append(x)\n    return x")
    assert run.outcome.code == "bad_result"


def test_result_that_is_no_unicode(laboratory):
    run = laboratory.run(
        """
        import json
        class Raw(json.JSONEncoder):
            def encode(self, value):
                return '"\\ud800"'
        def main(b, m):
            m.publish(1, encoder=Raw, final=True)
        """
    )
    code, message = run.failure
    assert code == "bad_result"
    assert message.startswith("The result is no valid Unicode text: ")


def test_result_over_the_limit_is_refused(laboratory):
    run = laboratory.run(
        "def main(b, m): return 'x' * 1000", limits={"result_bytes": 500}
    )
    assert_failed(
        run,
        "result_too_large",
        "The result has 1002 bytes, the limit is 500 bytes.",
    )
    assert run.texts(EventType.RESULT) == []


def test_wall_time(laboratory):
    run = laboratory.run(
        """
        def main(b, m):
            m.publish("before")
            print("printed before", flush=True)
            while True:
                pass
        """,
        limits={"wall_time_s": 0.4},
    )
    code, message = run.failure
    assert code == "wall_time"
    assert message.startswith("The program ran 0.")
    assert message.endswith(" s, the limit is 0.4 s.")
    assert run.interim == ["before"]
    assert run.log == "printed before\n"
    assert_well_formed(run)


def test_wall_time_of_a_program_that_ignores_signals(laboratory):
    run = laboratory.run(
        """
        import signal, time
        def main(b, m):
            for number in range(1, 32):
                if number not in (signal.SIGKILL, signal.SIGSTOP):
                    signal.signal(number, signal.SIG_IGN)
            while True:
                time.sleep(10)
        """,
        limits={"wall_time_s": 0.3},
    )
    assert run.outcome.code == "wall_time"


def test_cpu_time(laboratory):
    run = laboratory.run(
        "def main(b, m):\n    while True: pass", limits={"cpu_time_s": 0.2}
    )
    code, message = run.failure
    assert code == "cpu_time"
    assert message.endswith(" s of processor time, the limit is 0.2 s.")


def test_memory(laboratory):
    run = laboratory.run(
        "def main(b, m): return len(bytearray(2_000_000_000))",
        limits={"memory_bytes": 1_000_000_000},
    )
    code, message = run.failure
    assert code == "memory"
    assert message.startswith("The program ran out of memory with up to ")
    assert "the limit is 953.7 MiB (1,000,000,000 bytes): MemoryError" in message
    assert "line 1, in main" in run.outcome.traceback


def test_a_file_that_grows_too_large(laboratory):
    run = laboratory.run(
        """
        def main(b, m):
            with open("big", "wb") as file:
                file.write(bytes(200_000))
        """,
        limits={"file_bytes": 100_000},
    )
    assert_failed(
        run,
        "disk",
        "A file of the program reached 100,000 bytes, the limit of one "
        "file: OSError: [Errno 27] File too large",
    )


def test_100_mb_of_output(laboratory):
    started = time.monotonic()
    run = laboratory.run(
        """
        def main(b, m):
            m.publish("before")
            line = "x" * 99 + "\\n"
            for _ in range(1_000_000):
                print(line, end="")
        """,
        limits={"log_bytes": 1_000_000},
    )
    assert_failed(
        run, "output", "The program printed more than its limit of 1000000 bytes."
    )
    assert len(run.log) == 1_000_000
    assert run.interim == ["before"]
    assert run.outcome.usage.wall_s < time.monotonic() - started


def test_output_of_a_subprocess_counts_too(laboratory):
    run = laboratory.run(
        """
        import subprocess
        def main(b, m):
            subprocess.run(["yes"])
        """,
        limits={"log_bytes": 10_000},
    )
    assert run.outcome.code == "output"
    assert len(run.log) == 10_000


def test_os_exit(laboratory):
    run = laboratory.run(
        "import os\ndef main(b, m):\n    m.publish(1)\n    os._exit(3)"
    )
    assert_failed(
        run, "crashed", "The program exited with code 3 before main returned."
    )
    assert run.interim == [1]


def test_killing_itself(laboratory):
    run = laboratory.run(
        "import os, signal\ndef main(b, m): os.kill(os.getpid(), signal.SIGKILL)"
    )
    assert_failed(
        run, "crashed", "The program was killed by SIGKILL before main returned."
    )


def test_segmentation_fault(laboratory):
    run = laboratory.run("import ctypes\ndef main(b, m): ctypes.string_at(0)")
    assert_failed(
        run, "crashed", "The program was killed by SIGSEGV before main returned."
    )


def test_becoming_another_program(laboratory):
    run = laboratory.run(
        """
        import os
        def main(b, m):
            os.execv("/bin/sleep", ["sleep", "60"])
        """
    )
    assert_failed(
        run,
        "crashed",
        "The program closed its channel before main returned, so it was ended.",
    )


def test_closing_the_channel_and_living_on(laboratory):
    run = laboratory.run(
        """
        import os, time
        def main(b, m):
            os.closerange(3, 100)
            time.sleep(60)
        """
    )
    assert_failed(
        run,
        "crashed",
        "The program closed its channel before main returned, so it was ended.",
    )


CHANNEL = """
import os, socket, stat, struct, time
def channel():
    for fd in range(3, 50):
        try:
            if stat.S_ISSOCK(os.fstat(fd).st_mode):
                return socket.socket(fileno=os.dup(fd))
        except OSError:
            pass
def frame(kind, data, size=None):
    size = len(data) if size is None else size
    channel().sendall(struct.pack(">IB", size, kind) + data)
"""


def test_a_forged_result_is_only_this_jobs_own(laboratory):
    run = laboratory.run(
        CHANNEL
        + """
def main(b, m):
    frame(4, b'"forged"')
    frame(1, b'"after the last frame"')
    time.sleep(60)
"""
    )
    assert run.outcome.status is JobStatus.COMPLETED
    assert run.result == "forged"
    assert run.interim == []
    assert_well_formed(run)


def test_a_forged_report_can_not_take_the_supervisors_codes(laboratory):
    run = laboratory.run(
        CHANNEL
        + """
def main(b, m):
    frame(5, b'{"code": "wall_time", "message": "m", "traceback": 3}')
"""
    )
    assert_failed(run, "program_error", "m")


def test_an_unknown_frame(laboratory):
    run = laboratory.run(CHANNEL + "def main(b, m): frame(77, b'')")
    assert_failed(
        run, "bad_message", "The channel carries a frame of the unknown kind 77."
    )


def test_a_forged_metric(laboratory):
    run = laboratory.run(
        CHANNEL
        + """
def main(b, m):
    m.metric(energy=-1.5, step=2)
    frame(2, b'{"values": {"energy": NaN}}')
    time.sleep(60)
"""
    )
    assert_failed(run, "bad_message", "A metric is invalid: NaN is no number of JSON.")
    assert run.texts(EventType.METRIC) == ['{"step": 2, "values": {"energy": -1.5}}']


@pytest.mark.parametrize("size", [10, 100_000])
def test_a_message_that_is_not_utf8(laboratory, size):
    run = laboratory.run(
        CHANNEL
        + f"def main(b, m):\n    frame(1, b'\\xff' * {size})\n    time.sleep(60)"
    )
    code, message = run.failure
    assert code == "bad_message"
    assert message.startswith("A message is not valid text: 'utf-8' codec can't")
    assert list(laboratory.spool.glob("payload-*")) == []


def test_a_message_of_a_size_that_is_only_claimed(laboratory):
    run = laboratory.run(
        CHANNEL
        + "def main(b, m):\n    frame(1, b'', size=2**32 - 1)\n    time.sleep(60)"
    )
    assert_failed(
        run,
        "messages",
        "A message has 4294967295 bytes, the limit is 8388608 bytes.",
    )


def test_a_message_over_the_limit_is_refused(laboratory):
    run = laboratory.run(
        "def main(b, m):\n    m.publish('kept')\n    m.publish('x' * 1000)",
        limits={"message_bytes": 1000},
    )
    assert_failed(run, "messages", "A message has 1002 bytes, the limit is 1000 bytes.")
    assert run.interim == ["kept"]


def test_too_many_messages(laboratory):
    run = laboratory.run(
        "def main(b, m):\n    while True: m.publish(1)",
        limits={"message_count": 5000},
    )
    assert_failed(run, "messages", "The program sent 5001 messages, the limit is 5000.")
    assert len(run.interim) == 5000


def test_too_many_bytes_in_messages(laboratory):
    run = laboratory.run(
        "def main(b, m):\n    while True: m.publish('x' * 98)",
        limits={"messages_bytes": 1000},
    )
    assert_failed(
        run,
        "messages",
        "The program sent 1100 bytes in messages, the limit is 1000 bytes.",
    )
    assert len(run.interim) == 10


def test_publishing_after_main_returned(laboratory):
    run = laboratory.run(
        """
        import threading
        def main(b, m):
            def late():
                main_thread.join(0.2)
                m.publish("too late")
            main_thread = threading.main_thread()
            threading.Thread(target=late).start()
            return "done"
        """
    )
    assert run.outcome.status is JobStatus.COMPLETED
    assert run.result == "done"
    assert run.interim == []
    assert "MessengerClosedError" in run.log
    assert "after main returned" in run.log
    assert_well_formed(run)


def test_a_thread_that_never_ends_is_not_waited_for(laboratory):
    run = laboratory.run(
        """
        import threading, time
        def main(b, m):
            threading.Thread(target=time.sleep, args=[60]).start()
            return "done"
        """
    )
    assert run.result == "done"
    assert run.outcome.usage.wall_s < 10


def test_an_idle_thread_pool_does_not_hold_the_job_up(laboratory):
    run = laboratory.run(
        """
        from concurrent.futures import ThreadPoolExecutor
        def main(b, m):
            return ThreadPoolExecutor(2).submit(int, "7").result()
        """
    )
    assert run.result == 7
    assert run.outcome.usage.wall_s < 1.5


def test_a_grandchild_that_keeps_the_pipes_open_dies_with_the_job(open_laboratory):
    run = open_laboratory.run(
        """
        import subprocess
        def main(b, m):
            return subprocess.Popen(["sleep", "60"]).pid
        """
    )
    assert run.outcome.status is JobStatus.COMPLETED
    assert dies(run.result)
    assert run.outcome.usage.wall_s < 5


def test_a_daemon_that_keeps_the_pipes_open_does_not_keep_the_job(laboratory):
    run = laboratory.run(
        """
        import subprocess
        def main(b, m):
            return subprocess.Popen(["sleep", "8"], start_new_session=True).pid
        """
    )
    assert run.outcome.status is JobStatus.COMPLETED
    assert run.outcome.usage.wall_s < 7


def test_a_fork_of_the_program_that_returns_too(laboratory):
    run = laboratory.run(
        """
        import os
        def main(b, m):
            if os.fork() == 0:
                os._exit(0)
            os.wait()
            return "parent"
        """
    )
    assert run.result == "parent"


def test_patching_what_the_child_uses_costs_only_this_job(laboratory):
    run = laboratory.run(
        """
        import json, os, socket
        def main(b, m):
            json.dumps = json.loads = None
            socket.socket.sendall = None
            os.write = os._exit = os.dup2 = None
            return 1
        """
    )
    assert run.outcome.status in {JobStatus.COMPLETED, JobStatus.FAILED}
    assert_well_formed(run)


def test_cancel(laboratory):
    async def cancel(control):
        await asyncio.sleep(0.3)
        control.cancel()

    run = laboratory.run(
        """
        import time
        def main(b, m):
            m.publish("kept")
            try:
                time.sleep(60)
            finally:
                print("cleaned up")
        """,
        meanwhile=cancel,
    )
    assert run.outcome.status is JobStatus.CANCELLED
    assert run.outcome.code is None
    assert run.interim == ["kept"]
    assert run.log == "cleaned up\n"
    assert run.outcome.usage.wall_s < 2
    assert_well_formed(run)


def test_cancel_of_a_program_that_refuses(open_laboratory):
    async def cancel(control):
        await asyncio.sleep(0.3)
        control.cancel()

    run = open_laboratory.run(
        """
        import signal, subprocess, time
        def main(b, m):
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            m.publish(subprocess.Popen(["sh", "-c", "trap '' TERM; sleep 60"]).pid)
            while True:
                time.sleep(1)
        """,
        meanwhile=cancel,
    )
    assert run.outcome.status is JobStatus.CANCELLED
    assert run.outcome.usage.wall_s < 3.3
    assert dies(run.interim[0])


def test_cancel_before_the_start(laboratory):
    control = JobControl()
    control.cancel()
    run = laboratory.run(HONEST, control=control)
    assert run.outcome.status is JobStatus.CANCELLED
    assert [event.type for event in run.events] == [EventType.STATUS]


def test_stop_is_seen_by_the_program(laboratory):
    async def stop(control):
        await asyncio.sleep(0.3)
        control.stop()

    run = laboratory.run(
        """
        import time
        def main(b, m):
            assert not m.stop_requested
            while not m.stop_requested:
                time.sleep(0.01)
            assert m.stop_requested
            return "partial"
        """,
        meanwhile=stop,
    )
    assert run.outcome.status is JobStatus.COMPLETED
    assert run.result == "partial"


def test_stop_before_the_start(laboratory):
    control = JobControl()
    control.stop()
    source = """
import time
def main(backend, user_messenger):
    began = time.monotonic()
    while not user_messenger.stop_requested and time.monotonic() < began + 10:
        time.sleep(0.001)
    return user_messenger.stop_requested
"""
    assert laboratory.run(source, control=control).result is True


def dies(pid):
    """Whether the process ends soon, if it has not already."""
    try:
        pidfd = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([pidfd], [], [], 5)[0])
    finally:
        os.close(pidfd)


def test_no_input_can_stand_in_for_the_backend(laboratory):
    run = laboratory.run(
        "def main(backend, user_messenger): pass", inputs={"backend": 1}
    )
    code, message = run.failure
    assert code == "bad_inputs"
    assert "backend" in message
