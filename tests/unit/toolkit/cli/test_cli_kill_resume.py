"""``qrt test --kill-resume``: what is said of each kill, and how it ends."""

from types import SimpleNamespace

import pytest
from unit.toolkit.cli import json_forms

from program_runtime import execution
from program_runtime.errors import BadInputsError, Problem
from toolkit.harness import HarnessRun, ParityReport, interruption
from toolkit.harness.interruption import NO_CHECKPOINT, NOT_RESUMED, Interruption, Trial

REPORT = ParityReport(findings=(), measures=(), interim_examined=0, interim_total=0)
FINDING = NOT_RESUMED.finding("Something else.", path="metric 4", hint="Save more.")
FINE = Interruption(after="metric 3", checkpoint=2, killed=True, finding=None)
LATE = Interruption(after="metric 5", checkpoint=4, killed=False, finding=None)
BAD = Interruption(after="metric 3", checkpoint=2, killed=True, finding=FINDING)


@pytest.fixture
def trial(make_project, monkeypatch, here):
    """A trial that plays back what is wanted."""
    monkeypatch.chdir(make_project())
    made = SimpleNamespace(
        seen=None, seeds=[], kills=[FINE, LATE], findings=(), code=None, error=None
    )

    def kill_and_resume(project, inputs, *, seed, kills, on_interruption, **options):
        made.seen = (project.metadata.name, dict(inputs), kills, options)
        made.seeds.append(seed)
        if made.error is not None:
            raise made.error
        for each in made.kills:
            on_interruption(each)
        status = execution.JobStatus.FAILED if made.code else "Completed"
        outcome = execution.Outcome(
            status=execution.JobStatus(status),
            code=made.code,
            message="It broke." if made.code else None,
            traceback=None,
            usage=execution.Usage(wall_s=0.5, cpu_s=0.1, peak_memory_bytes=1),
        )
        return Trial(
            undisturbed=HarnessRun(outcome=outcome, events=(), report=REPORT),
            interruptions=tuple(made.kills),
            findings=tuple(made.findings),
        )

    monkeypatch.setattr(interruption, "kill_and_resume", kill_and_resume)
    return made


def test_each_kill_is_told_with_what_came_of_it(qrt, trial):
    told = qrt("test", "--kill-resume", "--seed", 4, "--sample", "short")
    assert told.stdout == ""
    assert told.stderr == (
        "running hello 1.0.0 on aer_simulator with inputs/short.json\n"
        "killed after metric 3, resumed from checkpoint 2: the same from there on\n"
        "ended before the kill after metric 5, resumed from checkpoint 4: the same from "
        "there on\n"
    )
    settings = {"backend": "aer_simulator", "shots": None, "max_time_s": None}
    assert trial.seen == ("hello", {"text": "abc"}, 3, {**settings, "level": "auto"})
    assert trial.seeds == [4]


def test_without_a_seed_one_is_drawn_and_said(qrt, trial):
    told = qrt("test", ".", "--kill-resume", 7)
    assert f"with the seed {trial.seeds[0]}\n" in told.stderr
    assert trial.seen[2] == 7


def test_a_difference_ends_with_3_and_says_what_to_save(qrt, trial):
    trial.kills, trial.findings = [BAD], [FINDING]
    told = qrt("test", "--kill-resume", code=3)
    assert told.stderr.endswith(
        "killed after metric 3, resumed from checkpoint 2:\n"
        "  QRT508 metric 4: Something else.\n"
        "      Save more.\n"
    )


def test_no_checkpoint_ends_with_3_and_says_what_to_call(qrt, trial):
    trial.kills = []
    trial.findings = [
        NO_CHECKPOINT.finding("None.", path="program.py", hint="Call it.")
    ]
    told = qrt("test", "--kill-resume", code=3)
    assert told.stderr.endswith("error: QRT509: None.\nhint: Call it.\n")


def test_a_program_that_fails_by_itself_ends_as_its_run_would(qrt, trial):
    trial.kills, trial.code = [], "program_error"
    told = qrt("test", "--kill-resume", code=1)
    assert "The program fails without being killed.\n" in told.stderr
    assert told.stderr.endswith("error: program_error: It broke.\n")


def test_as_json(qrt, trial):
    trial.kills, trial.findings = [FINE, BAD], [FINDING]
    answer = qrt("test", "--kill-resume", "--seed", 4, "--json", code=3).json
    json_forms.check("test --kill-resume", answer)
    assert not answer["ok"]
    assert answer["seed"] == 4
    assert [kill["ok"] for kill in answer["kills"]] == [True, False]
    assert answer["findings"][0]["path"] == "metric 4"
    trial.kills, trial.code = [], "program_error"
    answer = qrt("test", "--kill-resume", "--json", code=1).json
    json_forms.check("test --kill-resume", answer)
    assert answer["failure"]["code"] == "program_error"


def test_inputs_that_do_not_fit_are_told_as_by_qrt_run(qrt, trial):
    trial.error = BadInputsError("x", problems=[Problem(path="text", message="no")])
    told = qrt("test", "--kill-resume", "-i", "text=3", code=3)
    assert "error: The inputs do not fit the program.\n  text: " in told.stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ["--kill-resume", "hello"],
            "'hello' is no number of kills; write DIRECTORY before the option.",
        ),
        (["--kill-resume", "0"], "0 is less than one kill."),
        (
            ["--kill-resume", "--", "-x"],
            "--kill-resume runs no pytest for words after --.",
        ),
        (
            ["-i", "text=a", "--seed", "3"],
            "-i, --seed has no effect on the project's tests; it goes with",
        ),
    ],
    ids=["folder", "none", "pytest", "alone"],
)
def test_words_that_do_not_go_together_are_refused(qrt, trial, words, message):
    assert message in qrt("test", *words, code=2).stderr
