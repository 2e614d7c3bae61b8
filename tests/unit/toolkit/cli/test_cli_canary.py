"""``qrt publish``'s comparison and canary, and what `qrt programs` does with releases."""

import dataclasses
import json
import sys

import click
import pytest
from unit.toolkit.cli import json_forms
from unit.toolkit.conftest import METADATA

from program_runtime.errors import BackendNotFoundError
from toolkit import publish as publishing
from toolkit.bundle.comparison import ReleaseContent, compare_releases
from toolkit.cli import _comparison
from toolkit.errors import CanaryError
from toolkit.project import load_project
from toolkit.provenance.comparison import Row
from toolkit.publish import Published, PublishPlan, Stored, Trial, Verdict


def content(version, *, source="one\n", **spec):
    from program_runtime.metadata import parse_metadata

    document = {**METADATA, "version": version, "spec": {**METADATA["spec"], **spec}}
    files = {"program.py": source.encode()}
    return ReleaseContent(metadata=parse_metadata(document), files=files)


def job(number, status="Completed", **fields):
    failure = {"code": "program_error"} if status == "Failed" else None
    return {
        "id": f"job_{number}",
        "backend": "aer_simulator",
        "state": {"status": status},
        "failure": failure,
        **fields,
    }


def trial(*rows, status="Completed"):
    return Trial(old=job(1), new=job(2, status), rows=tuple(rows))


CLOSER = Row(name="result.energy", one=-1.0, other=-1.25)


@pytest.fixture
def canary(make_project, api, monkeypatch, here):
    """A release to try: what its jobs do, and what was done about it."""
    root = make_project(metadata={**METADATA, "version": "1.1.0"})
    monkeypatch.chdir(root)
    seen = {"trials": [trial()], "done": [], "plan": {}}
    plan = PublishPlan(
        project=load_project(root),
        verdict=Verdict.NEW,
        message="It would be published.",
        user="u_a",
        base={"version": "1.0.0", "digest": "sha256:0"},
        current_version="1.0.0",
        comparison=compare_releases(content("1.0.0"), content("1.1.0", source="two\n")),
    )

    def stored_jobs(api, *, program, digest, user, count):
        seen["asked"] = (program, digest, user, count)
        if seen["trials"] is None:
            raise CanaryError("There are none.", hint="Run it.")
        return [Stored(job=each.old, inputs="{}") for each in seen["trials"]]

    def publish(plan, api, *, hold, on_progress):
        seen["done"].append("held" if hold else "published")
        return Published(
            program="hello",
            version="1.1.0",
            digest="sha256:1",
            created=True,
            labels=(),
            visibility=None,
        )

    def let_go(plan, api, done):
        seen["done"].append("let go")
        return dataclasses.replace(done, labels=("latest",))

    for name, function in {
        "plan_publish": lambda *_, **__: dataclasses.replace(plan, **seen["plan"]),
        "stored_jobs": stored_jobs,
        "try_release": lambda *_, **__: seen["trials"],
        "publish": publish,
        "let_go": let_go,
    }.items():
        monkeypatch.setattr(publishing, name, function, raising=False)
    return seen


def test_a_canary_that_does_the_same_is_let_go(qrt, canary):
    told = qrt("publish", "--canary", "3")
    assert canary["asked"] == ("hello", "sha256:0", "u_a", 3)
    assert canary["done"] == ["held", "let go"]
    assert told.stderr.splitlines()[-3:] == [
        "canary: one of your jobs of 1.0.0 to run again, on aer_simulator",
        "canary: job_1 -> job_2: Completed, the same result",
        "verified sha256:1; run it with: qrt submit hello",
    ]
    answer = json_forms.check("publish", qrt("publish", "--canary", "1", "--json").json)
    assert answer["canary"][0]["same"] is True


def test_other_results_hold_a_release_back_where_nobody_can_be_asked(qrt, canary):
    canary["trials"] = [trial(CLOSER)]
    told = qrt("publish", "--canary", "1", code=1)
    assert canary["done"] == ["held"]
    assert told.stderr.splitlines()[-5:] == [
        "canary: job_1 -> job_2: Completed",
        "    result.energy: -1.0 -> -1.25 (-0.25)",
        (
            "error: hello 1.1.0 is uploaded and held back, the results of 1 job differ; "
            "latest stays 1.0.0."
        ),
        "  job_2: other results (qrt compare job_1 job_2)",
        "hint: If that is as it should be: qrt programs label hello latest 1.1.0",
    ]
    error = json_forms.check_error(
        qrt("publish", "--canary", "1", "--json", code=1).json
    )
    assert error["code"] == "canary"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--yes",), 0),
        (("--canary-tolerance", "0.3"), 0),
        (("--canary-tolerance", "0.1"), 1),
        (("--canary-tolerance", "0.1", "--yes"), 1),
    ],
)
def test_a_script_says_how_far_results_may_move(qrt, canary, words, code):
    canary["trials"] = [trial(CLOSER)]
    told = qrt("publish", "--canary", "1", *words, code=code)
    assert ("let go" in canary["done"]) == (code == 0)
    if code:
        assert "differ by more than 0.1 of their size" in told.stderr


@pytest.mark.parametrize("agrees", [True, False])
def test_a_person_is_asked_whether_latest_shall_move_all_the_same(
    *, qrt, canary, monkeypatch, agrees
):
    canary["trials"] = [trial(CLOSER)]
    questions = []
    monkeypatch.setattr("toolkit.cli._output.Output.asks", True)

    def confirm(text, *, default, err):
        questions.append(text)
        return text == "Publish?" or agrees

    monkeypatch.setattr(click, "confirm", confirm)
    qrt("publish", "--canary", "1", code=0 if agrees else 1)
    assert questions[-1] == "Move latest from 1.0.0 to 1.1.0 all the same?"
    assert ("let go" in canary["done"]) == agrees


def test_a_job_that_fails_now_holds_a_release_back_whatever_was_said(qrt, canary):
    canary["trials"] = [trial(status="Failed")]
    told = qrt("publish", "--canary", "1", "--yes", code=1)
    assert canary["done"] == ["held"]
    assert "canary: job_1 -> job_2: Completed -> Failed: program_error" in told.stderr
    assert "1 job completed before and not now; latest stays 1.0.0." in told.stderr


def test_many_differences_are_cut(qrt, canary):
    rows = [Row(name=f"result[{n}]", one=0, other=n + 1) for n in range(12)]
    canary["trials"] = [trial(*rows, Row(name="z", one=1j, other=2j))]
    told = qrt("publish", "--canary", "1", "--yes")
    assert "    and 3 more: qrt compare job_1 job_2\n" in told.stderr
    answer = qrt("publish", "--canary", "1", "--yes", "--json").json
    last = json_forms.check("publish", answer)["canary"][0]["differences"][-1]
    assert last == {"path": "z", "old": "1j", "new": "2j", "difference": None}


def test_without_jobs_nothing_is_sent(qrt, canary):
    canary["trials"] = None
    told = qrt("publish", "--canary", "1", code=1)
    assert told.stderr.endswith("error: There are none.\nhint: Run it.\n")
    assert canary["done"] == []


def test_a_first_release_has_nothing_to_be_tried_on(qrt, canary):
    canary["plan"] = {"base": None, "comparison": None}
    told = qrt("publish", "--canary", "1", code=2)
    assert "There is no release before hello 1.1.0 whose jobs could be tried." in (
        told.stderr
    )


@pytest.mark.parametrize(
    ("error", "code", "last"),
    [
        (
            BackendNotFoundError("There is no backend 'lab'."),
            1,
            "hint: Publish again with --canary to try it once more.",
        ),
        (KeyboardInterrupt(), 130, "Interrupted."),
    ],
)
def test_a_canary_that_does_not_come_to_an_end_leaves_the_release_held(
    *, qrt, canary, monkeypatch, error, code, last
):
    def fail(*_, **__):
        raise error

    monkeypatch.setattr(publishing, "try_release", fail, raising=False)
    told = qrt("publish", "--canary", "1", code=code).stderr
    assert "hello@1.1.0 is uploaded and held back" in told
    assert told.splitlines()[-1] == last
    assert canary["done"] == ["held"]


def test_a_tolerance_without_a_canary_is_not_passed_over(qrt, canary):
    told = qrt("publish", "--canary-tolerance", "0.1", code=2)
    assert told.stderr.startswith(
        "error: --canary-tolerance is for the numbers of a canary, and there is none.\n"
    )


def test_what_could_not_be_compared_is_said(qrt, canary):
    canary["plan"] = {"comparison": None, "unread": "its metadata are odd"}
    assert "warning: not compared with 1.0.0, its metadata are odd\n" in (
        qrt("publish").stderr
    )


def test_the_current_release_is_not_tried(qrt, canary):
    canary["plan"] = {"verdict": Verdict.UNCHANGED, "current_version": "1.1.0"}
    told = qrt("publish", "--canary", "1")
    assert "hello:latest is 1.1.0 already: there is nothing to try" in told.stderr
    assert canary["done"] == ["published"]


def test_a_held_release_says_how_it_is_let_go(qrt, canary):
    canary["plan"] = {"verdict": Verdict.UNCHANGED, "comparison": None}
    told = qrt("publish")
    assert (
        "latest is 1.0.0; to move it: qrt programs label hello latest 1.1.0"
        in told.stderr
    )
    assert told.stderr.endswith("; run it with: qrt submit hello@1.1.0\n")


def test_a_dry_run_finds_the_jobs_and_sends_nothing(qrt, canary):
    told = qrt("publish", "--dry-run", "--canary", "1", "--json")
    answer = json_forms.check("publish --dry-run", told.json)
    assert answer["comparison"]["compatibility"] == "none"
    assert canary["done"] == []
    assert canary["asked"][3] == 1


def test_what_changed_is_shown_before_it_is_published(qrt, canary):
    assert qrt("publish").stderr.splitlines()[1:-1] == [
        "compared with 1.0.0:",
        "  source: 1 file differs, +1 -1 lines",
        "  --- a/program.py",
        "  +++ b/program.py",
        "  @@ -1,2 +1,2 @@",
        "  -one",
        "  +two",
        "   ",
        "  interface: none",
        "  calls for: 1.0.1 or higher (patch)",
    ]
    assert "compared" not in qrt("publish", "--quiet").stderr


def test_requirements_and_budget_are_shown_where_they_differ(qrt, canary):
    from program_runtime.metadata import parse_metadata

    def with_more(version, shots, *dependencies, data):
        document = {**METADATA, "version": version, "budget": {"shots": shots}}
        project = f"[project]\ndependencies = {list(dependencies)}\n"
        files = {"pyproject.toml": project.encode(), "data": data}
        return ReleaseContent(metadata=parse_metadata(document), files=files)

    old = with_more("1.0.0", 1000, "six", data=b"\0")
    new = with_more("1.1.0", 2000, "six>=1.17", data=b"\0\0")
    canary["plan"] = {"comparison": compare_releases(old, new)}
    lines = qrt("publish").stderr.splitlines()
    assert "    data: changed; no text: 1 bytes -> 2 bytes" in lines
    assert lines[-7:-1] == [
        "  requirements:",
        "    six: any version -> >=1.17",
        "  budget:",
        "    shots: 1000 -> 2000",
        "  interface: none",
        "  calls for: 1.1.0 or higher (minor)",
    ]
    canary["plan"] = {"comparison": compare_releases(old, old)}
    assert "  source: the same\n" in qrt("publish").stderr


def test_a_long_difference_is_cut_and_points_at_all_of_it(qrt, canary):
    long = "".join(f"{n}\n" for n in range(200))
    canary["plan"] = {
        "comparison": compare_releases(content("1.0.0"), content("1.1.0", source=long))
    }
    told = qrt("publish").stderr
    assert "    ... 85 more lines\n" in told
    assert "all of it: qrt programs diff hello 1.0.0 .\n" in told


def test_a_terminal_gets_colours_and_no_escapes_of_others(monkeypatch):
    monkeypatch.setattr("toolkit.cli._terminal.is_smart", lambda _: True)
    monkeypatch.delenv("NO_COLOR", raising=False)
    comparison = compare_releases(
        content("1.0.0"), content("1.1.0", source="\x1b[2J\n")
    )
    shown = list(_comparison.lines(comparison, sys.stdout))
    assert "\x1b[31m-one\x1b[0m" in shown
    assert "\x1b[32m+\\x1b[2J\x1b[0m" in shown


def release(version, **fields):
    metadata = {**METADATA, "version": version}
    return {
        "program_id": "hello",
        "version": version,
        "digest": "sha256:0",
        "labels": [],
        "was_latest": True,
        "metadata": metadata,
        **fields,
    }


@pytest.fixture
def released(api, monkeypatch):
    """Releases of hello, of which nobody may read the source."""
    from program_runtime.errors import NotAuthorizedError

    held = {version: release(version) for version in ("1.1.0", "1.0.0")}

    def refuse(*_):
        raise NotAuthorizedError("It is not yours.", status=403)

    monkeypatch.setattr(api, "download_bundle", refuse)
    monkeypatch.setattr(api, "release", lambda name, ref: held[ref])
    monkeypatch.setattr(api, "releases", lambda name: list(held.values()))
    monkeypatch.setattr(
        api, "program", lambda name: {"id": name, "version": api.latest}, raising=False
    )
    api.latest = "1.1.0"
    return held


def test_two_releases_are_compared_by_their_metadata_where_the_source_is_not_ours(
    qrt, released
):
    parameters = {"type": "object", "properties": {"text": {}}}
    released["1.1.0"]["metadata"] = {
        **METADATA,
        "version": "1.1.0",
        "spec": {**METADATA["spec"], "parameters": parameters},
    }
    assert qrt("programs", "diff", "hello", "1.0.0", "1.1.0").stdout.splitlines() == [
        "hello 1.0.0 -> 1.1.0",
        "source: not compared, the bundle of hello 1.0.0 is for its owner to read",
        "interface: breaking",
        "  breaks times: no longer accepted",
        "  adds   text: not required any more",
        "  adds   text: type widened from string to anything",
        "calls for: 2.0.0 or higher (major)",
    ]
    told = qrt("programs", "diff", "hello", "1.0.0", "1.1.0", "--json")
    answer = json_forms.check("programs diff", told.json)
    assert (answer["suffices"], answer["files"]) == (False, None)


def test_a_release_is_compared_with_the_project_here(
    qrt, released, make_project, monkeypatch
):
    root = make_project(metadata={**METADATA, "version": "1.2.0"})
    monkeypatch.chdir(root)
    assert qrt("programs", "diff", "hello", "1.0.0").stdout.startswith(
        "hello 1.0.0 -> 1.2.0\n"
    )
    monkeypatch.chdir(root.parent)
    told = qrt("programs", "diff", "hello", "1.0.0", "./hello", "--json")
    assert json_forms.check("programs diff", told.json)["to"] == "1.2.0"


def test_a_rollback_says_from_what_to_what(qrt, api, released):
    told = qrt("programs", "rollback", "hello")
    assert told.stdout == "hello:latest is 1.0.0, was 1.1.0\n"
    assert told.stderr == (
        "jobs that wait or run keep the release that they were submitted with\n"
    )
    assert api.done[-1] == ("set_label", "hello", "latest", "1.0.0")
    answer = qrt("programs", "rollback", "hello", "1.0.0", "--json").json
    json_forms.check("programs rollback", answer)
    assert json.dumps(answer["from"]) == '"1.1.0"'


def test_a_rollback_needs_something_before(qrt, api, released):
    api.latest = "1.0.0"
    told = qrt("programs", "rollback", "hello", code=5)
    assert told.stderr.startswith(
        "error: No release of hello before 1.0.0 has been the latest.\n"
    )
    told = qrt("programs", "rollback", "hello", "1.0.0", code=6)
    assert told.stderr.startswith("error: hello:latest is 1.0.0 already.\n")
