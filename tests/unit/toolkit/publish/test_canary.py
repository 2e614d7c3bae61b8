"""Trying a release on stored inputs, against jobs in memory."""

import json
from types import SimpleNamespace

import pytest

from program_runtime.errors import RuntimeJobNotFound
from toolkit.errors import CanaryError
from toolkit.publish import stored_jobs, try_release

OLD, NEW = "sha256:old", "sha256:new"


class Jobs:
    """Jobs of two releases; the new one answers with what is said beforehand."""

    def __init__(self):
        self.held, self.texts, self.answers = [], {}, {}
        self.submitted, self.blobs = [], []
        self.outcomes = []

    def add(self, inputs, *, status="Completed", result=None, **fields):
        job_id = f"job_{len(self.held)}"
        job = {
            "id": job_id,
            "user": "u_a",
            "program": {"id": "vqe", "version": "1.0.0", "digest": OLD},
            "backend": "aer_simulator",
            "state": {"status": status},
            "failure": {"code": "program_error"} if status == "Failed" else None,
            "options": {"seed": 7},
            "tags": [],
            **fields,
        }
        self.held.insert(0, job)
        if inputs is not None:
            self.texts[job_id] = inputs
        self.answers[job_id] = json.dumps(result)
        return job_id

    def jobs(self, *, limit, offset, program, pending):
        assert (program, pending) == ("vqe", False)
        page = self.held[offset : offset + min(limit, 2)]
        return {"jobs": page, "count": len(self.held)}

    def inputs(self, job_id):
        if job_id not in self.texts:
            raise RuntimeJobNotFound("There is no such job.", status=404)
        return self.texts[job_id]

    def put_blob(self, content):
        self.blobs.append(content)
        return "sha256:blob"

    def submit_job(self, body, *, idempotency_key):
        assert idempotency_key
        self.submitted.append(body)
        status, result = self.outcomes[len(self.submitted) - 1]
        digest = {"program": {"id": "vqe", "version": "1.1.0", "digest": NEW}}
        return {"id": self.add("", status=status, result=result, **digest)}

    def job(self, job_id, *, wait_s):
        job = next(job for job in self.held if job["id"] == job_id)
        waited = job.setdefault("waited", 0)
        job["waited"] += 1
        if waited:
            return job
        return {**job, "state": {"status": "Running"}}

    def results(self, job_id):
        return SimpleNamespace(text=self.answers[job_id])


@pytest.fixture
def jobs():
    return Jobs()


def find(jobs, count):
    return stored_jobs(jobs, program="vqe", digest=OLD, user="u_a", count=count)


def trials(jobs, *outcomes, tolerance=0.0):
    jobs.outcomes = outcomes
    found = try_release(jobs, "vqe@1.1.0", find(jobs, len(outcomes)))
    return [
        (
            trial.statuses,
            [(r.name, r.one, r.other) for r in trial.differences(tolerance)],
        )
        for trial in found
    ]


def test_the_newest_jobs_of_the_release_are_taken_each_with_other_inputs(jobs):
    first = jobs.add('{"n": 1}')
    jobs.add('{"n": 2}')
    last = jobs.add('{"n": 2}')
    failed = jobs.add('{"n": 3}', status="Failed")
    jobs.add('{"n": 4}', status="Cancelled")
    found = find(jobs, 3)
    assert [each.job["id"] for each in found] == [failed, last, first]
    assert found[1].inputs == '{"n": 2}'


def test_nobody_elses_inputs_are_used(jobs):
    jobs.add('{"n": 1}', user="u_b")
    jobs.add(
        '{"n": 2}', program={"id": "vqe", "version": "0.9.0", "digest": "sha256:9"}
    )
    with pytest.raises(CanaryError) as caught:
        find(jobs, 1)
    assert caught.value.message == (
        "1 input is asked for, and you have no job of the current release whose inputs "
        "are still there."
    )
    assert caught.value.hint == (
        "Run it on the inputs that matter first: qrt submit vqe"
    )


def test_inputs_that_were_deleted_are_said_to_be(jobs):
    gone = jobs.add(None)
    jobs.add('{"n": 1}')
    with pytest.raises(CanaryError) as caught:
        find(jobs, 2)
    assert caught.value.message == (
        "2 different inputs are asked for, and you have 1 job of the current release "
        f"whose inputs are still there; the inputs of {gone} were deleted."
    )
    assert caught.value.hint == (
        "Publish with --canary 1, or run it on the inputs that matter first: "
        "qrt submit vqe"
    )


def test_a_deleted_job_is_passed_over_where_others_are_enough(jobs):
    kept = jobs.add('{"n": 1}')
    jobs.add(None)
    assert [each.job["id"] for each in find(jobs, 1)] == [kept]


def test_a_job_is_run_again_with_its_options_and_its_seed(jobs):
    job_id = jobs.add(
        '{"n": 1}', backend="fake_lima", options={"seed": 7, "shots": 100, "image": "x"}
    )
    trials(jobs, ("Completed", 1))
    assert jobs.submitted == [
        {
            "program_id": "vqe@1.1.0",
            "backend": "fake_lima",
            "seed": 7,
            "shots": 100,
            "image": "x",
            "inputs": '{"n": 1}',
            "tags": ["canary", f"canary-of:{job_id}"],
        }
    ]


def test_large_inputs_are_stored_first(jobs):
    jobs.add(json.dumps({"n": "x" * 70_000}))
    trials(jobs, ("Completed", None))
    assert jobs.submitted[0]["inputs_digest"] == "sha256:blob"
    assert len(jobs.blobs[0]) > 70_000


def test_results_are_compared_number_by_number(jobs):
    jobs.add("1", result={"energy": -1.5, "steps": [1, 2], "note": "a", "old": 1})
    new = {"energy": -1.25, "steps": [1, 3], "note": "b", "new": 1}
    assert trials(jobs, ("Completed", new)) == [
        (
            ("Completed", "Completed"),
            [
                ("result.energy", -1.5, -1.25),
                ("result.steps[1]", 2, 3),
                ("result.note", "a", "b"),
                ("result.old", 1, "(not there)"),
                ("result.new", "(not there)", 1),
            ],
        )
    ]


def test_a_tolerance_is_a_part_of_the_greater_number(jobs):
    jobs.add("1", result={"energy": -1.0, "other": 10.0})
    new = {"energy": -1.01, "other": 10.2}
    assert trials(jobs, ("Completed", new), tolerance=0.01) == [
        (("Completed", "Completed"), [("result.other", 10.0, 10.2)])
    ]


def test_a_job_that_fails_now_breaks(jobs):
    jobs.add("1", result=1)
    jobs.add("2", status="Failed")
    jobs.add("3", result=5)
    jobs.outcomes = [("Completed", 5), ("Completed", 2), ("Failed", None)]
    done = []
    found = try_release(
        jobs, "vqe@1.1.0", find(jobs, 3), on_progress=lambda *at: done.append(at)
    )
    assert [trial.statuses for trial in found] == [
        ("Completed", "Completed"),
        ("Failed: program_error", "Completed"),
        ("Completed", "Failed: program_error"),
    ]
    assert [trial.breaks for trial in found] == [False, False, True]
    assert [trial.is_same() for trial in found] == [True, False, False]
    assert done == [(1, 3), (2, 3), (3, 3)]


def test_a_result_in_the_programs_own_encoding_is_compared_as_text(jobs):
    job_id = jobs.add("1")
    jobs.answers[job_id] = "no json"
    assert trials(jobs, ("Completed", 1)) == [
        (("Completed", "Completed"), [("result", "no json", 1)])
    ]
