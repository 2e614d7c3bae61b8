"""What is mended, what is left alone, and that no file is ever broken."""

import ast
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from toolkit.checks import fixes, run_checks
from toolkit.errors import ToolkitError

MAIN = "\ndef main(backend, user_messenger, *, text, times=2): ...\n"


def mended(make_project, program):
    """The file that --fix makes of these lines before main, and its words."""
    root = make_project(program=program + MAIN)
    plan = fixes.plan_fixes(root)
    plan.write()
    text = (root / "program.py").read_bytes().decode()
    return text.removesuffix(MAIN), [str(fix) for fix in plan.fixes]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("from qiskit import Aer", "from qiskit_aer import Aer"),
        ("from qiskit import Aer as A # why", "from qiskit_aer import Aer as A # why"),
        (
            "from qiskit import Aer, QuantumCircuit",
            "from qiskit_aer import Aer\nfrom qiskit import QuantumCircuit",
        ),
        (
            "if 1:\n\tfrom qiskit import (\n\t\tAer,\n\t\tQuantumCircuit as Q,\n\t)",
            "if 1:\n\tfrom qiskit_aer import Aer\n\tfrom qiskit import QuantumCircuit as Q",
        ),
        ("x = 'é'; from qiskit import Aer", "x = 'é'; from qiskit_aer import Aer"),
        (
            "from qiskit.providers import BackendV2, aer",
            "from qiskit.providers import BackendV2\nimport qiskit_aer as aer",
        ),
        (
            "import qiskit.providers.aer.noise as noise",
            "import qiskit_aer.noise as noise",
        ),
        (
            "from qiskit_ibm_runtime.program import UserMessenger",
            "from program_runtime import UserMessenger",
        ),
        (
            "def f(é, c): é.c; c.bind_parameters({1: 2}).cnot(0, 1)",
            "def f(é, c): é.c; c.assign_parameters({1: 2}).cx(0, 1)",
        ),
        (
            "f = lambda c: (\n    c.h(0)\n    .cnot(0, 1)\n)",
            "f = lambda c: (\n    c.h(0)\n    .cx(0, 1)\n)",
        ),
        ("x = 1  # qrt: ignore[QRT130]", "x = 1"),
        ("x = 1  # qrt: ignore[QRT130] # noqa", "x = 1  # noqa"),
        (
            "print(1)  # qrt: ignore[QRT130,QRT140] so",
            "print(1)  # qrt: ignore[QRT130] so",
        ),
        ("from qiskit import Aer\r\nx = 1", "from qiskit_aer import Aer\r\nx = 1"),
    ],
)
def test_what_has_one_mend_is_mended(make_project, old, new):
    text, said = mended(make_project, old)

    assert text == new
    assert said


@pytest.mark.parametrize(
    "program",
    [
        "from qiskit import execute",
        "from qiskit.opflow import X",
        "import qiskit.providers.aer",
        "import qiskit.providers.aer as aer, os",
        "from qiskit.providers.aer import *",
        "from qiskit import (\n    Aer,  # for now\n    QuantumCircuit,\n)",
        "x = 1; from qiskit import Aer, QuantumCircuit",
        "from qiskit import Aer, QuantumCircuit; x = 1",
        "from qiskit import Aer  # qrt: ignore[QRT140]",
        "try:\n    from qiskit import Aer\nexcept ImportError:\n    Aer = None",
        "def f(c): c.bind_parameters(values={})",
        "def f(c): c.c_if(c, 1)",
        "class A:\n    def cnot(self): self.cnot()",
        "class A:\n    async def cnot(self): await self.cnot()",
        "class A:\n    def __init__(self, g): self.cnot = g\n\nA(id).cnot(1)",
        "print(1)  # qrt: ignore[QRT130]",
        "x = '# qrt: ignore[QRT130]'",
        "x = 1  # qrt: ignore",
    ],
)
def test_what_has_more_than_one_mend_is_left_alone(make_project, program):
    assert mended(make_project, program) == (program, [])


def test_a_method_of_the_programs_own_is_not_renamed_in_another_file(make_project):
    root = make_project(program="import mine\n\nmine.Gates().cnot(0, 1)\n" + MAIN)
    own = "class Gates:\n    def cnot(self, a, b):\n        return a, b\n"
    (root / "mine.py").write_text(own)

    assert fixes.plan_fixes(root).fixes == ()


def test_each_mend_is_said_with_its_place(make_project):
    _, said = mended(make_project, "import os\nfrom qiskit import Aer")

    assert said == ["program.py:2: QRT140 qiskit.Aer -> qiskit_aer.Aer"]


def schema_mends(make_project, metadata, signature, **parameters):
    metadata["spec"]["parameters"] = {"type": "object", **parameters}
    source = f"def main(backend, user_messenger, *, {signature}):\n    '''Do.\n\n    Args:\n        text: Any text.\n    '''\n"
    root = make_project(program=source, metadata=metadata)
    plan = fixes.plan_fixes(root)
    plan.write()
    document = json.loads((root / "program.json").read_text())
    return document["spec"]["parameters"], [f"{f.code} {f.message}" for f in plan.fixes]


def test_the_schema_becomes_what_main_says(make_project, metadata):
    properties = {
        "times": {"type": "string", "minimum": 1, "default": 3},
        "text": {"minLength": 2},
        "gone": {},
    }
    schema, said = schema_mends(
        make_project,
        metadata,
        "text: str, times: int = 2, deep: list[float], x=1",
        properties=properties,
        required=["times"],
    )
    assert schema == {
        "type": "object",
        "properties": {
            "times": {"type": "integer", "default": 2},
            "text": {"minLength": 2, "type": "string", "description": "Any text."},
            "gone": {},
            "deep": {"type": "array", "items": {"type": "number"}},
        },
        "required": ["text", "deep"],
    }
    assert said == [
        "QRT113 text: required",
        "QRT117 text: given the type that main says",
        "QRT114 times: no longer required",
        "QRT115 times: given the default of main",
        "QRT117 times: given the type that main says",
        "QRT111 deep: added to the schema",
    ]


def test_defaults_are_mended_without_annotations(make_project, metadata):
    schema, said = schema_mends(
        make_project,
        metadata,
        "text='times', times=(1, 2)",
        properties={"text": {"default": "b"}, "times": {"default": 3}},
        required=["times"],
    )
    assert schema["properties"] == {
        "text": {"default": "times"},
        "times": {"default": [1, 2]},
    }
    assert "required" not in schema
    assert len(said) == 3


def test_a_name_that_may_be_misspelt_is_left_alone(make_project, metadata):
    schema, said = schema_mends(
        make_project, metadata, "text: str", properties={"textt": {}}
    )
    assert (schema["properties"], said) == ({"textt": {}}, [])


def test_ignored_drift_is_not_mended(make_project, metadata):
    metadata["spec"]["parameters"]["properties"]["times"]["default"] = 3
    table = '[tool.qrt.check]\nignore = ["QRT115"]\n'
    root = make_project(metadata=metadata, files={"pyproject.toml": table})

    assert fixes.plan_fixes(root).fixes == ()


def test_the_width_of_the_indent_stays(make_project, metadata):
    metadata["spec"]["parameters"]["properties"]["times"]["default"] = 3
    text = json.dumps(metadata, indent=4) + "\n"
    root = make_project(files={"program.json": text})
    plan = fixes.plan_fixes(root)
    plan.write()

    assert (root / "program.json").read_text() == text.replace(
        '"default": 3', '"default": 2'
    )
    assert plan.diff().count("\n-") == plan.diff().count("\n+++") == 1


def test_a_diff_writes_nothing(make_project):
    root = make_project(program="from qiskit import Aer" + MAIN)
    diff = fixes.plan_fixes(root).diff()

    assert "-from qiskit import Aer\n+from qiskit_aer import Aer\n" in diff
    assert (root / "program.py").read_text().startswith("from qiskit import")


def test_a_mended_project_has_nothing_left_to_mend(make_project):
    program = "from qiskit import Aer  # qrt: ignore[QRT130]\nprint(1)"
    root = make_project(program=program + MAIN)
    fixes.plan_fixes(root).write()

    assert fixes.plan_fixes(root).fixes == ()
    assert [f.code for f in run_checks(root)] == ["QRT130"]


def test_encoding_byte_order_mark_and_mode_stay(make_project):
    source = "\ufefffrom qiskit import Aer\nx = 'é'" + MAIN
    root = make_project(files={"program.py": source.encode()})
    (root / "program.py").chmod(0o750)
    latin = f"# -*- coding: latin-1 -*-\nfrom qiskit import Aer\nx = 'é'{MAIN}"
    other = make_project("b", files={"program.py": latin.encode("latin-1")})
    for folder in (root, other):
        fixes.plan_fixes(folder).write()

    assert (root / "program.py").read_bytes() == source.replace(
        "qiskit ", "qiskit_aer "
    ).encode()
    assert (root / "program.py").stat().st_mode & 0o777 == 0o750
    assert b"qiskit_aer import Aer\nx = '\xe9'" in (other / "program.py").read_bytes()


def test_a_file_that_changed_meanwhile_stays_as_it_is(make_project):
    root = make_project(program="from qiskit import Aer" + MAIN)
    plan = fixes.plan_fixes(root)
    (root / "program.py").write_text("something else")

    with pytest.raises(ToolkitError, match=r"program\.py changed while it was being"):
        plan.write()
    assert (root / "program.py").read_text() == "something else"
    assert sorted(p.name for p in root.glob(".program*")) == []


def test_a_link_is_not_written_through(make_project, tmp_path):
    outside = tmp_path / "outside.py"
    outside.write_text("from qiskit import Aer" + MAIN)
    root = make_project(files={"program.py": None})
    (root / "program.py").symlink_to(outside)

    assert fixes.plan_fixes(root).files == {}


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    parts=st.lists(
        st.sampled_from(
            [
                "from qiskit import Aer", ", execute", " as é", "; ", "\n", "\r\n",
                "  # qrt: ignore[QRT130]", "(", ")", ",", "\\\n", "    ", "if 1:", "'é'",
                "c.cnot(0, 1)", "c.bind_parameters({})", '"""', "\f", "# qrt: x", "\t",
                "from qiskit.providers.aer.noise import (NoiseModel,\n ReadoutError)",
            ]
        ),
        max_size=8,
    )
)  # fmt: skip
def test_whatever_is_mended_still_parses(make_project, parts):
    source = "".join(parts) + MAIN
    root = make_project(files={"program.py": source.encode()})
    plan = fixes.plan_fixes(root)
    plan.write()

    if plan.fixes:
        new = (root / "program.py").read_bytes()
        before = [type(node) for node in ast.walk(ast.parse(source.encode()))]
        after = [type(node) for node in ast.walk(ast.parse(new))]
        kept = set(before) - {ast.ImportFrom, ast.alias}
        assert all(before.count(kind) == after.count(kind) for kind in kept)


@pytest.mark.parametrize(
    ("signature", "schema"),
    [
        ("text, times=2", {"properties": {"times": {}}, "required": []}),
        ("text, times=2", {}),
        ("text: 'Own', times: int = 2", {"properties": {"times": {"type": "integer"}}}),
        ("text=f(), times=2", {"properties": {"text": {"default": 1}, "times": {}}}),
    ],
)
def test_what_has_no_schema_is_not_described(make_project, metadata, signature, schema):
    found, said = schema_mends(make_project, metadata, signature, **schema)

    assert (found, said) == ({"type": "object", **schema}, [])


@pytest.mark.parametrize(
    "content",
    [
        '{"name": "Bad Name"}',
        '{"name": "a", "version": "1.0.0", "parameters": [{"name": "times"}]}',
        '{"name": "a", "version": "1.0.0", "spec": {"parameters": [{"name": "times"}]}}',
        '{"name": "a", "version": "1.0.0", "spec": {"parameters": {"type": "strnig"}}}',
        "[]",
        "{",
    ],
)
def test_metadata_that_are_wrong_or_of_the_oldest_form_are_left_alone(
    make_project, content
):
    program = "def main(backend, user_messenger, *, text: str, times: int = 2): ...\n"
    root = make_project(program=program, files={"program.json": content})
    fixes.plan_fixes(root).write()

    assert (root / "program.json").read_text() == content


def test_metadata_without_a_schema_get_one(make_project):
    program = "def main(backend, user_messenger, *, text: str, times: int = 2): ...\n"
    bare = '{"name": "a", "version": "1.0.0", "description": "d"}'
    root = make_project(program=program, files={"program.json": bare})
    plan = fixes.plan_fixes(root)
    plan.write()

    assert run_checks(root) == []
    assert '-{"name": "a"' in plan.diff()
    assert "\\ No newline at end of file\n" in plan.diff()


def test_linked_metadata_are_left_alone(make_project, tmp_path):
    outside = tmp_path / "outside.json"
    outside.write_text('{"name": "a", "version": "1.0.0", "description": "d"}')
    program = "def main(backend, user_messenger, *, text: str, times: int = 2): ...\n"
    root = make_project(program=program, files={"program.json": None})
    (root / "program.json").symlink_to(outside)

    assert fixes.plan_fixes(root).fixes == ()
