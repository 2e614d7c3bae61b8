"""``qrt test --backends``: numbers side by side, and the tests that ask for them.

The program runs in this process, its calls going to real simulators.
"""

import contextlib
import subprocess
from types import SimpleNamespace

import pytest
from unit.toolkit.cli import json_forms, running_here

from toolkit import harness

COIN = """
from qiskit import QuantumCircuit

def main(backend, user_messenger, *, text, times=2):
    circuit = QuantumCircuit(1)
    circuit.sx(0)
    circuit.measure_all()
    if text == "fail" and backend.name == "fake_manila":
        raise RuntimeError("no room")
    counts = backend.run(circuit).result().get_counts()
    share = counts["0"] / sum(counts.values())
    return {"share": share, "shots": sum(counts.values()), "all": [1.0, share]}
"""
WORD = "def main(backend, user_messenger, *, text, times=2):\n    return text\n"


@pytest.fixture
def pytest_runs(monkeypatch):
    """What pytest was called with; it ends as it is told to."""
    seen = SimpleNamespace(words=[], code=0)

    def run(words, **options):
        seen.words.append(words[3:])
        return SimpleNamespace(returncode=seen.code)

    monkeypatch.setattr(subprocess, "run", run)
    return seen


@pytest.fixture
def project(make_project, monkeypatch, here, pytest_runs):
    monkeypatch.setattr(harness, "run_project", running_here.run_project, raising=False)
    monkeypatch.setattr(
        "toolkit.harness.machine.Harness",
        lambda **options: contextlib.nullcontext(),
    )

    def make(program=COIN):
        root = make_project(program=program)
        monkeypatch.chdir(root)
        return root

    return make


def test_each_number_has_its_standard_error_on_each_backend(qrt, project, pytest_runs):
    pytest.importorskip("qiskit_ibm_runtime")
    project()
    words = ("--backends", "aer_simulator,fake_manila", "--seed", 1, "--shots", 500)
    told = qrt("test", "--json", *words, "--repeat", 4)
    answer = json_forms.check("test --backends", told.json)

    assert answer["ok"]
    assert [column["backend"] for column in answer["matrix"]] == [
        "aer_simulator",
        "fake_manila",
    ]
    for column in answer["matrix"]:
        assert column["values"].keys() == {"share", "shots"}
        share = column["values"]["share"]
        assert share["runs"] == 4
        # Half of 500 shots: a standard deviation of 0.022 in one run, 0.011 in four.
        assert share["mean"] == pytest.approx(0.5, abs=0.06)
        assert 0.001 < share["standard_error"] < 0.04
        assert column["values"]["shots"] == {
            "mean": 500,
            "standard_error": 0,
            "runs": 4,
        }
        assert column["ignored"] == {}
    assert pytest_runs.words == [["--qrt-backends=aer_simulator,fake_manila"]]


def test_the_same_seed_gives_the_same_table_and_chosen_values_have_rows(qrt, project):
    project()
    words = ("test", "--backends", "aer_simulator", "--seed", 1, "--repeat", 2)
    told = qrt(*words, "--value", "all.1", "--value", "share")

    assert qrt(*words, "--value", "all.1", "--value", "share").stdout == told.stdout
    heading, *rows = told.stdout.splitlines()
    assert heading.split() == ["aer_simulator"]
    assert [row.split()[0] for row in rows] == ["all.1", "share"]
    assert all(" ± 0.0" in row for row in rows)
    assert "running hello 1.0.0 on aer_simulator" in told.stderr


def test_options_without_effect_are_listed_with_their_reason(qrt, project):
    own = COIN.replace("backend.run(circuit)", "backend.run(circuit, shots=64)")
    project(own)
    told = qrt("test", "--backends", "aer_simulator", "--seed", 1, "--shots", 500)

    line = "aer_simulator ignores --shots: the program asks for 64"
    assert line in told.stderr.splitlines()


def test_a_backend_on_which_the_program_fails_does_not_stop_the_others(qrt, project):
    pytest.importorskip("qiskit_ibm_runtime")
    project()
    words = ("--backends", "fake_manila,aer_simulator", "-i", "text=fail")
    told = qrt("test", *words, "--value", "shots", "--seed", 1, code=1)

    assert told.stdout.splitlines() == [
        "       fake_manila  aer_simulator",
        "shots  failed       1024 ± 0",
    ]
    assert "error: fake_manila:\nerror: program_error: no room\n" in told.stderr


def test_a_result_without_numbers_says_so_and_the_tests_run(qrt, project, pytest_runs):
    project(WORD)
    told = qrt("test", "--backends", "aer_simulator", "--seed", 1)

    assert told.stdout == ""
    assert "the result has no single numbers to compare" in told.stderr
    assert "ignores --seed: the program made no calls" in told.stderr
    assert len(pytest_runs.words) == 1


def test_a_value_that_is_not_there_is_an_error_that_names_the_nearest(qrt, project):
    project()
    words = ("--backends", "aer_simulator", "--repeat", 1, "--value", "shares")
    told = qrt("test", *words, code=2)

    assert "The result has no number 'shares'." in told.stderr
    assert "Did you mean 'share'?" in told.stderr


@pytest.mark.parametrize(("exit_code", "code"), [(0, 0), (1, 1), (5, 0)])
def test_the_tests_of_the_project_decide_too(
    qrt, project, pytest_runs, exit_code, code
):
    project()
    pytest_runs.code = exit_code
    words = ("--backends", "aer_simulator", "--repeat", 1, "--seed", 1)
    told = qrt("test", *words, "--", "-k", "x", code=code)

    assert pytest_runs.words == [["--qrt-backends=aer_simulator", "-k", "x"]]
    assert ("no test of . asks for backend_name" in told.stderr) == (exit_code == 5)
    assert "± ?" in told.stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--backends", "aer_simulater"], "No backend is called 'aer_simulater'"),
        (["--backends", " , "], "there is no name of a backend in it."),
        (["--value", "x", "--repeat", "2"], "--value, --repeat has no effect without"),
        (["--backends", "a", "--backend", "b"], "--backend is one backend; name it in"),
        (["--backends", "a", "--kill-resume"], "Say --kill-resume or --backends, not"),
    ],
    ids=["unknown", "empty", "alone", "backend", "both"],
)
def test_words_that_can_not_be_meant_are_refused(qrt, project, words, message):
    project()
    told = qrt("test", *words, code=5 if "simulater" in words[1] else 2)

    assert message in " ".join(told.stderr.split())
