"""The broker as a process of its own: crashes, restarts, and nothing twice."""

import asyncio
import contextlib
import io
import json
import logging
import os
import signal
import stat
import sys
import zlib
from pathlib import Path

import pytest
from qiskit import QuantumCircuit, qpy

from program_runtime.errors import BackendNotFoundError
from program_runtime.execution.broker.link import BrokerProcess
from program_runtime.execution.broker.protocol import DeviceRun
from program_runtime.execution.confinement import landlock

LANDLOCK = sys.platform == "linux" and landlock.abi() > 0
ENTRY_POINTS = """
[program_runtime.providers]
lab = lab_provider:LabProvider
gone = lab_provider:broken
"""
SECRET = "secret-of-the-lab"


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A distribution that registers the provider, beside its module."""
    folder = tmp_path_factory.mktemp("site")
    source = Path(__file__).with_name("lab_provider.py")
    (folder / source.name).write_text(source.read_text())
    metadata = folder / "lab_provider-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: lab-provider\nVersion: 1.0\n"
    )
    (metadata / "entry_points.txt").write_text(ENTRY_POINTS)
    return folder


class Lab:
    """The folder that tells the provider what to do, and a broker that has it."""

    def __init__(self, folder, installed):
        self.data = folder / "data"
        self.folder = self.data / "broker" / "lab"
        self.folder.mkdir(parents=True)
        self._installed = installed
        self.broker = self.new_broker()

    def new_broker(self):
        path = os.pathsep.join([str(self._installed), *filter(None, sys.path)])
        return BrokerProcess(
            self.data / "broker",
            hidden=self.data,
            environment={
                **os.environ,
                "PYTHONPATH": path,
                "LAB_FOLDER": str(self.folder),
            },
            secrets=[SECRET],
        )

    def run(self, shots=10, **options):
        """Run circuits without following them."""
        return self.broker.run(asked(shots, **options), lambda _: None)

    async def hold(self):
        """Begin a run that stays at the device until ``hold`` is unsaid."""
        self.say("hold")
        run = Followed(self, asked())
        await run.heard_of(lambda progress: progress.device_job)
        return run

    def say(self, word):
        (self.folder / word).touch()

    def unsay(self, word):
        (self.folder / word).unlink()

    @property
    def submitted(self):
        return len(list(self.folder.glob("job-*")))

    @property
    def cancelled(self):
        return len(list(self.folder.glob("cancelled-*")))

    @property
    def process(self):
        return self.broker._process


@pytest.fixture
def lab(tmp_path, installed):
    return Lab(tmp_path, installed)


def asked(shots=10, *, key="job_a/1", backend="lab_one", body=None, **options):
    if body is None:
        circuit = QuantumCircuit(2, name="bell")
        circuit.measure_all()
        stream = io.BytesIO()
        qpy.dump(circuit, stream)
        body = zlib.compress(stream.getvalue())
    options = {"shots": shots, **options}
    return DeviceRun(key=key, backend=backend, options=options, body=body)


def is_gone(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def within(lab, work):
    """Run a coroutine with the lab's broker, and end the broker after it."""

    async def whole():
        try:
            async with asyncio.timeout(100):
                return await work()
        finally:
            await lab.broker.close()

    return asyncio.run(whole())


class Followed:
    """A run under way, with what was heard of it."""

    def __init__(self, lab, run):
        self.heard = []
        self._said = asyncio.Event()
        self.task = asyncio.create_task(lab.broker.run(run, self._hear))

    def _hear(self, progress):
        self.heard.append(progress)
        self._said.set()

    async def heard_of(self, what):
        while not any(map(what, self.heard)):
            await self._said.wait()
            self._said.clear()


def test_devices_of_a_provider_are_listed_and_described(lab):
    async def work():
        devices = await lab.broker.devices()
        described = await lab.broker.describe("lab_aer_simulator")
        return devices, described

    devices, described = within(lab, work)

    assert [(info.name, info.source, info.brokered) for info in devices] == [
        ("lab_one", "provider:lab", True),
        ("lab_aer_simulator", "provider:lab", True),
    ]
    assert described["configuration"]["backend_name"] == "lab_aer_simulator"
    assert described["configuration"]["n_qubits"] == 2
    assert list(lab.broker.problems) == ["gone"]
    assert "OSError: the account has expired" in lab.broker.problems["gone"]


def test_a_device_that_nobody_has_is_told_with_what_was_not_asked(lab):
    with pytest.raises(BackendNotFoundError, match=r"called 'lab_two'.*gone: Prov"):
        within(lab, lambda: lab.broker.describe("lab_two"))


def test_circuits_run_whatever_the_provider_prints(lab):
    answer = within(lab, lab.run)

    assert (answer.state, answer.circuits, answer.shots) == ("done", 1, 10)
    assert answer.qpu_s == 0.25
    assert b'"counts": {"0x3": 10}' in answer.body


def test_a_device_computes_no_exact_values(lab):
    run = DeviceRun(key="job/1", backend="lab", options={}, body=b"", kind="estimate")
    answer = asyncio.run(lab.broker.run(run, lambda _: None))

    assert (answer.state, answer.circuits) == ("failed", 0)
    assert answer.message == "lab is a device: it measures, it computes nothing."


def test_secrets_that_a_provider_prints_do_not_reach_the_log(lab, caplog):
    with caplog.at_level(logging.WARNING):
        within(lab, lab.run)

    assert "broker: ********" in caplog.text
    assert SECRET not in caplog.text


def test_a_crash_while_the_device_has_the_job_is_resumed_by_its_id(lab):
    async def work():
        run = await lab.hold()
        lab.process.kill()
        await run.heard_of(lambda _: len(run.heard) > 1 and lab.process is not None)
        lab.unsay("hold")
        return await run.task

    answer = within(lab, work)

    assert answer.state == "done"
    assert lab.submitted == 1
    assert lab.broker.health()["crashes"] == 1


def test_a_crash_while_circuits_are_submitted_is_told_and_nothing_is_repeated(lab):
    lab.say("crash")

    async def work():
        first = await lab.run()
        lab.unsay("crash")
        again = await lab.run()
        other = await lab.run(key="job_b/1")
        return first, again, other

    first, again, other = within(lab, work)

    assert first.state == again.state == "failed"
    assert first.message == (
        "The broker ended while it had the circuits, before the device did. "
        "They are not submitted a second time."
    )
    assert again.message.startswith("It is not known whether lab_one has the circuits")
    assert other.state == "done"
    assert lab.submitted == 1


def test_a_crash_of_one_leaves_alone_who_has_a_job_at_the_device(lab):
    async def work():
        run = await lab.hold()
        lab.say("crash")
        broken = await lab.run(key="job_b/1")
        lab.unsay("crash")
        lab.unsay("hold")
        return broken, await run.task

    broken, answer = within(lab, work)

    assert broken.state == "failed"
    assert answer.state == "done"
    assert lab.submitted == 1


def test_a_second_broker_finds_what_the_first_has_submitted(lab):
    async def first():
        run = await lab.hold()
        run.task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await run.task

    within(lab, first)
    lab.broker = lab.new_broker()
    lab.unsay("hold")
    answer = within(lab, lab.run)

    assert (answer.state, answer.shots) == ("done", 10)
    assert lab.submitted == 1
    assert lab.cancelled == 0


def test_a_second_broker_cancels_what_the_first_has_submitted_for_nobody(lab):
    async def first():
        assert await lab.broker.unfinished() == ()
        assert lab.process is None, "it is not started only to say that"
        await lab.run(key="job_b/1")
        run = await lab.hold()
        assert await lab.broker.unfinished() == ["job_a"]
        await lab.broker.abandon("job_a")  # somebody waits for it
        run.task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await run.task
        return lab.cancelled

    async def second():
        found = await lab.broker.unfinished()
        await lab.broker.abandon("job_a")
        return found, await lab.broker.unfinished()

    assert within(lab, first) == 0
    lab.broker = lab.new_broker()
    assert within(lab, second) == (["job_a"], [])
    assert lab.cancelled == 1


@pytest.mark.parametrize(
    "second",
    [{"shots": 11}, {"key": "job_a/2"}, {"memory": True}],
    ids=["shots", "number", "options"],
)
def test_what_is_asked_for_anew_is_submitted_anew(lab, second):
    async def work():
        await lab.run()
        return await lab.run(**second)

    assert within(lab, work).state == "done"
    assert lab.submitted == 2


def test_a_line_that_breaks_is_told_and_waited_for(lab):
    async def work():
        run = await lab.hold()
        lab.say("unreachable")
        await run.heard_of(lambda progress: progress.trouble)
        lab.unsay("unreachable")
        lab.unsay("hold")
        return run, await run.task

    run, answer = within(lab, work)

    assert answer.state == "done"
    assert lab.submitted == 1
    trouble = next(progress.trouble for progress in run.heard if progress.trouble)
    assert trouble == "lab_one does not answer: ConnectionError: no route to the lab"


def test_cancel_reaches_the_device(lab):
    async def work():
        run = await lab.hold()
        await lab.broker.cancel("job_a/1")
        return await run.task

    answer = within(lab, work)

    assert answer.state == "cancelled"
    assert lab.cancelled == 1


def test_queue_positions_are_told(lab):
    lab.say("hold")

    async def work():
        run = Followed(lab, asked())
        await run.heard_of(lambda progress: progress.position == 2)
        lab.unsay("hold")
        return await run.task

    assert within(lab, work).state == "done"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "The broker has lost its record of these circuits."),
        (b"\x80\x04rubbish", "not compressed as expected"),
        (zlib.compress(b"QISKIT"), "The circuits are no QPY: too short."),
        (zlib.compress(b"NOTQPY" + bytes(40)), "The circuits are no QPY."),
        (zlib.compress(b"QISKIT\x0c" + bytes(40)), "QPY 12; nothing below 13 is read"),
        (zlib.compress(b"QISKIT\x0f" + bytes(40)), "The circuits can not be read"),
        (zlib.compress(bytes(300_000_000)), "more than 268435456 bytes when unpacked"),
    ],
    ids=["empty", "rubbish", "short", "other", "old", "torn", "bomb"],
)
def test_hostile_circuits_fail_with_words_and_the_broker_goes_on(lab, body, words):
    async def work():
        hostile = await lab.run(body=body)
        honest = await lab.run(key="job_b/1")
        return hostile, honest

    hostile, honest = within(lab, work)

    assert (hostile.state, hostile.circuits) == ("failed", 0)
    assert words in hostile.message
    assert honest.state == "done"
    assert lab.broker.health()["crashes"] == 0


@pytest.mark.skipif(not LANDLOCK, reason="there is no Landlock here")
@pytest.mark.parametrize("hidden", [False, True], ids=["elsewhere", "of-the-service"])
def test_who_takes_the_process_over_gets_none_of_the_service_s_data(
    lab, tmp_path, hidden
):
    secret = (lab.data if hidden else tmp_path) / "token"
    secret.write_text("canary")
    (lab.folder / "peek").write_text(f"{secret}\n{lab.data / 'planted'}")

    within(lab, lab.run)

    done = json.loads((lab.folder / "peeked").read_text())
    assert done == ([] if hidden else [str(secret)])


def test_the_journal_is_for_this_user_alone(lab):
    within(lab, lab.run)

    journal = lab.data / "broker" / "journal.jsonl"
    assert stat.S_IMODE(journal.stat().st_mode) == 0o600


@pytest.mark.skipif(sys.platform != "linux", reason="capabilities are Linux's")
def test_the_process_has_no_capabilities_and_can_gain_none(lab):
    async def work():
        await lab.broker.devices()
        status = Path(f"/proc/{lab.process.pid}/status")
        return await asyncio.to_thread(status.read_text)

    status = dict(line.split(":\t", 1) for line in within(lab, work).splitlines())

    assert int(status["CapEff"], 16) == int(status["CapPrm"], 16) == 0
    assert int(status["CapBnd"], 16) == 0 or os.getuid() != 0
    assert status["NoNewPrivs"] == "1"


def test_the_process_ends_with_its_service(lab):
    async def work():
        await lab.broker.devices()
        return lab.process.pid

    assert is_gone(within(lab, work))


def test_a_process_that_is_stopped_is_ended_all_the_same(lab):
    async def work():
        await lab.broker.devices()
        pid = lab.process.pid
        os.kill(pid, signal.SIGSTOP)
        return pid

    assert is_gone(within(lab, work))
