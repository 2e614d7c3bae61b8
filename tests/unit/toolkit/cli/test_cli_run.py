"""``qrt run``: which inputs, which settings, what is said and printed."""

import json
from types import SimpleNamespace

import pytest
from unit.toolkit.cli import json_forms
from unit.toolkit.cli.fake_service import event

from program_runtime import execution
from program_runtime.errors import BadInputsError, Problem
from toolkit import harness
from toolkit.harness import HarnessRun, ParityReport
from toolkit.harness.parity import Measure

RESULT = '{"length": 3}'
TOO_LARGE = Problem(path="inputs", message="too large")


@pytest.fixture
def project(make_project, monkeypatch, here):
    root = make_project()
    monkeypatch.chdir(root)
    return root


@pytest.fixture
def runs(monkeypatch):
    """A harness that runs nothing; it remembers and plays back."""
    made = SimpleNamespace(
        seen=None,
        events=[
            event(1, "interim", '{"step": 0}'),
            event(2, "log", "hi\n"),
            event(3, "result", RESULT),
        ],
        status=execution.JobStatus.COMPLETED,
        failure=(None, None, None),
        findings=(),
        error=None,
        total=None,
    )

    def run_project(project, inputs, *, on_event, **options):
        made.seen = (dict(inputs), options)
        for item in made.events if on_event is not None else ():
            on_event(item)
        if made.error is not None:
            raise made.error
        code, message, traceback = made.failure
        interim = sum(item.type == "interim" for item in made.events)
        return HarnessRun(
            outcome=execution.Outcome(
                status=made.status,
                code=code,
                message=message,
                traceback=traceback,
                usage=execution.Usage(wall_s=0.5, cpu_s=0.1, peak_memory_bytes=2**20),
            ),
            events=tuple(made.events),
            report=ParityReport(
                findings=made.findings,
                measures=(
                    Measure(name="time", value=0.5, limit=60, unit="s"),
                    Measure(name="result", value=900, limit=2048, unit="bytes"),
                    Measure(name="logs", value=0, limit=10, unit="bytes"),
                    Measure(name="peak memory", value=2**20, limit=None, unit="bytes"),
                    Measure(name="all", value=2**30, limit=2**31, unit="bytes"),
                ),
                interim_examined=interim,
                interim_total=made.total or interim,
            ),
        )

    monkeypatch.setattr(harness, "run_project", run_project, raising=False)
    return made


def test_the_only_sample_is_what_runs(qrt, project, runs):
    told = qrt("run")
    assert told.stdout == f"{RESULT}\n"
    assert told.stderr == (
        "running hello 1.0.0 on aer_simulator with inputs/short.json\n"
        "   1  step 0\n"
        "log: hi\n"
        "Completed in 0.50 s\n"
        "parity: the inputs arrive unchanged; the result and 1 interim result can be "
        "decoded and fit their schemas\n"
        "parity: time 0.5 s of 60 s, result 900 B of 2 KiB, peak memory 1 MiB, "
        "all 1 GiB of 2 GiB\n"
    )
    assert runs.seen[0] == {"text": "abc"}


def test_single_inputs_change_the_only_sample_and_that_is_said(qrt, project, runs):
    told = qrt("run", "-i", "times=5")
    assert runs.seen[0] == {"text": "abc", "times": 5}
    assert "with inputs/short.json, times from the command line\n" in told.stderr


def test_a_whole_file_of_inputs_stands_in_place_of_the_sample(qrt, project, runs):
    (project / "mine.json").write_text('{"text": "x"}')
    told = qrt("run", "-i", "@mine.json", "-i", "times=5")
    assert runs.seen[0] == {"text": "x", "times": 5}
    assert "with the inputs of the command line\n" in told.stderr
    qrt("run", "-i", "@-", stdin='{"text": "y"}')
    assert runs.seen[0] == {"text": "y"}


def test_a_sample_that_is_named_is_the_base_of_everything_else(qrt, project, runs):
    (project / "inputs/other.json").write_text('{"text": "o", "times": 1}')
    qrt("run", "--sample", "other", "-i", "times=2")
    assert runs.seen[0] == {"text": "o", "times": 2}
    told = qrt("run", "--sample", "otter", code=2)
    assert "hint: Did you mean 'other'?\n" in told.stderr


def test_a_project_without_samples_runs_without_inputs(qrt, project, runs):
    (project / "inputs/short.json").unlink()
    assert "with no inputs\n" in qrt("run").stderr
    told = qrt("run", "--sample", "x", code=2)
    assert "hint: There are none.\n" in told.stderr


def test_with_several_samples_missing_inputs_name_them(qrt, project, runs):
    (project / "inputs/other.json").write_text("{}")
    runs.error = BadInputsError("The inputs do not fit hello:")
    told = qrt("run", "-i", "time=5", code=3)
    assert told.stderr.splitlines()[-4:] == [
        "error: The inputs do not fit the program.",
        "  text: is required",
        "  time: is not a parameter of this program (did you mean 'times'?)",
        "hint: Say --sample NAME with one of: other, short.",
    ]


def test_with_one_sample_its_name_is_the_hint(qrt, project, runs):
    runs.error = BadInputsError("The inputs do not fit hello:")
    told = qrt("run", "-i", "@-", stdin="{}", code=3)
    assert told.stderr.endswith("  text: is required\nhint: Say --sample short.\n")


def test_what_only_the_harness_knows_of_the_inputs_is_said(qrt, project, runs):
    runs.error = BadInputsError("Too large:", problems=[TOO_LARGE], hint="Less.")
    told = qrt("run", "--json", code=3)
    error = json_forms.check_error(told.lines[-1])
    assert error["findings"] == [{"path": "inputs", "message": "too large"}]
    assert error["hint"] == "Less."


def test_settings_of_the_project_reach_the_harness(qrt, project, runs, monkeypatch):
    settings = "[tool.qrt]\nshots = 10\nseed = 4\nmax-time = 7.5\nisolation = 'none'\n"
    (project / "pyproject.toml").write_text(settings)
    monkeypatch.setenv("QRT_SEED", "5")
    qrt("run", "--shots", 20)
    assert runs.seen[1] == {
        "backend": "aer_simulator",
        "shots": 20,
        "seed": 5,
        "max_time_s": 7.5,
        "level": "none",
        "harness": None,
        "broker": None,
    }


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--backend", "aer_simulato"), 5, "hint: Did you mean 'aer_simulator'?"),
        (("--isolation", "storng"), 2, "'storng' is not one of 'auto', 'strong'"),
        (("--shots", "0"), 2, "0 is not in the range"),
        (("--max-time", "0"), 2, "0.0 is not in the range"),
        (("--save", "no/r.json"), 2, "does not exist."),
    ],
)
def test_what_can_not_be_is_refused_before_anything_runs(
    *, qrt, project, runs, words, code, said
):
    assert said in qrt("run", *words, code=code).stderr
    assert runs.seen is None


def test_a_folder_without_a_project_says_how_to_make_one(qrt, here):
    told = qrt("run", "--json", code=3)
    error = json_forms.check_error(told.json)
    assert error["hint"] == "Make a project with `qrt new DIR`, or name its folder."


def test_the_result_can_go_into_a_file(qrt, project, runs):
    told = qrt("run", "--save", "r.json")
    assert told.stdout == ""
    assert "result written to r.json\n" in told.stderr
    assert (project / "r.json").read_text() == RESULT


def test_as_json_every_event_and_the_outcome_with_its_report(qrt, project, runs):
    lines = json_forms.check_stream("run", qrt("run", "--json").lines)
    assert [line["type"] for line in lines] == ["interim", "log", "result", "outcome"]
    assert lines[-1]["report"]["measures"][0] == {
        "name": "time", "value": 0.5, "limit": 60, "unit": "s",
    }  # fmt: skip


def test_a_failure_ends_with_1_and_the_authors_frames(qrt, project, runs):
    del runs.events[2]
    runs.status = execution.JobStatus.FAILED
    runs.failure = ("program_error", "ZeroDivisionError: x", "Traceback\n  program.py")
    told = qrt("run", code=1)
    assert told.stdout == ""
    assert told.stderr.endswith(
        "error: program_error: ZeroDivisionError: x\n  Traceback\n    program.py\n"
        "  inputs: text abc\n"
    )
    assert "unchanged; 1 interim result can be decoded and fit" in told.stderr
    told = qrt("run", "--json", code=1)
    assert json_forms.check_stream("run", told.lines)[-1]["failure"] == {
        "code": "program_error",
        "message": "ZeroDivisionError: x",
        "traceback": "Traceback\n  program.py",
    }


def test_a_run_can_be_repeated_with_one_seed(qrt, project, runs):
    told = qrt("run", "--twice", "--seed", 7)
    assert runs.seen[1]["seed"] == 7
    assert told.stdout == f"{RESULT}\n"
    assert "parity: a second run with the same seed said the same\n" in told.stderr
    told = qrt("run", "--twice")
    assert f"with the seed {runs.seen[1]['seed']}\n" in told.stderr


def test_what_differs_in_the_second_run_is_a_finding(qrt, project, runs, monkeypatch):
    texts = iter(['{"length": 3}', '{"length": 4}'] * 2)
    play = harness.run_project

    def differing(*words, **options):
        runs.events[-1] = event(3, "result", next(texts))
        return play(*words, **options)

    monkeypatch.setattr(harness, "run_project", differing)
    told = qrt("run", "--twice", "--seed", 7)
    assert "parity: QRT507 result['length']: The second run" in told.stderr
    qrt("run", "--twice", "--seed", 7, "--strict", code=3)


def test_ctrl_c_says_that_the_run_is_over(qrt, project, runs):
    runs.error = KeyboardInterrupt()
    assert qrt("run", code=130).stderr.endswith("Interrupted; the run was cancelled.\n")
    error = json_forms.check_error(qrt("run", "--json", code=130).lines[-1])
    assert error["code"] == "interrupted"


def test_findings_of_the_report_fail_when_strict(qrt, project, runs):
    from toolkit.harness.parity import MESSAGE_CHANGED, RESULT_SCHEMA

    runs.findings = (
        MESSAGE_CHANGED.finding("A tuple arrives as a list.", path="result"),
        RESULT_SCHEMA.finding("is too long", path="result.length", hint="Cut it."),
    )
    told = qrt("run")
    assert "parity: QRT502 result: A tuple arrives as a list.\n" in told.stderr
    assert "parity: QRT505 result.length: is too long\n    Cut it.\n" in told.stderr
    assert "unchanged" not in told.stderr
    assert qrt("run", "--strict", code=3).stdout == f"{RESULT}\n"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda spec, runs: spec.pop("interim_results"), "can be decoded\n"),
        (lambda spec, runs: runs.events.pop(0), "; the result can be decoded and fits"),
        (lambda spec, runs: runs.events.clear(), "the inputs arrive unchanged\n"),
        (
            lambda spec, runs: setattr(runs, "total", 2000),
            "the result and the first 1 of 2000 interim results can be decoded and fit",
        ),
    ],
)
def test_the_parity_line_says_what_was_looked_at(
    *, qrt, project, runs, metadata, change, said
):
    change(metadata["spec"], runs)
    (project / "program.json").write_text(json.dumps(metadata))
    assert said in qrt("run").stderr


def test_events_come_through_the_network_that_was_asked_for(qrt, project, runs):
    runs.events.append(event(4, "status", '{"status": "Completed"}'))
    told = qrt("run", "--faults", "drop, disconnect", "--seed", 4)
    assert told.stdout == f"{RESULT}\n"
    assert "   1  step 0\nlog: hi\n" in told.stderr
    assert "; all 4 events arrived once, in order\n" in told.stderr
    lines = qrt("run", "--faults", "duplicate", "--seed", 4, "--json").lines
    json_forms.check_stream("run", lines)
    assert [line["seq"] for line in lines[:-1]] == [1, 2, 3, 4]
    assert lines[-1]["faults"]["ok"]
    assert lines[-1]["faults"]["connections"] == 1


def test_the_seed_of_faults_is_drawn_and_said(qrt, project, runs):
    told = qrt("run", "--faults", "slow")
    assert f"with the seed {runs.seen[1]['seed']}\n" in told.stderr


def test_faults_that_are_none_are_all_told(qrt, project, runs):
    error = json_forms.check_error(
        qrt("run", "--faults", "dorp,rain", "--json", code=2).json
    )
    assert error["message"] == "--faults: These are no faults:"
    assert [each["path"] for each in error["findings"]] == ["dorp", "rain"]
    assert runs.seen is None


def test_an_event_that_is_lost_would_be_a_defect(qrt, project, runs):
    # Events of a job are numbered without gaps; these are not.
    runs.events[1] = event(5, "log", "hi\n")
    told = qrt("run", "--faults", "slow", "--seed", 4, code=70)
    assert "error: arrived: " in told.stderr


def test_a_simulated_day_is_told_at_the_end(qrt, project, runs):
    told = qrt("run", "--simulate", "queue=30s,ttl=5m,drift=0.02,max_time=60s")
    options = runs.seen[1]
    assert type(options["broker"]).__name__ == "SimulatedBroker"
    assert options["max_time_s"] == 60
    assert f"with the seed {options['seed']}\n" in told.stderr
    assert (
        "simulated: 0 quantum calls, 0 s in the queue, 0 after the end of the session, "
        "readout error up to 0, 0 s on the simulated clock\n"
    ) in told.stderr
    lines = qrt("run", "--simulate", "queue=90m", "--json").lines
    json_forms.check_stream("run", lines)
    assert lines[-1]["simulated"]["asked"] == {"queue": 5400}


def test_what_can_not_be_simulated_is_all_told(qrt, project, runs):
    told = qrt("run", "--simulate", "qeue=1,ttl=soon", code=2)
    assert told.stderr == (
        "error: --simulate: This can not be simulated:\n"
        "  qeue: did you mean 'queue'?\n"
        "  ttl: 'soon' is no duration above zero, such as 30s or 5m\n"
        "hint: For example: queue=30s,ttl=5m,drift=0.02,max_time=60s\n"
    )


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ["--simulate", "max_time=3s", "--max-time", "4"],
            "--max-time and max_time= of --simulate are the same.",
        ),
        (["--simulate", "queue=3s", "--twice"], "--simulate and --twice can not"),
        (["--simulate", "ttl=3s", "--watch"], "does not go with --simulate."),
        (["--faults", "slow", "--watch"], "does not go with --faults."),
    ],
    ids=["twice said", "two runs", "watch", "watched faults"],
)
def test_words_that_do_not_go_with_a_simulation(qrt, project, runs, words, message):
    assert message in qrt("run", *words, code=2).stderr
