"""``qrt job``, ``qrt rerun`` and ``qrt compare``."""

import json
import sys

import pytest
from unit.toolkit.cli import json_forms
from unit.toolkit.cli.fake_service import FAILURE, job
from unit.toolkit.provenance.records import JOB, Record, events

from program_runtime.client.api.handshake import Handshake
from program_runtime.errors import (
    IncompatibleVersionsError,
    NotAuthorizedError,
    RuntimeJobNotFound,
    RuntimeProgramNotFound,
)
from toolkit import provenance

OTHER = "job_2"


@pytest.fixture
def service(api):
    """The service of two jobs that ran with different seeds."""
    logs = {"job_1": events(-1.0, -1.5), OTHER: events(-1.0, -1.625)}
    seeds = {"job_1": 7, OTHER: 8}
    for job_id, seed in seeds.items():
        options = {**JOB["options"], "seed": seed}
        api.found[job_id] = [{**JOB, "id": job_id, "options": options}]
    api.found["job_3"] = [job("Running")]
    api.inputs = lambda job_id: '{"iterations": 3}'

    def log(job_id, *, after=0, limit=None):
        return {"events": [e._asdict() for e in logs[job_id] if e.seq > after]}

    def refuse(*_):
        raise NotAuthorizedError("The program 'vqe' belongs to u_b.", status=403)

    def submit_job(body, *, idempotency_key):
        api.done.append(("submit", body))
        return {**job("Queued"), "id": "job_9"}

    api.events = log
    api.meet = lambda: Handshake(api.url)
    api.download_bundle = refuse
    api.backend_configuration = lambda name: {"backend_version": "0.18"}
    api.backend_properties = lambda name: {}
    api.release = lambda name, version: {"digest": "sha256:0", "labels": ["latest"]}
    api.submit_job = submit_job
    api.version = lambda: {"python": "3.11.7", "qiskit": "2.6.2"}
    return api


def row(table, name):
    """The words of a table's row."""
    return next(line.split() for line in table.splitlines() if line.startswith(name))


def capsule(folder, **fields):
    path = folder / "kept.zip"
    provenance.write_capsule(Record(**fields), path)
    return path


def test_export_prints_the_file_and_says_what_is_not_in_it(qrt, service, here):
    told = qrt("job", "export", "job_1")
    assert told.stdout == "job_1.zip\n"
    assert "its digest is there" in told.stderr
    assert "qrt run --from-job job_1.zip" in told.stderr
    read = provenance.CapsuleFile(here / "job_1.zip")
    assert read.part("bundle.zip") is None
    assert json.loads(read.part("release.json")) == {"digest": "sha256:0"}


def test_export_writes_where_it_is_told(qrt, service, here):
    answer = qrt("job", "export", "job_1", "-o", "x.zip", "--json").json
    assert json_forms.check("job export", answer)["path"] == "x.zip"
    assert (here / "x.zip").stat().st_size == answer["size"]


def test_a_job_that_still_runs_has_no_capsule(qrt, service):
    told = qrt("job", "export", "job_3", code=6)
    assert "job_3 is still Running" in told.stderr
    assert "qrt result job_3" in told.stderr


def test_show_prints_the_facts_of_a_job_and_of_a_file(qrt, service, here):
    told = qrt("job", "show", "job_1").stdout
    assert row(told, "seed") == ["seed", "7"]
    assert "python 3.11.7, qiskit 2.6.2" in told
    facts = qrt("job", "show", capsule(here), "--json").json
    assert json_forms.check("job show", facts)["seed"] == 7


def test_a_file_that_is_not_there_is_no_job(qrt, service):
    told = qrt("job", "show", "gone.zip", code=2)
    assert "There is no file gone.zip." in told.stderr


def test_a_job_that_is_not_there_is_said_as_everywhere(qrt, service):
    def missing(job_id):
        raise RuntimeJobNotFound(f"There is no job {job_id}.", status=404)

    service.job = missing
    assert "There is no job job_x" in qrt("job", "show", "job_x", code=5).stderr


def test_compare_says_the_cause_and_where_the_numbers_part(qrt, service):
    told = qrt("compare", "job_1", OTHER).stdout
    assert row(told, "seed") == ["seed", "7", "8", "≠"]
    assert row(told, "version") == ["version", "1.0.0", "1.0.0"]
    assert "result.energy  -1.5  -1.625  -0.125" in told
    assert "energy  -1.625 to -1\n" in told
    assert told.endswith(
        "first difference: seed: 7 and 8\n"
        "numbers part at: interim result 2.energy: -1.5 and -1.625\n"
    )


def test_compare_gives_everything_as_json(qrt, service):
    answer = qrt("compare", "job_1", OTHER, "--json").json
    json_forms.check("compare", answer)
    assert answer["curves"]["energy"] == [
        [[1, -1.0], [2, -1.5]],
        [[1, -1.0], [2, -1.625]],
    ]
    assert answer["results"][0]["difference"] == -0.125


def test_a_job_is_compared_with_a_file(qrt, service, here):
    kept = capsule(here, id="job_0")
    answer = qrt("compare", kept, "job_1", "--json").json
    assert answer["jobs"] == ["job_0", "job_1"]
    assert answer["parted_at"] is None


def test_equal_jobs_are_said_to_be_equal(qrt, here):
    kept = capsule(here)
    told = qrt("compare", kept, kept).stdout
    assert "the inputs are the same (1 value)" in told
    assert told.endswith("nothing differs but ids and times\n")


def test_numbers_that_json_has_not_are_texts_in_it(qrt, service, here):
    odd = events(float("nan"), result={"energy": float("inf"), "z": float("nan")})
    kept = capsule(here, log=odd).name
    told = qrt("compare", kept, "job_1", "--json").stdout

    def refuse(name):
        pytest.fail(f"{name} is no JSON")

    answer = json.loads(told, parse_constant=refuse)
    ones = {each["name"]: each["one"] for each in answer["results"]}
    assert ones == {"result.energy": "inf", "result.z": "nan"}


def test_compare_draws_the_curves_into_a_file(qrt, service, here):
    pytest.importorskip("matplotlib")
    told = qrt("compare", "job_1", OTHER, "--plot", "energy", "--save", "both.svg")
    assert "curves drawn into both.svg" in told.stderr
    assert "<svg" in (here / "both.svg").read_text(encoding="utf-8")
    told = qrt("compare", "job_1", OTHER, "--save", "both.doc", code=2)
    assert "both.doc can not be drawn" in told.stderr


def test_a_number_that_nobody_published_is_refused_with_those_there_are(qrt, service):
    told = qrt("compare", "job_1", OTHER, "--plot", "enrgy", code=2)
    assert "neither job published a number 'enrgy'. Numbers: energy." in told.stderr


def test_rerun_prints_the_new_id_as_submit_does(qrt, service):
    told = qrt("rerun", "job_1")
    assert told.stdout == "job_9\n"
    assert "qrt follow job_9" in told.stderr
    assert "qrt compare job_1 job_9" in told.stderr
    assert "warning" not in told.stderr
    (body,) = [
        body for word, *rest in service.done if word == "submit" for body in rest
    ]
    assert (body["program_id"], body["seed"]) == ("vqe@1.0.0", 7)
    json_forms.check("rerun", qrt("rerun", "job_1", "--json").json)


def test_rerun_takes_a_file(qrt, service, here):
    assert "qrt compare kept.zip job_9" in qrt("rerun", capsule(here).name).stderr


def test_rerun_says_what_keeps_numbers_from_being_the_same(qrt, service):
    service.version = lambda: {"python": "3.12.1", "qiskit": "2.6.2"}
    told = qrt("rerun", "job_1")
    assert "job_1 ran with python 3.11.7, now 3.12.1." in told.stderr
    service.found["job_1"] = [{**JOB, "options": {}, "conditions": None}]
    assert "job_1 has no seed on record" in qrt("rerun", "job_1").stderr


def test_rerun_of_a_release_that_is_gone_says_so(qrt, service):
    def gone(name, version):
        raise RuntimeProgramNotFound("gone", status=404)

    service.release = gone
    told = qrt("rerun", "job_1", code=5)
    assert "The release vqe@1.0.0 that job_1 ran is not on this service." in told.stderr
    error = json_forms.check_error(qrt("rerun", "job_1", "--json", code=5).json)
    assert error["code"] == "not_repeatable"


def test_rerun_follows_to_the_end(qrt, service, stream):
    service.found["job_9"] = [{**job(), "id": "job_9"}]
    told = qrt("rerun", "job_1", "--follow")
    assert told.stdout == '{"energy": -1.5}\n'
    assert "job_9 Completed" in told.stderr


def test_plot_needs_follow(qrt, service):
    assert (
        "--plot needs --follow" in qrt("rerun", "job_1", "--plot", "e", code=2).stderr
    )


def test_a_failed_job_can_be_kept_too(qrt, service):
    failed = {**JOB["state"], "status": "Failed"}
    service.found["job_1"] = [{**JOB, "state": failed, "failure": FAILURE}]
    qrt("job", "export", "job_1")
    told = qrt("job", "show", "job_1.zip").stdout
    assert row(told, "failure") == ["failure", "program_error"]


def test_a_service_of_other_versions_is_no_failure_of_the_job(qrt, service):
    def refuse(job_id):
        raise IncompatibleVersionsError("It speaks 2.", hint="Update this side.")

    service.job = refuse
    told = qrt("job", "show", "job_1", "--json", code=7)
    assert json_forms.check_error(told.json)["code"] == "incompatible_versions"


def test_without_matplotlib_the_extra_is_named(qrt, service, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    told = qrt("compare", "job_1", OTHER, "--save", "both.svg", code=2)
    assert "pip install 'qiskit-program-toolkit[plots]'" in told.stderr


def test_jobs_without_numbers_have_no_curves_to_draw(qrt, here):
    pytest.importorskip("matplotlib.figure")
    kept = capsule(here, log=events(-1.0)[:2])
    told = qrt("compare", kept, kept, "--save", "both.svg", code=2)
    assert "Neither job has published a number to draw." in told.stderr


def test_a_long_table_is_cut_and_counted(qrt, here):
    numbers = {str(index): index for index in range(30)}
    one = capsule(here, log=events(-1.0, result=numbers)).rename(here / "one.zip")
    two = {key: value + 1 for key, value in numbers.items()}
    told = qrt("compare", one, capsule(here, log=events(-1.0, result=two))).stdout
    assert "30 of 30 values differ (the first 20 are shown)" in told
    assert "result.19" in told
    assert "result.20" not in told
