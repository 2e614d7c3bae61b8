"""inspect_bundle and check_source: nothing is run, everything is said."""

import json
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from program_runtime.bundle import (
    BundleLimits,
    check_source,
    inspect,
    inspect_bundle,
    read_bundle,
    single_file_bundle,
    write_bundle,
)
from program_runtime.errors import BadBundleError, BadMetadataError

SOURCE = "def main(backend, user_messenger, *, iterations=3):\n    return iterations\n"
METADATA = {
    "name": "hello",
    "version": "1.0.0",
    "description": "Says hello.",
    "spec": {"parameters": {"properties": {"iterations": {"type": "integer"}}}},
}


def bundle(folder, **files):
    contents = {
        "program.py": SOURCE.encode(),
        "program.json": json.dumps(METADATA).encode(),
    }
    contents |= {name.replace("__", "."): data for name, data in files.items()}
    contents = {name: data for name, data in contents.items() if data is not None}
    return write_bundle(contents, folder / "a.zip")


def run(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "program_runtime.bundle.inspect", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_good_bundle_is_summed_up(tmp_path):
    info = bundle(tmp_path, notes__txt=b"x")
    found = inspect_bundle(info.path)
    assert (found.metadata.name, found.metadata.version) == ("hello", "1.0.0")
    assert (found.digest, found.size, found.files) == (
        info.digest,
        info.size,
        info.files,
    )


def test_all_problems_are_listed_at_once(tmp_path):
    info = bundle(
        tmp_path,
        program__py=b"def main(circuits): ...\n",
        program__json=b'{"name": "Hello", "versoin": "1.0.0"}',
    )
    with pytest.raises(BadBundleError) as caught:
        inspect_bundle(info.path)
    assert str(caught.value).splitlines() == [
        "The bundle can not be used:",
        "  program.json $.version: is required (such as 1.0.0)",
        (
            "  program.json $.name: is 'Hello', must be lower-case letters, digits, - and "
            "_, 63 at most (it begins with a letter or a digit)"
        ),
        "  program.json $.versoin: is an unknown name (did you mean 'version'?)",
        (
            "  program.py:1: main takes circuits first, must take backend, user_messenger "
            "(write def main(backend, user_messenger, ...))"
        ),
    ]


@pytest.mark.parametrize(
    ("content", "wording"),
    [
        (b"{", "program.json: The metadata is not JSON: Expecting property name"),
        (b"[]", "program.json: The metadata is a list, it must be an object."),
    ],
)
def test_metadata_that_is_no_object_is_said_once(tmp_path, content, wording):
    with pytest.raises(BadBundleError) as caught:
        inspect_bundle(bundle(tmp_path, program__json=content).path)
    (problem,) = caught.value.problems
    assert str(problem).startswith(wording)


def test_what_is_missing_is_named_and_where_it_lies_instead(tmp_path):
    files = {"hello/program.py": SOURCE.encode()}
    info = write_bundle(files, tmp_path / "a.zip")
    with pytest.raises(BadBundleError) as caught:
        inspect_bundle(info.path)
    assert [str(problem) for problem in caught.value.problems] == [
        "program.json: is missing",
        "program.py: is missing (it must lie at the top, not at hello/program.py)",
    ]


def test_a_source_too_large_to_be_parsed_is_refused(tmp_path):
    info = bundle(tmp_path, program__py=SOURCE.encode() + b"#" * 2000)
    with pytest.raises(BadBundleError) as caught:
        inspect_bundle(info.path, limits=BundleLimits(source_bytes=1000))
    assert "program.py: is too large, 1,000 bytes are allowed" in str(caught.value)


def test_every_file_is_read_so_that_none_is_damaged_later(tmp_path):
    info = bundle(tmp_path, data__bin=bytes(range(256)) * 4)
    content = bytearray(info.path.read_bytes())
    content[60] ^= 255
    info.path.write_bytes(content)
    with pytest.raises(BadBundleError, match=r"data\.bin: is damaged: "):
        inspect_bundle(info.path)


@pytest.mark.parametrize(
    "source",
    [
        SOURCE,
        "def main(backend, user_messenger, **kwargs): ...",
        "def main(backend, user_messenger, /, circuits, *args): ...",
        "try:\n    import x\nexcept ImportError:\n    x = None\n" + SOURCE,
        "if True:\n    def main(backend, user_messenger): ...\nelse:\n    pass",
        "try:\n    pass\nfinally:\n    def main(backend, user_messenger): ...",
        "def main(): ...\n" + SOURCE,
        SOURCE + "main = print(main) or main\n",
        "main: object\n" + SOURCE,
        "with open('x') as main:\n    pass\n" + SOURCE,
        "def main(backend, user_messenger):\n    def inner():\n        yield 1\n",
        "x = '\\d'\n" + SOURCE,
        "# -*- coding: latin-1 -*-\n" + SOURCE,
    ],
)
def test_sources_with_a_main(source):
    assert check_source(source) == []
    assert check_source(source.encode()) == []


@pytest.mark.parametrize(
    ("source", "wording"),
    [
        (
            "",
            (
                "program.py: has no function main at its top level "
                "(write def main(backend, user_messenger, ...))"
            ),
        ),
        (
            "class A:\n    def main(backend, user_messenger): ...",
            (
                "program.py: has no function main at its top level "
                "(write def main(backend, user_messenger, ...))"
            ),
        ),
        (
            "\nasync def main(backend, user_messenger): ...",
            (
                "program.py:2: main is an async function, must be a plain one "
                "(write def main)"
            ),
        ),
        (
            "a = 1\nmain: object = 3\nmain: object",
            (
                "program.py:2: main is no function "
                "(write def main(backend, user_messenger, ...))"
            ),
        ),
        (
            "main = 3",
            (
                "program.py:1: main is no function "
                "(write def main(backend, user_messenger, ...))"
            ),
        ),
        (
            "def main(): ...",
            (
                "program.py:1: main takes nothing first, must take backend, user_messenger "
                "(write def main(backend, user_messenger, ...))"
            ),
        ),
        (
            "def main(user_messenger, backend): ...",
            (
                "program.py:1: main takes user_messenger, backend first, must take "
                "backend, user_messenger (write def main(backend, user_messenger, ...))"
            ),
        ),
        (
            "def main(*, backend, user_messenger): ...",
            (
                "program.py:1: main takes nothing first, must take backend, user_messenger "
                "(write def main(backend, user_messenger, ...))"
            ),
        ),
        (
            "def main(backend, user_messenger):\n    yield 1",
            (
                "program.py:1: main is a generator, must return its result "
                "(publish instead)"
            ),
        ),
        ("def main(:", "program.py: is no valid Python at line 1: invalid syntax"),
        (
            "(" * 1000 + ")" * 1000,
            "program.py: is no valid Python at line 1: too many nested parentheses",
        ),
    ],
)
def test_sources_without_one(source, wording):
    assert [str(problem) for problem in check_source(source)] == [wording]


@pytest.mark.parametrize(
    "source",
    [
        b"\xff\xfe",
        b"x = 1\0",
        b"# coding: nonsense\n",
        "x = '\ud800'",
        b"-" * 90_000 + b"1",
    ],
)
def test_what_python_can_not_read_is_a_problem_not_a_crash(source):
    (problem,) = check_source(source)
    assert problem.message.startswith(("is no valid Python", "is nested too deeply"))


_WORDS = ["def", "main", "backend", "user_messenger", "async", "await", "class"]
_WORDS += ["lambda", "if", "else", "yield", "0x", "1_", "**", '"""', "\n "]


@settings(max_examples=50, deadline=None)
@given(
    words=st.lists(
        st.sampled_from([*"()=:,*{}@'\"\n\\", *_WORDS]),
    )
)
def test_any_words_are_judged(words):
    for source in (" ".join(words), " ".join(words).encode()):
        for problem in check_source(source):
            assert problem.path.startswith("program.py")


def test_the_module_prints_the_report_of_a_good_bundle(tmp_path):
    info = bundle(tmp_path)
    done = run(info.path)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == {
        "ok": True,
        "metadata": {
            "name": "hello",
            "version": "1.0.0",
            "description": "Says hello.",
            "spec": {
                "backend_requirements": {},
                "return_values": {},
                "interim_results": {},
                **METADATA["spec"],
            },
        },
        "digest": info.digest,
        "size": info.size,
        "files": ["program.json", "program.py"],
    }


def test_the_module_prints_the_problems_of_a_bad_one(tmp_path):
    path = tmp_path / "a.zip"
    path.write_bytes(b"nonsense")
    done = run(path)
    assert (done.returncode, done.stderr) == (3, "")
    assert json.loads(done.stdout) == {
        "ok": False,
        "message": "The bundle can not be used:",
        "problems": [
            {
                "path": "bundle",
                "message": "The bundle is not a zip archive.",
                "hint": None,
            }
        ],
    }
    info = bundle(tmp_path, program__py=b"")
    report = json.loads(run(info.path).stdout)
    assert [problem["path"] for problem in report["problems"]] == ["program.py"]


def test_the_report_is_the_same_when_asked_for_in_this_process(tmp_path, capsys):
    good = bundle(tmp_path).path
    assert inspect.main([str(good)]) == 0
    assert json.loads(capsys.readouterr().out)["ok"] is True
    bad = bundle(tmp_path, program__py=b"").path
    assert inspect.main([str(bad)]) == 3
    assert len(json.loads(capsys.readouterr().out)["problems"]) == 1
    bad.write_bytes(b"")
    assert inspect.main([str(bad)]) == 3
    assert json.loads(capsys.readouterr().out)["ok"] is False
    assert inspect.main([]) == 2


def test_a_bundle_that_takes_all_memory_is_refused(tmp_path, capsys, monkeypatch):
    def exhausted(*_, **__):
        raise MemoryError

    monkeypatch.setattr(inspect, "inspect_bundle", exhausted)
    assert inspect.main([str(tmp_path / "a.zip")]) == 3
    (problem,) = json.loads(capsys.readouterr().out)["problems"]
    assert problem["message"] == "takes too much memory to be inspected"


def test_the_module_says_how_it_is_used():
    done = run()
    assert done.returncode == 2
    assert done.stderr == "usage: python -m program_runtime.bundle.inspect FILE\n"


def test_inspection_imports_nothing_heavy_and_runs_nothing(tmp_path):
    marker = tmp_path / "executed"
    source = f"open({str(marker)!r}, 'w')\n{SOURCE}"
    info = bundle(tmp_path, program__py=source.encode())
    code = f"""
import pathlib, sys
from program_runtime.bundle import inspect_bundle
inspect_bundle(pathlib.Path({str(info.path)!r}))
heavy = {{"qiskit", "numpy", "requests", "sqlalchemy"}} & set(sys.modules)
assert not heavy, heavy
"""
    subprocess.run([sys.executable, "-c", code], check=True)
    assert not marker.exists()


def test_a_single_source_becomes_a_bundle(tmp_path):
    metadata = {"name": "old", "max_execution_time": 300, "is_public": True}
    info = single_file_bundle(SOURCE, metadata, tmp_path / "a.zip")
    found = inspect_bundle(info.path).metadata
    assert (found.version, found.max_execution_time) == ("1.0.0", 300)
    assert found.is_public
    assert single_file_bundle(SOURCE, metadata, tmp_path / "b.zip").digest == (
        info.digest
    )
    files = read_bundle(info.path)
    assert files["program.py"].decode() == SOURCE
    assert files["program.json"].endswith(b"}\n")


def test_a_single_source_must_be_a_program(tmp_path):
    with pytest.raises(BadBundleError) as caught:
        single_file_bundle("x = 1", {"name": "a"}, tmp_path / "a.zip")
    assert str(caught.value) == (
        "The program can not be used:\n"
        "  program.py: has no function main at its top level "
        "(write def main(backend, user_messenger, ...))"
    )
    with pytest.raises(BadMetadataError, match="is required"):
        single_file_bundle(SOURCE, {}, tmp_path / "a.zip")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "source",
    [
        "def main(backend, user_messenger):\n    return " + "+".join(["1"] * 900),
        "if x: pass\n" + "elif x: pass\n" * 900 + SOURCE,
    ],
    ids=["a sum of 900 terms", "a choice of 900"],
)
def test_a_source_may_nest_deeper_than_python_calls(source):
    assert check_source(source) == []


def test_names_of_arguments_and_folders_are_shown_short_and_printable(tmp_path):
    (problem,) = check_source(f"def main({'a' * 500}, b): ...")
    assert problem.message == (
        f"main takes '{'a' * 27}...{'a' * 28}', b first, must take backend, user_messenger"
    )
    content = {"\u202e/program.py": b"", "program.json": json.dumps(METADATA).encode()}
    info = write_bundle(content, tmp_path / "a.zip")
    with pytest.raises(BadBundleError) as caught:
        inspect_bundle(info.path)
    assert caught.value.problems[0].hint == (
        "it must lie at the top, not at '\\u202e/program.py'"
    )
