"""``qrt budget``: what a run asks of its backend, and whether that is allowed.

The program runs in this process, its calls going to real simulators.
"""

import json

import pytest
from unit.toolkit.cli import json_forms, running_here

from toolkit import harness
from toolkit.project.budget_lock import LOCK

SAMPLING = """
from qiskit import QuantumCircuit

def main(backend, user_messenger, *, text, times=2):
    circuit = QuantumCircuit(2)
    circuit.sx(0)
    circuit.cx(0, 1)
    circuit.measure_all()
    for step in range(times):
        backend.sampler(shots=100).run([circuit, circuit]).result()
        user_messenger.publish({"step": step})
        user_messenger.metric(energy=1.0, step=step)
    backend.run(circuit, shots=1000).result()
    if text == "fail":
        raise RuntimeError("as asked")
"""
EXACT = """
from qiskit import QuantumCircuit
from qiskit.circuit import Parameter
from qiskit.quantum_info import SparsePauliOp

def main(backend, user_messenger, *, text, times=2):
    circuit = QuantumCircuit(1)
    circuit.rx(Parameter("a"), 0)
    pub = (circuit, SparsePauliOp("Z"), [[0.1], [0.2], [0.3]])
    backend.estimator().run([pub]).result()
"""

TABLE = """\
                      calls  PUBs  circuits  shots  depth  two-qubit gates  QPU s
iterations 1-2, each  1      2     2         200    3      1                ?
after the last        1      0     1         1,000  3      1                ?
in all                3      4     5         1,400  3      1                ?
"""
NO_TIME = (
    "warning: no QPU time: 'aer_simulator' has no durations of cx, measure, sx, so "
    "that no QPU time can be estimated."
)
REMEDY = (
    "hint: Measure it on a backend with durations: qrt budget --backend fake_manila"
)


@pytest.fixture
def project(make_project, monkeypatch, here, metadata):
    monkeypatch.setattr(harness, "run_project", running_here.run_project, raising=False)

    def make(program=SAMPLING, **budget):
        if budget:
            metadata["budget"] = budget
        root = make_project(program=program, metadata=metadata)
        monkeypatch.chdir(root)
        return root

    return make


def test_every_call_is_counted_by_iteration_and_in_all(qrt, project):
    project()
    told = qrt("budget", "--json", "--seed", 1)
    answer = json_forms.check("budget", told.json)

    first, second = answer["iterations"]
    assert first == second
    assert first | {"qpu_s": 0} == {
        "calls": 1,
        "pubs": 2,
        "circuits": 2,
        "shots": 200,
        "depth": 3,
        "two_qubit_gates": 1,
        "qpu_s": 0,
    }
    assert answer["rest"]["shots"] == 1000
    assert answer["total"]["shots"] == 1400
    assert answer["total"]["calls"] == 3
    assert answer["total"]["pubs"] == 4
    assert (answer["ok"], answer["recorded"], answer["over"]) == (True, False, [])


def test_people_get_a_table_and_what_to_do_about_a_missing_time(qrt, project):
    project()
    told = qrt("budget")
    assert told.stdout == TABLE
    assert told.stderr.splitlines()[1:] == [NO_TIME, REMEDY]


def test_the_time_is_estimated_where_the_backend_has_durations(qrt, project):
    pytest.importorskip("qiskit_ibm_runtime")
    project()
    told = qrt("budget", "--json", "--backend", "fake_manila", "-i", "times=0")
    total = json_forms.check("budget", told.json)["total"]

    # sx 35.6 ns, cx 277.3 ns, measurement 5351.1 ns; the pause is 250 us
    assert total["qpu_s"] == pytest.approx(2 + 1000 * (250e-6 + 5.664e-6), abs=1e-6)


def test_exact_expectation_values_have_circuits_and_no_shots(qrt, project):
    project(EXACT)
    told = qrt("budget", "--json")
    answer = json_forms.check("budget", told.json)

    assert answer["total"]["circuits"] == 3
    assert answer["total"]["pubs"] == 1
    assert answer["total"]["shots"] == 0
    assert answer["total"]["qpu_s"] is None
    assert "computes expectation values, which no device does" in answer["missing"]
    assert "take no shots here" in told.stderr


def test_a_run_over_the_budget_ends_with_findings_and_is_recorded(qrt, project):
    root = project(circuits=4, shots=10_000)
    told = qrt("budget", code=3)

    assert told.stderr.splitlines()[-3:] == [
        "recorded in budget.lock, for qrt check and qrt publish",
        "error: The run does not fit the budget:",
        "  program.json $.budget.circuits: is 4, but a run takes 5 circuits",
    ]
    lock = json.loads((root / LOCK).read_text())
    assert (lock["sample"], lock["counts"]["circuits"]) == ("short", 5)
    assert "QRT211" in qrt("check", code=3).stdout


def test_a_run_within_the_budget_lets_the_check_pass_until_the_source_changes(
    qrt, project
):
    root = project(circuits=5)
    assert "QRT210" in qrt("check", code=3).stdout
    assert qrt("budget").stderr.endswith("within the budget of program.json\n")
    qrt("check")

    (root / "program.py").write_text(SAMPLING.replace("100", "101"))
    told = qrt("check", code=3)
    assert "have changed since they were measured" in told.stdout


def test_a_check_says_what_is_wrong_with_the_lock(qrt, project):
    root = project(circuits=5)
    qrt("budget")
    (root / "inputs" / "short.json").rename(root / "inputs" / "other.json")
    assert "or its sample inputs have changed" in qrt("check", code=3).stdout

    (root / LOCK).write_text("{")
    told = qrt("check", code=3)
    assert "budget.lock: error QRT210 budget.lock can not be read" in told.stdout
    assert "Renew it: qrt budget" in told.stdout


def test_a_limit_of_seconds_that_can_not_be_estimated_is_an_error(qrt, project):
    project(qpu_s=60)
    told = qrt("budget", "--json", code=3)
    (over,) = json_forms.check("budget", told.json)["over"]

    assert over["path"] == "program.json $.budget.qpu_s"
    assert over["message"].startswith("is 60, but can not be estimated: 'aer_sim")
    assert over["hint"].endswith("qrt budget --backend fake_manila")


def test_a_run_on_other_inputs_is_not_recorded(qrt, project):
    root = project(circuits=50)
    qrt("budget", "-i", "times=1")

    assert not (root / LOCK).exists()


def test_a_program_that_fails_shows_what_it_had_asked_for(qrt, project):
    root = project(circuits=50)
    told = qrt("budget", "--json", "-i", "text=fail", code=1)
    answer = json_forms.check("budget", told.json)

    assert (answer["ok"], answer["status"]) == (False, "Failed")
    assert answer["total"]["circuits"] == 5
    assert not (root / LOCK).exists()


def test_many_unlike_iterations_are_shown_as_a_range(qrt, project):
    growing = SAMPLING.replace("shots=100)", "shots=100 + step)")
    project(growing)
    told = qrt("budget", "-i", "times=25")

    (row,) = [line for line in told.stdout.splitlines() if "iterations" in line]
    assert row.startswith("iterations 1-25, each  1      2     2         200 - 248  ")
