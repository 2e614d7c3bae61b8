"""Every code has a project that shows it and a page that explains it."""

import json
import re
import tempfile
from pathlib import Path

import pytest
from unit.toolkit.conftest import METADATA, PROGRAM

from toolkit.checks import Severity, codes, run_checks
from toolkit.harness import interruption, parity, repetition
from toolkit.project import budget_lock

ROOT = Path(__file__).parents[4]
OF_RUNS = (*parity.CODES, *repetition.CODES, *interruption.CODES)
MAIN = "def main(backend, user_messenger, *, text, times=2): ...\n"


def spec(**parameters):
    """A program.json whose parameters are these."""
    return json.dumps(
        {
            "name": "hello",
            "version": "1.0.0",
            "description": "d",
            "spec": {"parameters": {"type": "object", **parameters}},
        }
    )


BOTH = {"text": {}, "times": {}}


def with_budget():
    """A program.json that allows ten circuits."""
    return json.dumps({**METADATA, "budget": {"circuits": 10}})


def measured(**counts):
    """A budget.lock of the project that make_project makes."""
    with tempfile.TemporaryDirectory() as folder:
        files = {"program.py": PROGRAM, "inputs/short.json": '{"text": "abc"}'}
        paths = {}
        for name, text in files.items():
            paths[name] = Path(folder, name.replace("/", "-"))
            paths[name].write_text(text, encoding="utf-8")
        parameters = METADATA["spec"]["parameters"]
        program = budget_lock.digest_of(paths, parameters, None)
        lock = budget_lock.Lock(
            program=program, backend="lab", sample=None, counts=counts
        )
        budget_lock.write_lock(Path(folder), lock)
        return Path(folder, budget_lock.LOCK).read_text(encoding="utf-8")


# code -> the files that show it, what the finding says, where
EXAMPLES = {
    "QRT100": ({"program.py": None}, "There is no program.py.", "program.py"),
    "QRT101": ({"program.py": "x = 1"}, "defines no function main", "program.py"),
    "QRT102": ({"program.py": "main = 3"}, "is an assigned value", "program.py:1"),
    "QRT103": ({"program.py": f"async {MAIN}"}, "main is async", "program.py:1"),
    "QRT104": (
        {"program.py": f"class A:\n    {MAIN}"},
        "inside another block",
        "program.py:2",
    ),
    "QRT105": (
        {"program.py": "def main(text, times=2): ..."},
        "must begin with (backend, user_messenger)",
        "program.py:1",
    ),
    "QRT106": (
        {"program.py": f"{MAIN}\nx = = 1\n"},
        "Not readable as Python: invalid syntax",
        "program.py:3",
    ),
    "QRT107": (
        {"program.py": MAIN.replace("...", "yield 1")},
        "main is a generator",
        "program.py:1",
    ),
    "QRT110": (
        {"program.json": spec(properties={**BOTH, "textt": {}}, required=["text"])},
        "main has no parameter 'textt'.",
        "program.json $.spec.parameters.properties.textt",
    ),
    "QRT111": (
        {"program.json": spec(properties={"times": {}})},
        "The schema does not describe 'text'.",
        "program.py:4",
    ),
    "QRT112": (
        {"program.json": spec(properties={"text": {}}, required=["text"])},
        "The schema does not describe 'times'.",
        "program.py:4",
    ),
    "QRT113": (
        {"program.json": spec(properties=BOTH)},
        "main needs 'text', but the schema lets callers leave it out.",
        "program.json $.spec.parameters.required",
    ),
    "QRT114": (
        {"program.json": spec(properties=BOTH, required=["text", "times"])},
        "main has the default 2 for 'times', which no caller can use.",
        "program.json $.spec.parameters.required",
    ),
    "QRT115": (
        {
            "program.json": spec(
                properties={"text": {}, "times": {"default": 3}}, required=["text"]
            )
        },
        "The schema says 3, main says 2; the latter is used.",
        "program.json $.spec.parameters.properties.times.default",
    ),
    "QRT116": (
        {"program.py": "def main(backend, user_messenger, *text, times=2): ..."},
        "text collects positional arguments, but inputs are passed by name.",
        "program.py:1",
    ),
    "QRT117": (
        {
            "program.py": "def main(backend, user_messenger, *, text: str, times=2): ...",
            "program.json": spec(
                properties={"text": {"type": "integer"}, "times": {}},
                required=["text"],
            ),
            "inputs/short.json": None,
        },
        "main annotates 'text' as str, so type is 'string'",
        "program.json $.spec.parameters.properties.text",
    ),
    "QRT120": (
        {"program.py": f"import helper\n{MAIN}", "helpers.py": ""},
        "There is no module helper. Did you mean 'helpers'?",
        "program.py:1",
    ),
    "QRT121": (
        {"program.py": f"import sklearn.svm\n{MAIN}"},
        'Add "scikit-learn" to dependencies in pyproject.toml, or write sklearn.py.',
        "program.py:1",
    ),
    "QRT122": (
        {"program.py": f"from . import core\n{MAIN}", "core.py": ""},
        "`from .` leads out of the project",
        "program.py:1",
    ),
    "QRT130": ({"program.py": f"print(1)\n{MAIN}"}, "print is called", "program.py:1"),
    "QRT140": (
        {"program.py": f"from qiskit.opflow import X\n{MAIN}"},
        "qiskit.opflow.X no longer exists. Use qiskit.quantum_info.SparsePauliOp.",
        "program.py:1",
    ),
    "QRT141": (
        {"program.py": MAIN.replace("...", "backend.bind_parameters({})")},
        "The method bind_parameters no longer exists. Use assign_parameters.",
        "program.py:1",
    ),
    "QRT200": (
        {"program.json": None},
        "There is no program.json.",
        "program.json",
    ),
    "QRT201": (
        {"program.json": spec().replace("1.0.0", "one")},
        "must be a semantic version",
        "program.json $.version",
    ),
    "QRT202": (
        {"program.json": spec(properties={"text": {"type": "strnig"}})},
        "strnig",
        "program.json $.spec.parameters.properties.text.type",
    ),
    "QRT203": (
        {"pyproject.toml": "[project]\ndependencies = 'x'"},
        "project.dependencies is not a list of texts.",
        "pyproject.toml",
    ),
    "QRT210": (
        {"program.json": with_budget()},
        "The program has a budget, and was never measured. Measure it: qrt budget",
        "program.json $.budget",
    ),
    "QRT211": (
        {"program.json": with_budget(), "budget.lock": measured(circuits=11)},
        "is 10, but a run takes 11 circuits.",
        "program.json $.budget.circuits",
    ),
    "QRT301": ({"inputs/a.json": "{"}, "can not be read", "inputs/a.json"),
    "QRT302": (
        {"inputs/a.json": '{"text": 3}'},
        "",
        "inputs/a.json text",
    ),
    "QRT401": (
        {"notes.txt": f'token = "{"qrt_" + "aB3" * 12}"'},
        "This looks like a token of this service: qrt_… (40 characters).",
        "notes.txt:1",
    ),
    "QRT402": (
        {"deploy.key": "", "sub/.netrc": ""},
        "deploy.key usually holds secrets",
        "deploy.key",
    ),
    "QRT403": ({"e\u0301": "", "\u00e9": ""}, "the same name", "\u00e9"),
    "QRT404": (
        {".qrtignore": "program.py"},
        "It is left out of the bundle, which needs it.",
        "program.py",
    ),
    "QRT405": (
        {"program.json": spec() + " " * 1024 * 1024},
        "at most 1.0 MiB (1,048,576 bytes) are taken.",
        "program.json",
    ),
    "QRT406": (
        {"big.bin": b"\0" * 6 * 1024**2},
        "It has 6.0 MiB (6,291,456 bytes).",
        "big.bin",
    ),
    "QRT601": (
        {"program.py": f"{MAIN}x = 1  # qrt: ignore[QRT13O]\n"},
        "There is no code 'QRT13O'. Did you mean 'QRT130'?",
        "program.py:2",
    ),
    "QRT602": (
        {"program.py": f"{MAIN}x = 1  # qrt: ignore[QRT130]\n"},
        "There is no QRT130 here to ignore.",
        "program.py:2",
    ),
}
# code -> the same files once they are mended; None is the project of the fixture
MENDED = {
    "QRT100": {"program.py": MAIN},
    "QRT101": {"program.py": f"x = 1\n{MAIN}"},
    "QRT102": {"program.py": f"{MAIN}main = functools_wrapped = main\n"},
    "QRT103": {"program.py": MAIN},
    "QRT104": {"program.py": f"if True:\n    {MAIN}"},
    "QRT105": {"program.py": MAIN},
    "QRT106": {"program.py": f"{MAIN}\nx = y = 1\n"},
    "QRT107": {"program.py": MAIN.replace("...", "return list(n for n in text)")},
    "QRT110": {"program.json": spec(properties=BOTH, required=["text"])},
    "QRT111": {"program.json": spec(properties=BOTH, required=["text"])},
    "QRT112": {"program.json": spec(properties=BOTH, required=["text"])},
    "QRT113": {"program.json": spec(properties=BOTH, required=["text"])},
    "QRT114": {"program.json": spec(properties=BOTH, required=["text"])},
    "QRT115": {
        "program.json": spec(
            properties={"text": {}, "times": {"default": 2}}, required=["text"]
        )
    },
    "QRT116": {"program.py": "def main(backend, user_messenger, text, times=2): ..."},
    "QRT117": {
        "program.py": "def main(backend, user_messenger, *, text: str, times=2): ...",
        "program.json": spec(
            properties={"text": {"type": "string"}, "times": {}}, required=["text"]
        ),
    },
    "QRT120": {"program.py": f"import helpers\n{MAIN}", "helpers.py": ""},
    "QRT121": {
        "program.py": f"import sklearn.svm\n{MAIN}",
        "pyproject.toml": "[project]\ndependencies = ['scikit-learn']\n",
    },
    "QRT122": {"program.py": f"import core\n{MAIN}", "core.py": ""},
    "QRT130": {"program.py": f"{MAIN}if __name__ == '__main__':\n    print(1)\n"},
    "QRT140": {"program.py": f"from qiskit.quantum_info import Pauli\n{MAIN}"},
    "QRT141": {"program.py": MAIN.replace("...", "backend.assign_parameters({})")},
    "QRT200": {},
    "QRT201": {"program.json": spec(properties=BOTH, required=["text"])},
    "QRT202": {
        "program.json": spec(
            properties={"text": {"type": "string"}, "times": {}}, required=["text"]
        )
    },
    "QRT203": {"pyproject.toml": "[project]\ndependencies = ['x']"},
    "QRT210": {"program.json": with_budget(), "budget.lock": measured(circuits=1)},
    "QRT211": {"program.json": with_budget(), "budget.lock": measured(circuits=10)},
    "QRT301": {"inputs/a.json": '{"text": "a"}'},
    "QRT302": {"inputs/a.json": '{"text": "3"}'},
    "QRT401": {"notes.txt": 'token = "read-from-the-environment"'},
    "QRT402": {"deploy.pub": "", "sub/netrc.md": ""},
    "QRT403": {"e\u0301": "", "e": ""},
    "QRT404": {".qrtignore": "program.pyc"},
    "QRT405": {"program.json": spec(properties=BOTH, required=["text"]) + " " * 1024},
    "QRT406": {"big.bin": b"\0" * 5 * 1024**2},
    "QRT601": {"program.py": f"print(1)  # qrt: ignore[QRT130]\n{MAIN}"},
    "QRT602": {"program.py": f"print(1)  # qrt: ignore[QRT130]\n{MAIN}"},
}


def test_a_whole_project_has_no_findings(make_project):
    assert run_checks(make_project()) == []


def test_every_code_has_an_example():
    assert [code.code for code in codes()] == sorted(EXAMPLES) == sorted(MENDED)


@pytest.mark.parametrize("code", sorted(EXAMPLES))
def test_a_broken_project_shows_the_code(make_project, code):
    files, words, where = EXAMPLES[code]
    found = [f for f in run_checks(make_project(files=files)) if f.code == code]

    assert found, "the example shows nothing"
    texts = [str(finding) for finding in found]
    assert any(text.startswith(f"{where}: ") and words in text for text in texts), texts
    known = {known.code: known for known in codes()}
    assert found[0].severity is known[code].severity


@pytest.mark.parametrize("code", sorted(MENDED))
def test_the_project_has_no_findings_once_it_is_mended(make_project, code):
    assert run_checks(make_project(files=MENDED[code])) == []


def test_the_docs_explain_every_code_and_no_other():
    text = (ROOT / "docs" / "checks.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (QRT\d{3}) \| (\w+) \| ([^|]+) \|", text, re.MULTILINE)
    every = sorted([*codes(), *OF_RUNS], key=lambda code: code.code)

    assert rows == [(c.code, c.severity.value, c.title) for c in every]
    sections = re.findall(r"^### (QRT\d{3})$", text, re.MULTILINE)
    assert sections == [code.code for code in every]


def test_codes_are_unique():
    every = [code.code for code in (*codes(), *OF_RUNS)]

    assert len(set(every)) == len(every)
    assert {code.severity for code in codes()} == set(Severity)
