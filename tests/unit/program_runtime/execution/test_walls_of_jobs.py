"""What a job of the strongest level that holds here finds around itself."""

import contextlib
import os
import socket
from pathlib import Path

import pytest

from program_runtime.execution import Level

pytestmark = pytest.mark.fork

CONNECT = """
    import socket
    def main(b, m, port):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
        except OSError as error:
            return type(error).__name__
        return "connected"
"""
FILL = """
    def main(b, m, size):
        with open("file", "wb") as file:
            file.write(bytes(size))
        return "written"
"""


@pytest.fixture(autouse=True)
def strong(laboratory):
    if laboratory.runner.level is not Level.STRONG:
        pytest.skip("this machine offers no namespaces")


@pytest.fixture
def port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def test_only_a_program_that_is_allowed_to_reaches_the_network(laboratory, port):
    inputs = {"port": port}
    assert laboratory.run(CONNECT, inputs=inputs, network=True).result == "connected"
    assert laboratory.run(CONNECT, inputs=inputs).result != "connected"


def test_a_job_with_less_disk_than_usual_gets_what_it_was_given(laboratory):
    inputs = {"size": 4_000_000}
    assert laboratory.run(FILL, inputs=inputs).result == "written"
    run = laboratory.run(FILL, inputs=inputs, limits={"disk_bytes": 1_000_000})
    assert run.outcome.code == "disk"


def test_its_program_and_its_folder_are_its_own(laboratory):
    run = laboratory.run(
        """
        import os, pathlib, helper
        def main(b, m):
            here = pathlib.Path(__file__).parent
            return [str(here), sorted(p.name for p in here.iterdir()),
                    os.getcwd(), os.listdir(), helper.here]
        """,
        files={"helper": "here = 'beside it'"},
    )
    assert run.result == [
        "/program",
        ["helper.py", "program.py"],
        "/tmp/job",
        [],
        "beside it",
    ]


def test_it_sees_only_itself_and_its_keeper(laboratory):
    run = laboratory.run(
        """
        import os
        def main(b, m):
            return [os.getppid(), sorted(n for n in os.listdir("/proc") if n.isdigit())]
        """
    )
    assert run.result == [1, ["1", "2"]]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a job a user")
def test_each_job_of_root_has_a_user_of_its_own(laboratory):
    who = "import os\ndef main(b, m): return [os.getuid(), os.getgid(), os.getgroups()]"
    first, second = (laboratory.run(who).result for _ in range(2))
    assert first[0] != second[0]
    for uid, gid, groups in (first, second):
        assert uid == gid > 1_000_000
        assert groups == []


def test_printing_to_the_devices_of_the_log_works(laboratory):
    run = laboratory.run(
        """
        import subprocess
        def main(b, m):
            subprocess.run("echo out > /dev/stdout; echo err > /dev/stderr",
                           shell=True, check=True)
        """
    )
    assert sorted(run.log.split()) == ["err", "out"]


def test_the_limit_of_processes_holds_exactly(laboratory):
    run = laboratory.run(
        """
        import os, signal
        def main(b, m):
            started = 0
            try:
                for _ in range(100):
                    if os.fork() == 0:
                        signal.pause()
                    started += 1
            except BlockingIOError:
                pass
            return started
        """,
        limits={"processes": 20},
    )
    assert run.result == 19  # and the program itself


def test_nothing_of_it_is_left(laboratory):
    """A pipe that the job's daemon holds ends when the last process is gone."""
    run = laboratory.run(
        """
        import os, subprocess
        def main(b, m):
            subprocess.Popen(["sleep", "60"], start_new_session=True)
            return os.readlink("/proc/self/ns/pid")
        """
    )
    assert run.result not in set(namespaces())


def namespaces():
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            with contextlib.suppress(OSError):
                yield str((process / "ns/pid").readlink())
