"""Inputs of the program ``executor``, written by hand in version 2.0."""

from __future__ import annotations

import base64
import io
import zlib

import numpy as np
import pytest
from qiskit import QuantumCircuit, qpy

from program_runtime.errors import BadInputsError
from program_runtime.primitives.executor_job import execute
from program_runtime.primitives.executor_tensors import read_tensor, write_tensor
from program_runtime.program.testing import RecordingMessenger, local_backend


def bell():
    circuit = QuantumCircuit(2, name="bell")
    circuit.h(0)
    circuit.cx(0, 1)
    circuit.measure_all()
    return circuit


def packed(circuits, version=qpy.QPY_VERSION):
    stream = io.BytesIO()
    qpy.dump(circuits, stream, version=version)
    data = stream.getvalue()
    return {
        "b64_data": base64.b64encode(zlib.compress(data)).decode(),
        "qpy_version": data[6],
        "num_programs": len(circuits),
    }


def item(arguments=(), **more):
    array = np.array(arguments, dtype=float)
    tensor = write_tensor(array, compressed=True)
    fixed = {"item_type": "circuit", "shape": [], "chunk_size": "auto"}
    return {**fixed, "circuit_arguments": tensor, **more}


def inputs(circuits, items=None, *, shots=100, options=None, **more):
    program = {
        "shots": shots,
        "circuits": packed(circuits),
        "items": [item() for _ in circuits] if items is None else items,
        **more,
    }
    return {
        "schema_version": "v2.0",
        "quantum_program": program,
        "options": options or {},
    }


def run(values, backend=None, *, seed=7, messenger=None):
    backend = backend or local_backend("aer_simulator", seed=seed)
    return execute(backend, messenger or RecordingMessenger(), **values)


def arrays(result, index=0):
    results = result["data"][index]["results"]
    return {
        name: read_tensor(value, compressed=True) for name, value in results.items()
    }


def refusal(values, backend=None):
    with pytest.raises(BadInputsError) as caught:
        run(values, backend)
    return [str(problem) for problem in caught.value.problems]
