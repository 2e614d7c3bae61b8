"""qrt check: what it mends, and what it writes for other programs."""

import json

import pytest
from unit.toolkit.cli import json_forms

MAIN = "\n\ndef main(backend, user_messenger, *, text, times=2): ...\n"


@pytest.fixture
def project(make_project, monkeypatch, here):
    root = make_project(program=f"from qiskit import Aer\n{MAIN}")
    monkeypatch.chdir(root)
    return root


def test_fix_says_what_it_mended_and_what_is_left(qrt, project):
    with (project / "program.py").open("a") as program:
        program.write("\n\nprint(Aer)\n")
    told = qrt("check", "--fix", "--no-ruff")

    assert told.stderr == (
        "mended program.py:1: QRT140 qiskit.Aer -> qiskit_aer.Aer\n1 finding\n"
    )
    assert told.stdout.startswith("program.py:7: warning QRT130 print is called")
    assert qrt("check", "--fix", "--no-ruff").stderr == "1 finding\n"


def test_fix_as_json_tells_what_is_mended(qrt, project):
    answer = qrt("check", "--fix", "--no-ruff", "--json").json

    assert json_forms.check("check --fix", answer) == {
        "ok": True,
        "findings": [],
        "ignored": 0,
        "fixed": [
            {
                "code": "QRT140",
                "path": "program.py",
                "line": 1,
                "message": "qiskit.Aer -> qiskit_aer.Aer",
            }
        ],
    }


def test_diff_shows_the_mends_and_writes_nothing(qrt, project):
    before = (project / "program.py").read_text()
    told = qrt("check", "--diff", code=3)

    assert "-from qiskit import Aer\n+from qiskit_aer import Aer\n" in told.stdout
    assert told.stderr == "--fix would mend 1 finding\n"
    assert (project / "program.py").read_text() == before
    answer = qrt("check", "--diff", "--json", code=3).json
    assert json_forms.check("check --diff", answer)["diff"] + "" in told.stdout
    qrt("check", "--fix", "-q")
    assert qrt("check", "--diff").stderr == "--fix would mend 0 findings\n"


def test_ignored_findings_are_counted(qrt, project):
    text = f"from qiskit import Aer  # qrt: ignore[QRT140]\n{MAIN}"
    (project / "program.py").write_text(text)

    assert qrt("check", "--no-ruff").stderr == "no findings, 1 ignored\n"
    assert qrt("check", "--no-ruff", "--json").json["ignored"] == 1


def test_sarif_goes_to_a_file_beside_the_answer(qrt, project):
    told = qrt("check", "--sarif", "found.sarif", "--no-ruff", "--json")
    log = json.loads((project / "found.sarif").read_text())

    assert [f["code"] for f in told.json["findings"]] == ["QRT140"]
    assert [r["ruleId"] for r in log["runs"][0]["results"]] == ["QRT140"]
    assert json.loads(qrt("check", "--sarif", "-", "--no-ruff").stdout) == log


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ("--diff", "--fix"),
            "--diff shows what --fix would do, and goes with neither.",
        ),
        (("--diff", "--sarif", "x"), "--diff shows what --fix would do"),
        (("--json", "--sarif", "-"), "Either JSON or SARIF can be on stdout."),
    ],
)
def test_one_answer_can_be_asked_for(qrt, project, words, said):
    told = qrt("check", *words, code=2)

    assert said in told.stderr + told.stdout


def test_ruff_is_asked_unless_it_is_unwanted(qrt, project):
    pytest.importorskip("ruff")
    unused = "program.py:1: warning ruff:F401 `qiskit.Aer` imported but unused."

    assert unused in qrt("check").stdout.splitlines()
    assert qrt("check", "--strict", code=3).stdout.count("error ruff:F401") == 1
    assert "ruff" not in qrt("check", "--no-ruff").stdout
    with (project / "pyproject.toml").open("a") as pyproject:
        pyproject.write("[tool.qrt.check]\nruff = false\n")
    assert "ruff" not in qrt("check").stdout


def test_what_is_no_python_is_said_once(qrt, project):
    (project / "program.py").write_text("def main(:\n")

    assert qrt("check", code=3).stdout.count("program.py") == 1
