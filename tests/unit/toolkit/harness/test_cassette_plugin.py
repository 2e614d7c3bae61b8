"""The fixture ``cassette``, in a pytest run of its own."""

from types import SimpleNamespace

import pytest
from unit.toolkit.harness.test_pytest_plugin import pytest_in

from toolkit.harness import cassette_plugin

TESTS = """
from qiskit import QuantumCircuit

def count(backend):
    circuit = QuantumCircuit(1)
    circuit.h(0)
    circuit.measure_all()
    return backend.run(circuit).result().get_counts()

def test_h(cassette):
    assert sum(count(cassette.backend(shots=50, seed=1)).values()) == 50
    assert cassette.path.name == "test_h.json"
    assert cassette.unplayed == 0

class TestIn:
    def test_class(self, cassette):
        assert sum(count(cassette.backend(shots=20)).values()) == 20

def test_that_fails(cassette):
    count(cassette.backend())
    assert 0
"""
ANOTHER = TESTS.replace("circuit.h(0)", "circuit.x(0)").replace(
    "        assert sum(count(cassette.backend(shots=20)).values()) == 20",
    "        pass",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with tests, and with cassettes once they have run."""
    folder = tmp_path_factory.mktemp("recorded")
    (folder / "test_it.py").write_text(TESTS)
    return folder


@pytest.fixture(scope="module")
def recorded(folder):
    """What is said where no cassettes were."""
    return pytest_in(folder).stdout


@pytest.fixture(scope="module")
def replayed(recorded, folder):
    """What is said of the same tests when nothing may be recorded."""
    return pytest_in(folder, "--qrt-record=none", "-W", "error").stdout


@pytest.fixture(scope="module")
def changed(replayed, folder):
    """What is said of tests of which one asks for another circuit, and one for none."""
    (folder / "test_it.py").write_text(ANOTHER)
    return pytest_in(folder, "-k", "not fails", "--qrt-record=none").stdout


def test_a_test_without_a_cassette_records_one_if_it_passes(recorded):
    assert "2 passed" in recorded
    assert "test_h.json: recorded 1 circuits" in recorded
    assert "TestIn.test_class.json: recorded 1 circuits" in recorded
    assert "test_that_fails.json: not recorded, the test did not pass" in recorded


def test_a_test_with_a_cassette_replays_it(replayed):
    assert "2 passed" in replayed
    assert "recorded 1 circuits" not in replayed


def test_without_a_cassette_nothing_runs_where_recording_is_off(replayed):
    assert "There is no cassette" in replayed
    assert "Record one: qrt test -- --record" in replayed


def test_another_circuit_fails_with_the_nearest_one(changed):
    assert "-h 0" in changed
    assert "+x 0" in changed


def test_recordings_that_nobody_plays_are_told(changed):
    assert "TestIn.test_class.json: 1 recordings were not played" in changed


@pytest.mark.parametrize(
    ("option", "ci", "mode"),
    [
        (None, "", "once"),
        (None, "true", "none"),
        ("all", "true", "all"),
        ("none", "", "none"),
    ],
)
def test_what_is_recorded_says_the_option_or_else_the_place(
    monkeypatch, option, ci, mode
):
    monkeypatch.setenv("CI", ci)
    config = SimpleNamespace(getoption=lambda name: option)

    assert cassette_plugin.recording_mode(config) == mode
