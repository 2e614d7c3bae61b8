"""The machinery fails, not the program: the job says so, and nothing hangs or leaks."""

import asyncio
import json
import os
import socket

import pytest

from program_runtime.errors import ExecutionError
from program_runtime.execution import (
    JobStatus,
    Level,
    MemorySink,
    Walls,
    place,
    places,
    work_dir,
    zygote,
)
from program_runtime.execution.launch.zygote_child import ForkRefusedError, ZygoteChild
from program_runtime.execution.pool import ChildPool

WALLS = Walls(level=Level.NONE)
HONEST = "def main(backend, user_messenger): return 'honest'"


def test_a_folder_that_can_not_be_made(laboratory, monkeypatch):
    def refuse(walls, parent):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(places, "make_folders", refuse)
        run = laboratory.run(HONEST)
    assert run.outcome.status is JobStatus.FAILED
    assert run.failure == (
        "storage",
        "The job's folder can not be made: [Errno 28] No space left on device",
    )
    assert laboratory.run(HONEST).result == "honest"


def test_a_folder_that_can_not_be_removed(open_laboratory, monkeypatch, caplog):
    def refuse(folders):
        raise OSError(39, "it never gets empty", str(folders.root))

    with monkeypatch.context() as patch:
        patch.setattr(place, "remove_folders", refuse)
        run = open_laboratory.run("def main(b, m): open('file', 'w').close()")
    assert run.outcome.status is JobStatus.COMPLETED
    assert "A job's folder is left: [Errno 39] it never gets empty" in caplog.text
    [name] = open_laboratory.leftovers()
    work_dir.remove_tree(open_laboratory.spool / "work" / name)


def make_walls():
    return WALLS


class RefusingLauncher:
    """Can not start anything."""

    def __init__(self, error):
        self.error = error

    async def launch(self, walls):
        await asyncio.sleep(0)
        raise self.error


@pytest.mark.parametrize(
    "error", [OSError(24, "Too many open files"), ExecutionError("no child")]
)
def test_every_taker_is_told_when_there_is_no_child(error):
    async def scenario():
        pool = ChildPool(RefusingLauncher(error), make_walls, size=1, refill=True)
        return await asyncio.gather(
            *(pool.take() for _ in range(3)), return_exceptions=True
        )

    errors = asyncio.run(scenario())
    assert [type(each) for each in errors] == [ExecutionError] * 3
    assert {str(each) for each in errors} == {str(error)}


def test_a_taker_that_gave_up_leaves_its_child_to_the_next():
    class SlowLauncher:
        def __init__(self):
            self.gate = asyncio.Event()
            self.launched = []

        async def launch(self, walls):
            await self.gate.wait()
            self.launched.append(FakeChild())
            return self.launched[-1]

    async def scenario():
        launcher = SlowLauncher()
        pool = ChildPool(launcher, make_walls, size=0, refill=True)
        first = asyncio.create_task(pool.take())
        await asyncio.sleep(0)
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        launcher.gate.set()
        second = await pool.take()
        await pool.close()
        return launcher.launched, second

    launched, second = asyncio.run(scenario())
    assert second is launched[0]
    assert all(child.released for child in launched[1:])


class FakeChild:
    def __init__(self):
        self.exited = asyncio.get_running_loop().create_future()
        self.released = False

    def release(self):
        self.released = True


@pytest.mark.parametrize(
    ("message", "kind", "text"),
    [
        (
            {"did": "refused", "reason": "threads"},
            ForkRefusedError,
            "The zygote refused to fork: threads",
        ),
        (
            {"did": "failed", "reason": "no memory"},
            ExecutionError,
            "The zygote failed to fork: no memory",
        ),
        (
            {"did": "exited", "status": 9, "cpu_s": 0, "peak_memory_bytes": 0},
            ExecutionError,
            "The child ended before it was ready.",
        ),
    ],
)
def test_a_child_that_never_was(message, kind, text):
    class Ends:
        channel = None
        log_fd = -1

    async def scenario():
        child = ZygoteChild(lambda _: None, 1, Ends, WALLS)
        child.on_message(message)
        child.lose("the zygote died later")
        return child.forked.exception(), child.exited.result()

    error, child_exit = asyncio.run(scenario())
    assert type(error) is kind
    assert str(error) == text
    assert child_exit.status == message.get("status")


@pytest.mark.fork
@pytest.mark.parametrize("function", ["fork", "pidfd_open"])
def test_a_zygote_survives_a_system_that_refuses(monkeypatch, function):
    """In this process: a zygote that may not fork is harmless."""

    def refuse(*args):
        raise BlockingIOError(11, "Resource temporarily unavailable")

    reaped = []
    monkeypatch.setattr(os, function, refuse)
    if function == "pidfd_open":
        monkeypatch.setattr(os, "fork", lambda: 2**30)
        monkeypatch.setattr(zygote, "_end", lambda kept: reaped.append(kept.pid))
        monkeypatch.setattr(os, "waitpid", lambda *args: None)
    monkeypatch.setattr(zygote, "thread_count", lambda: 1)
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    read_end, write_end = os.pipe()
    with ours, theirs:
        command = {"do": "fork", "id": 1, "walls": WALLS.document()}
        socket.send_fds(ours, [json.dumps(command).encode()], [read_end, write_end])
        ours.send(json.dumps({**command, "id": 2}).encode())
        os.close(write_end)
        ours.shutdown(socket.SHUT_WR)
        assert zygote.Zygote(theirs).serve({"none": []}) is None
        answers = [json.loads(ours.recv(1000)) for _ in range(3)]
    assert answers == [
        {"did": "ready", "threads": 1, "levels": {"none": []}},
        {
            "did": "failed",
            "id": 1,
            "reason": "[Errno 11] Resource temporarily unavailable",
        },
        {"did": "failed", "id": 2, "reason": "its descriptors did not arrive"},
    ]
    assert os.read(read_end, 1) == b""  # the zygote holds no end of it
    os.close(read_end)
    assert reaped == ([2**30] if function == "pidfd_open" else [])


def test_jobs_of_a_crashed_server_are_cleaned_up(make_laboratory, tmp_path):
    work = tmp_path / "laboratory0" / "spool" / "work"
    lab = make_laboratory()
    (work / "job-old").mkdir()
    (work / "job-old" / "file").touch()
    (lab.spool / "payload-old").touch()
    lab.runner._places._clean_up()
    assert lab.leftovers() == []
    assert [path.name for path in lab.spool.iterdir()] == ["work"]


def test_a_sink_gets_the_refusal_too(laboratory):
    sink = MemorySink()
    laboratory.run(HONEST, sink=sink, limits={"inputs_bytes": 1})
    assert [event.seq for event in sink.events] == [1, 2]
