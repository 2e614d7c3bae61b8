"""The bundle ``executor``: its schema, its main, and that both fit what clients send."""

import importlib.util
import json

import pytest
from executor_inputs import arrays, bell, inputs, item

from program_runtime import codec
from program_runtime.metadata import validate_inputs
from program_runtime.primitives import builtin
from program_runtime.primitives.executor_versions import VERSIONS
from program_runtime.program.testing import RecordingMessenger, local_backend


@pytest.fixture(scope="module")
def folder():
    [found] = [program.folder for program in builtin() if program.name == "executor"]
    return found


@pytest.fixture(scope="module")
def parameters(folder):
    metadata = json.loads((folder / "program.json").read_text())
    return metadata["spec"]["parameters"]


def refused(parameters, **changes):
    values = inputs([bell()])
    for name, value in changes.items():
        values["quantum_program"][name] = value
    return [str(problem) for problem in validate_inputs(parameters, values)]


def test_main_runs_what_came_over_the_wire(folder):
    spec = importlib.util.spec_from_file_location("program", folder / "program.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    values = codec.decode(json.dumps(inputs([bell()])))
    backend = local_backend("aer_simulator")
    result = module.main(backend, RecordingMessenger(), **values)
    assert arrays(codec.decode(codec.encode(result)))["meas"].shape == (100, 2)


def test_the_schema_names_every_version(parameters):
    described = parameters["properties"]["schema_version"]["description"]
    assert all(name in described for name in VERSIONS)


@pytest.mark.parametrize(
    "options",
    [
        {},
        None,
        {"init_qubits": True, "rep_delay": None, "experimental": {}},
        {"rep_delay": 0.5, "stretch_values": True, "not yet known": 1},
    ],
    ids=["none", "null", "official", "more"],
)
def test_the_schema_takes_what_clients_send(parameters, options):
    values = {**inputs([bell()], [item(chunk_size=3)]), "options": options}
    assert list(validate_inputs(parameters, values)) == []


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"shots": 0}, "quantum_program.shots"),
        ({"shots": 1.5}, "quantum_program.shots"),
        ({"items": {}}, "quantum_program.items"),
        ({"items": [{"item_type": "other"}]}, "quantum_program.items[0].item_type"),
        ({"items": [item(shape=[-1])]}, "quantum_program.items[0].shape[0]"),
        ({"items": [item(chunk_size=0)]}, "quantum_program.items[0].chunk_size"),
        ({"items": [item(chunk_size="all")]}, "quantum_program.items[0].chunk_size"),
        ({"circuits": "text"}, "quantum_program.circuits"),
        ({"meas_level": "raw"}, "quantum_program.meas_level"),
    ],
    ids=["shots", "part", "items", "kind", "shape", "chunk", "all", "text", "level"],
)
def test_the_schema_refuses_before_a_job_exists(parameters, changes, place):
    [told] = refused(parameters, **changes)
    assert place in told
