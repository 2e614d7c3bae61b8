"""``qrt run --watch``: what is said at each save, and what ends."""

import threading

import pytest
from unit.toolkit.cli import json_forms
from unit.toolkit.cli.fake_service import event

from program_runtime import execution
from toolkit import harness
from toolkit.cli import _terminal
from toolkit.harness import HarnessRun, ParityReport
from toolkit.harness import watch as watches

PATIENCE_S = 10
REPORT = ParityReport(findings=(), measures=(), interim_examined=0, interim_total=0)


class FakeHarness:
    """Runs until it is told to end, or for no time at all."""

    def __init__(self, bench, level):
        self.bench, self.level, self.cancelled = bench, level, threading.Event()
        bench.harnesses.append(self)

    def start(self):
        pass

    def cancel(self):
        self.cancelled.set()

    def close(self):
        self.bench.closed += 1


class Bench:
    """A harness, and a person who saves."""

    def __init__(self):
        self.harnesses, self.closed, self.runs, self.saves = [], 0, 0, []
        self.endless, self.begun, self.ended = set(), threading.Event(), None

    def run_project(self, project, inputs, *, on_event, harness, **options):
        self.runs += 1
        number = self.runs
        on_event(
            event(1, "interim", f'{{"run": {number}, "text": "{inputs["text"]}"}}')
        )
        if number in self.endless:
            self.begun.set()
            assert harness.cancelled.wait(PATIENCE_S)
            try:
                on_event(event(2, "log", "too late\n"))
            except Exception:
                self.ended = number
                raise
        outcome = execution.Outcome(
            status=execution.JobStatus.COMPLETED,
            usage=execution.Usage(wall_s=0.5, cpu_s=0.1, peak_memory_bytes=1),
        )
        events = (event(3, "result", str(number)),)
        return HarnessRun(outcome=outcome, events=events, report=REPORT)

    def wait(self):
        """Let the run end or begin, then save, or press Ctrl-C."""
        for thread in threading.enumerate():
            if thread.name == "qrt-watched-run":
                if self.runs in self.endless or not self.runs:
                    assert self.begun.wait(PATIENCE_S)
                    self.begun.clear()
                else:
                    thread.join(PATIENCE_S)
        if not self.saves:
            raise KeyboardInterrupt
        return self.saves.pop(0)()


@pytest.fixture
def bench(monkeypatch):
    bench = Bench()

    class ScriptedWatch:
        def __init__(self, root, others, *, written):
            bench.others = [path.name for path in others]
            bench.written = [path.name for path in written]

        wait = staticmethod(bench.wait)

    monkeypatch.setattr(watches, "Watch", ScriptedWatch)
    monkeypatch.setattr(harness, "run_project", bench.run_project, raising=False)
    monkeypatch.setattr(
        harness,
        "Harness",
        lambda *, level, pool_size: FakeHarness(bench, level),
        raising=False,
    )
    return bench


@pytest.fixture
def project(make_project, monkeypatch, here):
    root = make_project()
    monkeypatch.chdir(root)
    return root


def test_every_save_is_a_run_until_ctrl_c(qrt, project, bench):
    bench.saves = [lambda: ["inputs/short.json", "program.py"]]
    told = qrt("run", "--watch", code=130)
    assert told.stdout == "1\n2\n"
    running = "running hello 1.0.0 on aer_simulator with inputs/short.json\n"
    ended = "Completed in 0.50 s\nparity: the inputs arrive unchanged; the result can "
    ended += "be decoded and fits its schema\n"
    assert told.stderr == (
        f"watching {project}; Ctrl-C ends it\n"
        f"{running}   1  run 1  text abc\n{ended}"
        "saved inputs/short.json, program.py: run 2\n"
        f"{running}   1  run 2  text abc\n{ended}"
        "Interrupted; nothing is watched any more.\n"
    )
    assert len(bench.harnesses) == bench.closed == 1


def test_what_was_saved_is_read_again(qrt, project, bench):
    def save():
        (project / "inputs/short.json").write_text('{"text": "later"}')
        return ["inputs/short.json"]

    bench.saves = [save]
    assert "run 2  text later\n" in qrt("run", "--watch", code=130).stderr


def test_a_syntax_error_is_shown_and_the_next_save_mends_it(qrt, project, bench):
    good = (project / "program.py").read_text()

    def save(text):
        (project / "program.py").write_text(text)
        return ["program.py"]

    bench.saves = [lambda: save("def main(:\n"), lambda: save(good)]
    told = qrt("run", "--watch", code=130)
    assert "  program.py:1: invalid syntax\n" in told.stderr
    assert "saved program.py: run 3\nrunning hello" in told.stderr
    assert told.stdout == "1\n2\n"


def test_a_project_that_is_wrong_at_first_is_watched_too(qrt, project, bench):
    whole = (project / "program.json").read_text()
    (project / "program.json").unlink()

    def save():
        (project / "program.json").write_text(whole)
        return ["program.json"]

    bench.saves = [save]
    told = qrt("run", "--watch", code=130)
    assert "error: " in told.stderr.split("saved program.json: run 2\n")[0]
    assert told.stdout == "1\n"


def test_a_save_ends_the_run_under_way_which_says_no_more(qrt, project, bench):
    bench.endless = {1}
    bench.saves = [lambda: ["program.py"]]
    told = qrt("run", "--watch", code=130)
    assert "run 1  text abc\nCancelled\nsaved program.py: run 2\n" in told.stderr
    assert told.stdout == "2\n"
    assert "too late" not in told.stderr


def test_a_run_that_was_dropped_too_early_to_be_cancelled_ends_at_its_next_event(
    qrt, project, bench
):
    # The harness cancels what is under way; whatever ``on_event`` raises ends a run.
    bench.endless = {1}
    bench.saves = [lambda: ["program.py"]]
    told = qrt("run", "--watch", code=130)
    assert bench.ended == 1
    assert "error" not in told.stderr


def test_the_curve_of_the_run_before_stays_on_the_screen(
    qrt, project, bench, monkeypatch
):
    monkeypatch.setattr(_terminal, "is_smart", lambda _: True)
    monkeypatch.delenv("CI", raising=False)
    bench.endless = {1}
    bench.saves = [lambda: ["program.py"]]
    told = qrt("run", "--watch", "--plot", "run", code=130)
    first, second = told.stderr.split("saved program.py: run 2\n")
    assert "run 1.000000" in first
    assert "(1 value)\nCancelled\n" in first
    assert "run 2.000000" in second
    assert "\x1b[A" not in told.stderr
    assert "\x1b[2J" not in told.stderr


def test_as_json_every_run_begins_with_its_number(qrt, project, bench):
    bench.endless = {1}
    bench.saves = [
        lambda: ["program.py"],
        lambda: [(project / "program.py").write_text("("), "program.py"][1:],
    ]
    lines = qrt("run", "--watch", "--json", code=130).lines
    json_forms.check_stream("run --watch", lines)
    begun = [line for line in lines if line.get("type") == "run"]
    assert begun == [
        {"type": "run", "number": 1, "saved": []},
        {"type": "run", "number": 2, "saved": ["program.py"]},
        {"type": "run", "number": 3, "saved": ["program.py"]},
    ]
    ends = [line for line in lines if line.get("type") == "outcome"]
    assert [end["status"] for end in ends] == ["Cancelled", "Completed"]
    json_forms.check_error(lines[-2])
    assert json_forms.check_error(lines[-1])["code"] == "interrupted"


def test_another_isolation_gets_another_harness(qrt, project, bench):
    def save():
        (project / "pyproject.toml").write_text("[tool.qrt]\nisolation = 'none'\n")
        return ["pyproject.toml"]

    bench.saves = [save]
    qrt("run", "--watch", code=130)
    assert [each.level for each in bench.harnesses] == ["auto", "none"]
    assert bench.closed == 2


def test_files_of_inputs_are_watched(qrt, project, bench):
    (project / "mine.json").write_text('{"text": "x"}')
    qrt("run", "--watch", "-i", "@mine.json", "-i", "times=@n.json", code=130)
    assert bench.others == ["mine.json", "n.json"]
    assert bench.written == []


def test_the_result_that_a_run_saves_is_no_save(qrt, project, bench):
    qrt("run", "--watch", "--save", "result.json", code=130)
    assert bench.written == ["result.json"]
    assert (project / "result.json").read_text() == "1"


def test_what_can_be_done_only_once_is_refused_all_at_once(qrt, project, bench):
    words = ("--strict", "--twice", "-i", "text=@-")
    told = qrt("run", "--watch", *words, code=2)
    assert (
        "error: --watch runs again and again, which does not go with --strict, "
        "--twice, -i @-.\n"
    ) in told.stderr
