"""Programs by the contracts of IBM's own samples, published and called as they were."""

import os

import numpy as np
from checks import check, equal, near
from qiskit import QuantumCircuit
from retired_account import SERVICE, WAIT_S, fresh, metadata, start

FOLDER = os.path.join(
    os.path.dirname(os.path.abspath(__file__)), "..", "..", "data", "ibm_samples"
)
ISING = [(1.0, "ZZ"), (0.5, "XI"), (0.5, "IX")]
LOWEST = -np.sqrt(2.0)  # of the above


def upload(name):
    source = os.path.join(FOLDER, name + ".py")
    return SERVICE.upload_program(source, metadata(fresh(name.replace("_", "-"))))


def called(name, inputs, **options):
    """Run a sample; returns its interim results and its result."""
    program_id = upload(name)
    job = start(program_id, inputs, **options)
    result = job.result(timeout=WAIT_S)
    interim = job.interim_results()
    SERVICE.delete_program(program_id)
    return interim, result


def run():
    with check("hello_world"):
        interim, result = called("hello_world", {"iterations": 2})
        equal(result, "Hello, World!")
        equal([each["iteration"] for each in interim], [0, 1])
        equal([sum(each["counts"].values()) for each in interim], [1024, 1024])
    with check("sample_vqe"):
        inputs = {
            "hamiltonian": ISING,
            "ansatz": "EfficientSU2",
            "ansatz_config": {"reps": 1},
            "optimizer": "SPSA",
            "optimizer_config": {"maxiter": 60},
            "shots": 1024,
        }
        interim, result = called("sample_vqe", inputs)
        equal(len(interim), 60)
        equal(result["nfev"], 121)
        assert isinstance(result["x"], np.ndarray), type(result["x"])
        near(result["fun"], LOWEST, 0.3)
    with check("sample_expval"):
        circuit = QuantumCircuit(2)
        circuit.h(0)
        circuit.cx(0, 1)
        circuit.measure_all()
        inputs = {"circuits": circuit, "expectation_operators": "ZZ"}
        near(called("sample_expval", inputs)[1], 1, 1e-9)
        inputs["return_stddev"] = True
        mean, error = called(
            "sample_expval", {**inputs, "expectation_operators": "IZ"}
        )[1]
        near(mean, 0, 0.1)
        near(error, 0.011, 0.001)
    with check("quantum kernel alignment"):
        data = np.array([[0.1, 0.2], [0.2, 0.1], [2.0, 1.5], [1.8, 1.7]])
        inputs = {
            "data": data,
            "labels": [1, 1, -1, -1],
            "initial_kernel_parameters": [0.5],
            "maxiters": 3,
        }
        interim, result = called("qka", inputs, backend="fake_manila")
        equal(len(interim), 3)
        matrix = result["aligned_kernel_matrix"]
        equal(matrix.shape, (4, 4))
        assert matrix[0, 1] > matrix[0, 2], matrix
