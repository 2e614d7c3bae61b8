"""``qrt run --record`` and ``--replay``: what goes to the harness, and what is said."""

import json
from types import SimpleNamespace

import pytest
from unit.toolkit.cli.fake_service import event

from program_runtime import execution
from toolkit import harness
from toolkit.harness import HarnessRun, ParityReport, cassettes
from toolkit.harness.cassettes.call import Call, Recording
from toolkit.harness.cassettes.content import Content


@pytest.fixture
def runs(make_project, monkeypatch, here):
    """A project here, and a harness that runs nothing and remembers."""
    monkeypatch.chdir(make_project())
    made = SimpleNamespace(seen=None, status=execution.JobStatus.COMPLETED)

    def run_project(project, inputs, **options):
        made.seen = options
        return HarnessRun(
            outcome=execution.Outcome(
                status=made.status, usage=execution.Usage(wall_s=0.1)
            ),
            events=(event(1, "result", "3"),),
            report=ParityReport(
                findings=(), measures=(), interim_examined=0, interim_total=0
            ),
        )

    monkeypatch.setattr(harness, "run_project", run_project)
    return made


def tape(path, *backends):
    content = Content(("1 qubits, 0 bits",), ())
    call = Call(kind="run", content=content, shots=1, options={})
    recording = Recording(call, {"shots": 1, "counts": {"0x0": 1}})
    description = {"configuration": {"n_qubits": 1}}
    cassette = cassettes.Cassette(
        backends=dict.fromkeys(backends, description),
        recordings={backend: [recording] for backend in backends},
    )
    cassettes.save(cassette, path)
    return path


def test_a_run_that_is_recorded_passes_a_recorder_and_writes_its_file(
    qrt, runs, tmp_path
):
    told = qrt("run", "--record", tmp_path / "tape.json")

    assert isinstance(runs.seen["broker"], cassettes.RecordingBroker)
    assert f"0 circuits recorded in {tmp_path / 'tape.json'}" in told.stderr
    assert json.loads((tmp_path / "tape.json").read_text())["version"] == 1


def test_a_program_that_fails_is_not_recorded(qrt, runs, tmp_path):
    runs.status = execution.JobStatus.FAILED
    told = qrt("run", "--record", tmp_path / "tape.json", code=1)

    assert "tape.json was not written: the program failed" in told.stderr
    assert not (tmp_path / "tape.json").exists()


def test_a_replay_runs_on_the_tapes_backend_that_no_catalog_knows(qrt, runs, tmp_path):
    told = qrt("run", "--replay", tape(tmp_path / "tape.json", "lab_device"))

    assert isinstance(runs.seen["broker"], cassettes.ReplayBroker)
    assert runs.seen["backend"] == "lab_device"
    assert "on lab_device with inputs/short.json" in told.stderr
    assert "1 recordings were not played" in told.stderr


def test_of_several_backends_one_has_to_be_chosen(qrt, runs, tmp_path):
    path = tape(tmp_path / "tape.json", "one", "two")
    told = qrt("run", "--replay", path, code=2)
    qrt("run", "--replay", path, "--backend", "two")

    assert "tape.json holds one, two: choose with --backend." in told.stderr
    assert runs.seen["backend"] == "two"


def test_a_backend_that_the_tape_does_not_hold_is_refused(qrt, runs, tmp_path):
    path = tape(tmp_path / "tape.json", "one")
    told = qrt("run", "--replay", path, "--backend", "two", code=2)

    assert "--backend: tape.json holds one, not two." in told.stderr
    assert runs.seen is None


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--record", "a", "--replay", "b"), "can not be used together"),
        (("--record", "a", "--twice"), "--record runs once: --twice can not be used."),
        (("--replay", "a", "--watch"), "--replay runs once: --watch can not be used."),
        (("--record", "no/such/a"), "does not exist"),
        (("--replay", "none.json"), "There is no cassette none.json."),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_runs(qrt, runs, words, message):
    assert message in qrt("run", *words, code=2).stderr
    assert runs.seen is None


def test_a_tape_of_another_version_is_an_error_in_json_too(qrt, runs, tmp_path):
    path = tape(tmp_path / "tape.json", "one")
    path.write_text(json.dumps({**json.loads(path.read_text()), "version": 9}))
    told = qrt("run", "--json", "--replay", path, code=2)

    error = json.loads(told.stdout)["error"]
    assert error["code"] == "bad_cassette"
    assert "is of version 9, this toolkit reads version 1" in error["message"]
    assert "a newer one" in error["hint"]


def test_a_run_without_a_cassette_has_no_broker(qrt, runs):
    qrt("run")

    assert runs.seen["broker"] is None
