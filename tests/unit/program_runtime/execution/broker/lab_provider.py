"""A provider for the broker's own process: told by files what to do, and it keeps count.

Its folder is in the environment, as credentials of other providers are.
"""

import json
import os
import sys
import uuid
from pathlib import Path

from qiskit import QuantumCircuit
from qiskit.providers import JobStatus, JobV1
from qiskit.providers.fake_provider import GenericBackendV2

FOLDER = Path(os.environ["LAB_FOLDER"])


def peek(to_read, to_write):
    """Try what a program could do that has taken the process over."""
    done = []
    for path, work in ((to_read, Path.read_text), (to_write, Path.touch)):
        try:
            work(Path(path))
            done.append(path)
        except OSError:
            continue
    (FOLDER / "peeked").write_text(json.dumps(done))


class LabJob(JobV1):
    """Its state is a file, so that it outlives whoever submitted it."""

    def submit(self):
        raise NotImplementedError

    def status(self):
        if (FOLDER / f"cancelled-{self.job_id()}").exists():
            return JobStatus.CANCELLED
        if (FOLDER / "unreachable").exists():
            raise ConnectionError("no route to the lab")
        return JobStatus.QUEUED if (FOLDER / "hold").exists() else JobStatus.DONE

    def queue_position(self):
        return 2

    def cancel(self):
        (FOLDER / f"cancelled-{self.job_id()}").touch()

    def result(self):
        shots = json.loads((FOLDER / f"job-{self.job_id()}").read_text())
        circuit = QuantumCircuit(2)
        circuit.x([0, 1])
        circuit.measure_all()
        simulator = GenericBackendV2(2, ["cx", "rz", "sx", "x"], noise_info=False)
        return simulator.run(circuit, shots=shots).result()

    def usage(self):
        return 0.25


class LabDevice(GenericBackendV2):
    """Writes each submission down."""

    def run(self, run_input, **options):
        print("a provider may print what it likes")
        print("secret-of-the-lab", file=sys.stderr)
        if (FOLDER / "crash").exists():
            os._exit(9)
        if (FOLDER / "peek").exists():
            peek(*(FOLDER / "peek").read_text().splitlines())
        job_id = uuid.uuid4().hex
        (FOLDER / f"job-{job_id}").write_text(json.dumps(options["shots"]))
        return LabJob(self, job_id)


class LabProvider:
    """Two devices, one under a name that is taken."""

    def backends(self):
        devices = [LabDevice(2, ["cx", "rz", "sx", "x"], seed=1) for _ in range(2)]
        devices[0].name = "lab_one"
        devices[1].name = "aer_simulator"
        return devices

    def retrieve_job(self, job_id):
        assert (FOLDER / f"job-{job_id}").exists()
        return LabJob(None, job_id)


def broken():
    raise OSError("the account has expired")
