"""What is recorded of a program in this process, and what plays it again."""

import asyncio
import json
import subprocess
import sys
from importlib.metadata import version

import pytest
from qiskit import QuantumCircuit
from qiskit.circuit import Parameter
from qiskit_aer import AerSimulator

from program_runtime.errors import DeviceError
from program_runtime.execution.broker.protocol import DeviceAnswer, DeviceRun
from toolkit.errors import CassetteError
from toolkit.harness import cassettes
from toolkit.harness.cassettes.tape import Tape
from toolkit.harness.direct_line import DirectLine
from toolkit.harness.local_broker import LocalBroker

TOKEN = "planted-token-9f2b"


def measured(angle=0.4):
    circuit = QuantumCircuit(1)
    circuit.ry(angle, 0)
    circuit.measure_all()
    return circuit


def rotation():
    circuit = QuantumCircuit(1)
    circuit.ry(Parameter("angle"), 0)
    return circuit


def everything(backend):
    """Call a backend in every way that a program has."""
    kept = backend.run(measured(), memory=True, shots=30).result()
    sampled = backend.sampler(shots=20).run([measured(0.2)]).result()[0]
    pub = (rotation(), [["Z"], ["X"]], [[0.1], [0.7]])
    return [
        backend.run([measured(), measured(1.0)]).result().get_counts(),
        backend.run(measured()).result().get_counts(),
        kept.get_memory(),
        kept.get_counts(),
        sampled.data.meas.array.tolist(),
        [
            estimator.run([pub]).result()[0].data.evs.tolist()
            for estimator in (backend.estimator(), backend.estimator(shots=50))
        ],
    ]


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """A tape of everything, and what the program got when it was recorded."""
    path = tmp_path_factory.mktemp("tapes") / "tape.json"
    with Tape(path, recording=True) as tape:
        told = everything(tape.backend("aer_simulator", seed=5))
        tape.save()
    return path, told


def test_a_replay_gives_what_was_recorded(recorded):
    path, told = recorded
    with Tape(path, recording=False) as tape:
        assert not tape.recording
        assert everything(tape.backend("aer_simulator")) == told
        assert tape.unplayed == 0


def test_a_replay_needs_no_simulator(recorded):
    path, _ = recorded
    script = f"""
import sys
sys.modules["qiskit_aer"] = None
from pathlib import Path
from qiskit import QuantumCircuit
from toolkit.harness.cassettes.tape import Tape
circuit = QuantumCircuit(1)
circuit.ry(0.4, 0)
circuit.measure_all()
with Tape(Path({str(path)!r}), recording=False) as tape:
    print(sum(tape.backend("aer_simulator").run(circuit).result().get_counts().values()))
assert not [name for name in sys.modules if name.startswith("qiskit_aer.")]
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )

    assert (done.stdout, done.stderr) == ("1024\n", "")


def test_counts_are_kept_and_not_shots_unless_memory_was_asked_for(recorded):
    rows = json.loads(recorded[0].read_text())["recordings"]["aer_simulator"]
    kept = [row for row in rows if row.get("memory")]

    assert all("packed" in row["answer"] for row in kept)
    assert len(kept) == 2  # run(memory=True) and the sampler
    assert all(
        {"counts", "evs"} & row["answer"].keys() for row in rows if row not in kept
    )


def test_no_seed_and_no_name_of_a_circuit_is_on_the_tape(recorded):
    text = recorded[0].read_text()
    rows = json.loads(text)["recordings"]["aer_simulator"]

    assert not any("seed_simulator" in row.get("options", {}) for row in rows)
    assert "circuit-" not in text


def test_a_recording_of_a_failed_call_is_not_kept(tmp_path):
    with Tape(tmp_path / "tape.json", recording=True) as tape:
        backend = tape.backend("aer_simulator")
        with pytest.raises(DeviceError, match="no such method"):
            backend.run(measured(), method="no such method").result()
        backend.run(measured()).result()

        assert tape.save() == 1


def test_a_backend_that_a_function_makes_is_known_by_its_name(tmp_path):
    made = []

    def two_qubits():
        made.append(AerSimulator(coupling_map=[[0, 1]], basis_gates=["cx"]))
        return made[-1]

    def run_it(*, recording):
        with Tape(tmp_path / "tape.json", recording=recording) as tape:
            first, second = tape.backend(two_qubits), tape.backend(two_qubits, shots=9)
            circuit = QuantumCircuit(2, 1)
            circuit.cx(0, 1)
            circuit.measure(1, 0)
            found = [
                each.run(circuit).result().get_counts() for each in (first, second)
            ]
            if recording:
                tape.save()
        return first.name, first.coupling_map.get_edges(), found

    assert run_it(recording=True) == run_it(recording=False)
    assert len(made) == 1


def test_a_backend_that_is_not_on_the_tape_is_named(recorded):
    with Tape(recorded[0], recording=False) as tape:
        with pytest.raises(
            DeviceError, match=r"'fake_lab' is not on tape\.json, which holds aer"
        ):
            tape.backend("fake_lab")
        with pytest.raises(CassetteError, match="is being replayed, not recorded"):
            tape.save()


def test_another_version_of_qiskit_is_said_with_what_is_missing(recorded):
    path, _ = recorded
    old = path.with_name("old.json")
    old.write_text(path.read_text().replace(version("qiskit"), "1.9.9", 1))
    with Tape(old, recording=False) as tape:
        job = tape.backend("aer_simulator").run(measured(0.41))
        with pytest.raises(
            DeviceError, match=r"The tape is of Qiskit 1\.9\.9, this is "
        ) as caught:
            job.result()

    assert "-ry(0.4) 0\n+ry(0.41) 0" in str(caught.value)


class Device:
    """A broker of a real device: knows no snapshot of its target."""

    def __init__(self):
        self.asked = []

    async def devices(self):
        return ["lab"]

    async def describe(self, backend):
        gates = [{"name": "ry", "parameters": ["t"], "coupling_map": [[0]]}]
        return {
            "configuration": {"n_qubits": 1, "gates": gates, "max_experiments": 5},
            "properties": {},
            "status": {},
        }

    async def run(self, run, on_progress):
        body = json.dumps({"circuits": [{"shots": 7, "counts": {"0x1": 7}}]}).encode()
        return DeviceAnswer(
            state="done", body=body, device_job=TOKEN, message=TOKEN, qpu_s=1.0
        )

    async def cancel(self, key):
        self.asked.append(key)

    async def unfinished(self):
        return ["job_1"]

    async def abandon(self, job_id):
        self.asked.append(job_id)

    async def close(self):
        self.asked.append("close")


def test_a_job_of_a_device_is_recorded_and_replayed_at_home(tmp_path):
    recorder = cassettes.RecordingBroker(Device())
    with DirectLine(recorder, "lab") as line:
        there = line.backend(shots=7).run(measured()).result().get_counts()
    cassettes.save(recorder.cassette(), tmp_path / "tape.json")
    player = cassettes.ReplayBroker(cassettes.load(tmp_path / "tape.json"))
    with DirectLine(player, "lab") as line:
        backend = line.backend(shots=7)
        here = backend.run(measured()).result().get_counts()

    assert here == there == {"1": 7}
    assert backend.max_circuits == 5
    assert TOKEN not in (tmp_path / "tape.json").read_text()


def test_a_recorder_passes_on_all_else():
    async def ask(broker):
        await broker.cancel("a/1")
        await broker.abandon("a")
        answers = await broker.unfinished(), await broker.devices()
        await broker.close()
        return answers

    device = Device()
    assert asyncio.run(ask(cassettes.RecordingBroker(device))) == (["job_1"], ["lab"])
    assert device.asked == ["a/1", "a", "close"]
    assert asyncio.run(ask(cassettes.ReplayBroker(cassettes.Cassette()))) == ((), ())


@pytest.mark.parametrize("kind", ["run", "estimate"])
def test_a_request_that_can_not_be_read_is_an_answer_of_the_replay(kind):
    run = DeviceRun(key="a/1", backend="lab", options={}, body=b"?", kind=kind)
    player = cassettes.ReplayBroker(cassettes.Cassette())
    answer = asyncio.run(player.run(run, lambda _: None))

    assert answer.state == "failed"


def test_an_open_call_ends_with_the_line():
    class Slow(LocalBroker):
        async def run(self, run, on_progress):
            await asyncio.sleep(3600)

    line = DirectLine(Slow(), "aer_simulator")
    with line:
        job = line.backend().run(measured())
        assert not job._request.wait(0.01)
        job.cancel()
    line.close()
