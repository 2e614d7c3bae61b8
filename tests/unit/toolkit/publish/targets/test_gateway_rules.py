"""What a gateway would refuse, found in a project before anything is sent."""

import json
from pathlib import Path

import pytest

from program_runtime.errors import BadInputsError
from toolkit.project import load_project
from toolkit.publish.targets.qiskit_serverless import arguments, rules
from toolkit.publish.targets.qiskit_serverless.artifact import Artifact

ALLOWED = ("qiskit-aer==0.17.2", "mthree==3.0.0")
PAGE = Path(__file__).parents[5] / "docs" / "qiskit-serverless.md"


def requiring(*lines):
    return {
        "pyproject.toml": f'[project]\nname = "h"\ndependencies = {json.dumps(lines)}\n'
    }


@pytest.fixture
def found(make_project, metadata):
    def find(files=None, **changes):
        root = make_project(metadata={**metadata, **changes}, files=files)
        project = load_project(root)
        return [(f.code, f.message) for f in rules.examine_project(project, ALLOWED)]

    return find


def test_a_plain_project_passes(found):
    assert found(requiring("numpy>=1.26", "qiskit", "mthree", "qiskit_aer>=0.17")) == []
    assert found(requiring("qiskit-program-toolkit")) == []
    assert found(version="1.2.0-rc.1") == []


@pytest.mark.parametrize(
    ("line", "code", "message"),
    [
        ("pandas", "QRS102", "'pandas': this gateway does not have pandas"),
        ("mthree<3", "QRS103", "'mthree<3': this gateway has mthree==3.0.0"),
    ],
)
def test_requirements_are_held_against_the_gateways_list(found, line, code, message):
    assert found(requiring(line)) == [(code, message)]


def test_requirements_for_other_machines_are_passed_over(found):
    assert found(requiring("pandas; sys_platform == 'never'")) == []


def test_a_version_that_is_none_for_packages_is_refused(found):
    ((code, message),) = found(version="1.0.0-some.thing")
    assert code == "QRS101"
    assert message.startswith("'1.0.0-some.thing' is no version")


def test_a_day_is_the_longest(found):
    assert found(max_execution_time=86_401) == [
        ("QRS104", "max_execution_time is 86401 s, a gateway ends jobs after 86400 s")
    ]


def test_a_large_schema_stays_at_home(found, metadata):
    many = {f"input_{i}": {"type": "integer"} for i in range(300)}
    spec = {**metadata["spec"], "parameters": {"type": "object", "properties": many}}
    assert ("QRS107", "the schema of the inputs is too large for a gateway") in found(
        spec=spec
    )


def test_an_artifact_over_the_limit_is_refused():
    artifact = Artifact(
        content=bytes(rules.ARTIFACT_BYTES + 1),
        filename="x.tar",
        bundle_mark="x",
        files=(),
    )
    (finding,) = rules.examine_artifact(artifact, {})
    assert finding.code == "QRS105"
    assert finding.message == (
        "the artifact has 52428801 bytes, the limit is 52428800 bytes"
    )


def test_what_has_no_effect_is_named_at_its_first_use():
    source = (
        b"def main(b, m):\n  m.checkpoint(1)\n  m.checkpoint(2)\n  m.stop_requested\n"
    )
    artifact = Artifact(content=b"", filename="x.tar", bundle_mark="x", files=())
    found = rules.examine_artifact(
        artifact, {"program.py": source, "bad.py": b"def", "data.txt": b"m.restored"}
    )
    assert [(f.code, f.line, f.message) for f in found] == [
        ("QRS106", 2, "checkpoint has no effect on a gateway"),
        ("QRS106", 4, "stop_requested has no effect on a gateway"),
    ]


def test_a_gateway_is_told_of_plain_inputs_only():
    schema = {
        "properties": {
            "circuit": {"format": "quantum-circuit"},
            "matrix": {"type": "array"},
            "steps": {"type": "integer", "minimum": 1, "default": 3},
        },
        "required": ["circuit"],
        "additionalProperties": False,
    }
    told = json.loads(arguments.arguments_schema(schema))
    assert told["properties"] == {
        "circuit": {},
        "matrix": {},
        "steps": {"type": "integer", "minimum": 1},
        "backend": {"type": ["string", "object", "null"]},
    }
    assert told["required"] == ["circuit"]
    assert told["additionalProperties"] is False


def test_too_large_inputs_are_refused_here_as_the_gateway_would_fail_without_a_word():
    assert json.loads(arguments.encode_arguments({"n": 1}, {"shots": None})) == {"n": 1}
    with pytest.raises(BadInputsError, match="a gateway takes 2500000 bytes"):
        arguments.encode_arguments({"text": "x" * 2_500_000}, {})


def test_every_code_is_explained():
    page = PAGE.read_text(encoding="utf-8")
    assert [c.code for c in rules.CODES if f"| {c.code} | {c.title}" not in page] == []
