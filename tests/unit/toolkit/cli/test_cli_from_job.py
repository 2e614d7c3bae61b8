"""``qrt run --from-job``: what a job ran, at home."""

import pytest
from unit.toolkit.provenance.records import JOB, Record, events

from program_runtime import execution
from toolkit import bundle, harness, provenance
from toolkit.harness import HarnessRun, ParityReport
from toolkit.project import load_project

INPUTS = {"text": "abc", "times": 5}
PROGRAM = {"id": "hello", "version": "1.0.0"}


@pytest.fixture
def runs(monkeypatch):
    """A harness that says what it is told to say."""
    seen = {"says": events(-1.0, -1.5), "code": None}

    def run_project(project, inputs, *, on_event, **options):
        source = (project.root / "program.py").read_text()
        seen.update(inputs=dict(inputs), options=options, source=source)
        status = "Failed" if seen["code"] else "Completed"
        return HarnessRun(
            outcome=execution.Outcome(
                status=execution.JobStatus(status),
                code=seen["code"],
                message="it broke",
                usage=execution.Usage(wall_s=0.5, cpu_s=0.1, peak_memory_bytes=1),
            ),
            events=seen["says"],
            report=ParityReport(
                findings=(), measures=(), interim_examined=2, interim_total=2
            ),
        )

    monkeypatch.setattr(harness, "run_project", run_project)
    return seen


@pytest.fixture
def project(make_project):
    return make_project()


@pytest.fixture
def keep(project, tmp_path):
    """Write the capsule of a job of the project."""

    def written(*, with_source=True, **fields):
        info = bundle.build_bundle(load_project(project), tmp_path / "dist")
        parts = {"bundle.zip": info.path.read_bytes()} if with_source else {}
        program = {**PROGRAM, "digest": info.digest}
        record = Record(inputs=INPUTS, parts=parts, **{"program": program, **fields})
        provenance.write_capsule(record, tmp_path / "kept.zip")
        return tmp_path / "kept.zip"

    return written


def test_source_inputs_options_and_seed_are_those_of_the_job(qrt, keep, runs, project):
    options = {**JOB["options"], "max_execution_time": 30}
    kept = keep(options=options)
    (project / "program.py").write_text("was changed since")
    told = qrt("run", "--from-job", kept)
    assert runs["inputs"] == INPUTS
    assert runs["source"].startswith('"""Say how long a text is."""')
    chosen = {k: runs["options"][k] for k in ("backend", "shots", "seed", "max_time_s")}
    assert chosen == {
        "backend": "aer_simulator",
        "shots": 100,
        "seed": 7,
        "max_time_s": 30,
    }
    assert (
        "running hello 1.0.0 on aer_simulator with the inputs of job_1" in told.stderr
    )
    assert "every interim result and the result are those of job_1" in told.stderr
    assert told.stdout == '{"energy": -1.5}\n'


def test_flags_and_inputs_of_the_command_line_go_over_those_of_the_job(qrt, keep, runs):
    told = qrt("run", "--from-job", keep(), "-i", "times=1", "--shots", "3")
    assert runs["inputs"] == {"text": "abc", "times": 1}
    assert (runs["options"]["shots"], runs["options"]["seed"]) == (3, 7)
    assert "the inputs of job_1, times from the command line" in told.stderr


def test_where_the_run_parts_from_the_job_is_said(qrt, keep, runs):
    runs["says"] = events(-1.0, -1.75)
    told = qrt("run", "--from-job", keep()).stderr
    assert "job_1 and this run part at interim result 2.energy: -1.5 and -1.75" in told


def test_a_job_that_failed_here_in_another_way_is_told(qrt, keep, runs):
    runs["code"] = "program_error"
    state = {**JOB["state"], "status": "Failed"}
    kept = keep(state=state, failure={"code": "wall_time"})
    told = qrt("run", "--from-job", kept, code=1).stderr
    assert "job_1 ended Failed (wall_time)" in told
    runs["code"] = "wall_time"
    assert "ended Failed" not in qrt("run", "--from-job", kept, code=1).stderr


def test_a_source_that_may_not_be_read_comes_from_the_folder_that_is_named(
    qrt, keep, runs, project
):
    kept = keep(with_source=False)
    assert "warning" not in qrt("run", project, "--from-job", kept).stderr
    told = qrt("run", "--from-job", kept, code=5).stderr
    assert "The source of hello@1.0.0 is not yours to read, or it is gone." in told
    assert "qrt run DIR --from-job JOB" in told


def test_the_project_around_is_taken_where_the_source_may_not_be_read(
    qrt, keep, runs, project, monkeypatch
):
    kept = keep(with_source=False)
    monkeypatch.chdir(project)
    qrt("run", "--from-job", kept)
    assert runs["inputs"] == INPUTS


def test_another_source_than_the_job_ran_is_said(qrt, keep, runs, project):
    kept = keep()
    with (project / "program.py").open("a") as file:
        file.write("\n# changed\n")
    told = qrt("run", project, "--from-job", kept).stderr
    assert "is not what job_1 ran, hello@1.0.0" in told
    assert "# changed" in runs["source"]


def test_a_folder_that_can_be_no_bundle_is_not_what_the_job_ran(
    qrt, keep, runs, project
):
    kept = keep()
    (project / "away").symlink_to("/")
    told = qrt("run", project, "--from-job", kept).stderr
    assert "is not what job_1 ran" in told


def test_a_backend_that_is_not_here_is_named_with_the_way_around(qrt, keep, runs):
    kept = keep(backend="ibm_x")
    told = qrt("run", "--from-job", kept, code=5).stderr
    assert "The backend 'ibm_x' of job_1 is not here." in told
    assert "--backend NAME" in told
    qrt("run", "--from-job", kept, "--backend", "aer_simulator")
    assert runs["options"]["backend"] == "aer_simulator"


def test_what_keeps_numbers_from_being_the_same_is_said(qrt, keep, runs):
    versions = {"python": "3.9.0", "something": "1"}
    kept = keep(options={}, conditions={"versions": versions})
    told = qrt("run", "--from-job", kept).stderr
    assert "job_1 ran with python 3.9.0, here it is 3." in told
    assert "job_1 has no seed on record" in told


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--sample", "short"), "--sample can not be used"),
        (("--watch",), "--watch can not be used"),
    ],
    ids=["sample", "watch"],
)
def test_what_makes_no_sense_with_a_job_is_refused(qrt, keep, runs, words, message):
    assert message in qrt("run", "--from-job", keep(), *words, code=2).stderr
