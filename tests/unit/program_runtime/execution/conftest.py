"""A laboratory: programs written in a test, run by one warm runner a file."""

import asyncio
import hashlib
import itertools
import json
import textwrap
from pathlib import Path

import pytest

from program_runtime.execution import (
    EventType,
    JobControl,
    JobSpec,
    Limits,
    MemorySink,
    Runner,
)


class Run:
    """What came of a job."""

    def __init__(self, outcome, sink):
        self.outcome = outcome
        self.sink = sink
        self.events = sink.events

    def texts(self, kind):
        return [_text(event) for event in self.events if event.type is kind]

    @property
    def interim(self):
        return [json.loads(text) for text in self.texts(EventType.INTERIM)]

    @property
    def log(self):
        return "".join(self.texts(EventType.LOG))

    @property
    def result(self):
        return json.loads(self.texts(EventType.RESULT)[0])

    @property
    def failure(self):
        """Code and message."""
        return self.outcome.code, self.outcome.message


def _text(event):
    if event.blob is None:
        return event.data
    data = event.blob.path.read_bytes()
    assert len(data) == event.blob.size
    assert event.blob.digest == f"sha256:{hashlib.sha256(data).hexdigest()}"
    return data.decode()


class Laboratory:
    """Runs programs in an event loop of its own."""

    def __init__(self, folder, **options):
        self.folder = Path(folder)
        self.loop = asyncio.new_event_loop()
        self.spool = self.folder / "spool"
        self._numbers = itertools.count()
        self._options = {"pool_size": 1, **options}
        self.runner = self.do(self._start())

    async def _start(self):
        runner = Runner(spool_dir=self.spool, **self._options)
        await runner.start()
        return runner

    def do(self, awaitable):
        return self.loop.run_until_complete(awaitable)

    def program(self, source, **files):
        """Write a program's folder."""
        root = self.folder / f"program{next(self._numbers)}"
        root.mkdir()
        if source is not None:
            (root / "program.py").write_text(textwrap.dedent(source))
        for name, text in files.items():
            (root / f"{name}.py").write_text(textwrap.dedent(text))
        return root

    def spec(self, source, *, inputs=None, files=None, limits=None, **more):
        if not isinstance(inputs, bytes | Path):
            inputs = json.dumps(inputs or {}).encode()
        return JobSpec(
            job_id="job_test",
            program_dir=self.program(source, **(files or {})),
            inputs=inputs,
            backend=more.pop("backend", "aer_simulator"),
            limits=Limits(**(limits or {})),
            **more,
        )

    def run(self, source, *, sink=None, control=None, meanwhile=None, **more):
        """Run a program; ``meanwhile(control)`` is a coroutine beside it."""
        spec = self.spec(source, **more)
        sink = sink or MemorySink()
        control = control or JobControl()

        async def both():
            other = asyncio.ensure_future(meanwhile(control)) if meanwhile else None
            outcome = await self.runner.run(spec, sink, control)
            if other is not None:
                await other
            return outcome

        return Run(self.do(asyncio.wait_for(both(), 60)), sink)

    def leftovers(self):
        return sorted(path.name for path in self.runner._places._work_root.iterdir())

    def close(self):
        self.do(self.runner.close())
        self.do(self.loop.shutdown_default_executor())
        self.loop.close()


@pytest.fixture(scope="module")
def laboratory(tmp_path_factory):
    lab = Laboratory(tmp_path_factory.mktemp("laboratory"))
    yield lab
    lab.close()


@pytest.fixture(scope="module")
def open_laboratory(tmp_path_factory):
    """Without walls: its programs know themselves by the numbers that a test sees."""
    lab = Laboratory(tmp_path_factory.mktemp("laboratory"), level="none")
    yield lab
    lab.close()


@pytest.fixture
def make_laboratory(tmp_path):
    """Laboratories with launchers of their own."""
    made = []

    def make(**options):
        folder = tmp_path / f"laboratory{len(made)}"
        folder.mkdir()
        made.append(Laboratory(folder, **options))
        return made[-1]

    yield make
    for lab in made:
        lab.close()
