"""``qrt publish``: what it says, asks and sends, with a plan of any verdict."""

import click
import pytest
from unit.toolkit.cli import json_forms

from program_runtime.bundle import BundleInfo
from toolkit import publish as publishing
from toolkit.checks import Finding, Severity
from toolkit.cli import _service
from toolkit.errors import ConflictError
from toolkit.publish import PublishPlan, Verdict

DIGEST = "sha256:0"


@pytest.fixture
def project(make_project, monkeypatch, here):
    root = make_project()
    monkeypatch.chdir(root)
    return root


@pytest.fixture
def plans(project, api, monkeypatch):
    """Let the plan have a verdict, and publishing succeed or be refused."""
    seen = {"sent": []}
    finding = Finding(
        severity=Severity.WARNING,
        code="QRT1",
        message="m",
        hint=None,
        path="a.py",
        line=1,
    )

    def plan_publish(project, api, **options):
        seen.update(options)
        verdict = seen.get("verdict", Verdict.NEW)
        if verdict is Verdict.NOT_AUTHORISED:
            return PublishPlan(project=project, verdict=verdict, message="Who are you?")
        return PublishPlan(
            project=project,
            verdict=verdict,
            message="It would be published.",
            user="u_a",
            findings=(finding,),
            bundle=BundleInfo(
                path=project.root / "x.zip",
                digest=DIGEST,
                size=5,
                files=("program.py",),
            ),
        )

    def publish(plan, api, *, hold, on_progress):
        seen["held"] = hold
        if not plan.allowed:
            raise ConflictError(plan.message, hint="Raise the version.")
        for sent in (2, 5):
            on_progress(sent, 5)
        seen["sent"].append(plan.verdict)
        return publishing.Published(
            program="hello",
            version="1.0.0",
            digest=DIGEST,
            created=True,
            labels=(),
            visibility=None,
        )

    monkeypatch.setattr(publishing, "plan_publish", plan_publish, raising=False)
    monkeypatch.setattr(publishing, "publish", publish, raising=False)
    return seen


def test_publishing_says_each_step(qrt, plans, project):
    told = qrt("publish", "--public", "--label", "stable", "--strict")
    assert told.stdout == "hello@1.0.0\n"
    assert told.stderr.splitlines() == [
        "a.py:1: warning QRT1 m",
        "as u_a; current release: none",
        "bundle: 1 files, 5 bytes, sha256:0",
        "verified sha256:0; run it with: qrt submit hello",
    ]
    assert (plans["visibility"], plans["labels"]) == ("public", ("stable",))
    assert plans["strict"] is True
    assert plans["out_dir"] == project / "dist"
    json_forms.check("publish", qrt("publish", "--json").json)


def test_a_dry_run_sends_nothing(qrt, plans):
    assert qrt("publish", "--dry-run").stdout == "It would be published.\n"
    answer = qrt("publish", "--dry-run", "--json").json
    assert json_forms.check("publish --dry-run", answer)["verdict"] == "new"
    assert plans["sent"] == []


def test_a_plan_that_ended_early_has_less_to_say(qrt, plans):
    plans["verdict"] = Verdict.NOT_AUTHORISED
    told = qrt("publish", code=6)
    assert told.stderr == "error: Who are you?\nhint: Raise the version.\n"


@pytest.mark.parametrize("words", [(), ("--dry-run",)])
def test_what_stands_in_the_way_is_an_error_dry_or_not(qrt, plans, words):
    plans["verdict"] = Verdict.CONFLICT
    told = qrt("publish", *words, "--json", code=6)
    error = json_forms.check_error(told.json)
    assert (error["code"], error["hint"]) == ("conflict", "Raise the version.")


@pytest.mark.parametrize(
    ("answer", "words", "verdict", "asked", "code"),
    [
        (True, (), Verdict.NEW, 1, 0),
        (False, (), Verdict.NEW, 1, 1),
        (False, ("--yes",), Verdict.NEW, 0, 0),
        (False, (), Verdict.UNCHANGED, 0, 0),
    ],
)
def test_a_person_is_asked_before_something_new_is_published(
    *, qrt, plans, monkeypatch, answer, words, verdict, asked, code
):
    questions = []
    plans["verdict"] = verdict
    monkeypatch.setattr("toolkit.cli._output.Output.asks", True)
    monkeypatch.setattr(
        click, "confirm", lambda text, **_: questions.append(text) or answer
    )
    told = qrt("publish", *words, code=code)
    assert questions == ["Publish?"] * asked
    assert ("Nothing was published." in told.stderr) == (code == 1)


def test_a_terminal_gets_a_progress_bar(qrt, plans, monkeypatch):
    monkeypatch.setattr("toolkit.cli._output.Output.live", True)
    drawn = []

    class Bar:
        task_ids = (0,)

        def __init__(self, *, console, transient):
            drawn.append(console.stderr)

        def start(self):
            drawn.append("start")

        def add_task(self, text, *, total):
            drawn.append(total)

        def update(self, task, *, completed):
            drawn.append(completed)

        def stop(self):
            drawn.append("stop")

    monkeypatch.setattr("rich.progress.Progress", Bar)
    qrt("publish")
    assert drawn == [True, "start", 5, 2, 5, "stop"]


def test_the_project_that_is_published_chooses_the_service(qrt, plans, monkeypatch):
    chosen = []
    connect = _service.connect
    monkeypatch.setattr(
        _service,
        "connect",
        lambda out, project=None: chosen.append(project) or connect(out, project),
    )
    qrt("publish")
    assert chosen == [{}]
