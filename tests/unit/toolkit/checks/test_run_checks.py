"""All findings at once, whatever lies in the folder."""

import os
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from toolkit.checks import Severity, run_checks
from toolkit.errors import ProjectError


def codes_in(root, **options):
    return [finding.code for finding in run_checks(root, **options)]


def test_everything_wrong_is_reported_at_once(make_project):
    root = make_project(
        program="import nothing_known\nprint(1)\ndef main(): ...",
        metadata={"name": "Bad Name"},
        files={"pyproject.toml": "=", "inputs/a.json": "[]", "id_rsa": ""},
    )
    assert set(codes_in(root)) == {
        "QRT105",
        "QRT121",
        "QRT130",
        "QRT201",
        "QRT203",
        "QRT301",
        "QRT402",
    }


def test_findings_come_by_file_and_line(make_project):
    program = "print(1)\nimport zzz_unknown\n\ndef main(): ...\n"
    root = make_project(program=program, files={"inputs/a.json": "["})
    found = run_checks(root)

    assert [(f.path, f.line) for f in found] == [
        ("inputs/a.json", None),
        ("program.py", 1),
        ("program.py", 2),
        ("program.py", 4),
    ]


def test_strict_turns_warnings_into_errors(make_project):
    root = make_project(program="print(1)\n" + "def main(backend, user_messenger): 1")

    def severities(**options):
        found = run_checks(root, **options)
        return {f.severity for f in found if f.code == "QRT130"}

    assert severities() == {Severity.WARNING}
    assert severities(strict=True) == {Severity.ERROR}


def test_the_program_is_never_imported(make_project, tmp_path):
    marker = tmp_path / "imported"
    root = make_project(
        program=f"import core\nopen({str(marker)!r}, 'w')\n"
        "def main(backend, user_messenger, *, text, times=2): ...",
        files={"core.py": f"open({str(marker)!r}, 'w')"},
    )
    assert codes_in(root) == ["QRT130", "QRT130"]
    assert not marker.exists()
    assert "core" not in sys.modules


def test_an_empty_folder_lacks_both_files(tmp_path):
    assert codes_in(tmp_path) == ["QRT200", "QRT100"]


def test_a_missing_folder_is_an_error(tmp_path):
    with pytest.raises(ProjectError, match="is no folder"):
        run_checks(tmp_path / "nowhere")


def test_folders_where_files_should_be_are_findings(tmp_path):
    for name in ("program.py", "program.json", "pyproject.toml", "inputs/a.json"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / ".qrtignore").mkdir()

    assert codes_in(tmp_path) == ["QRT403", "QRT301", "QRT201", "QRT100", "QRT203"]


def test_deep_nesting_is_no_crash(make_project):
    deep = "[" * 5000
    chain = "".join(f"elif x == {n}:\n  y = {n}\n" for n in range(2000))
    terms = "+".join(["f(1)"] * 3000)
    program = f"x = {terms}\nif x == 1:\n  y = 1\n{chain}\n"
    main = "def main(backend, user_messenger, *, text, times=2): ...\n"
    root = make_project(
        program=program + main,
        files={"program.json": deep, "inputs/a.json": deep, "pyproject.toml": deep},
    )
    assert set(codes_in(root)) >= {"QRT201", "QRT203", "QRT301"}


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    program=st.binary(max_size=300) | st.text(max_size=300).map(str.encode),
    metadata=st.binary(max_size=300)
    | st.sampled_from([b"[]", b"1", b"null", b'{"spec": 3}', b'{"spec": {"x": []}}']),
    pyproject=st.binary(max_size=100),
    inputs=st.binary(max_size=100),
)
def test_any_bytes_are_findings_and_no_crash(
    tmp_path, program, metadata, pyproject, inputs
):
    (tmp_path / "inputs").mkdir(exist_ok=True)
    for name, content in {
        "program.py": program,
        "program.json": metadata,
        "pyproject.toml": pyproject,
        "inputs/a.json": inputs,
        ".qrtignore": inputs,
    }.items():
        (tmp_path / name).write_bytes(content)

    assert all(finding.code for finding in run_checks(tmp_path))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["properties", "required", "type", "default", "$ref", "items", "text"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parameters=json_values, properties=json_values, required=json_values)
def test_any_schema_is_findings_and_no_crash(
    make_project, metadata, parameters, properties, required
):
    schema = parameters
    if isinstance(parameters, dict):
        schema = {**parameters, "properties": properties, "required": required}
    metadata["spec"]["parameters"] = schema
    root = make_project(metadata=metadata)

    assert all(finding.code for finding in run_checks(root))


def test_a_file_that_may_not_be_read_is_a_finding(make_project):
    if os.getuid() == 0:
        pytest.skip("root may read everything")
    root = make_project()
    (root / "program.py").chmod(0)

    assert "QRT106" in codes_in(root)
