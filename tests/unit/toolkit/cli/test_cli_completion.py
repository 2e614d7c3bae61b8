"""What TAB offers: names of this machine, and of a service that answers."""

import json

import pytest
from click.shell_completion import ShellComplete
from unit.toolkit.cli import json_forms

from program_runtime.client import profiles
from program_runtime.client.secret import Secret
from toolkit.cli import _main


@pytest.fixture
def offered(here):
    def offer(*words):
        *before, incomplete = words
        complete = ShellComplete(_main.qrt, {}, "qrt", "_QRT_COMPLETE")
        items = complete.get_completions(before, incomplete)
        # What fish would fail with.
        assert all(isinstance(item.help or "", str) for item in items)
        return [item.value for item in items]

    return offer


def test_commands_are_offered(offered):
    assert offered("lo") == ["logs", "login", "logout"]
    assert offered("programs", "re") == ["releases"]
    assert offered("no-such-command", "") == offered("")


def test_backends_are_offered(offered):
    assert "aer_simulator" in offered("run", "--backend", "aer")
    assert offered("submit", "vqe", "--backend", "zzz") == []


def test_samples_of_the_project_are_offered(offered, here):
    assert offered("run", "--sample", "") == []
    folder = here / "deep"
    (folder / "inputs").mkdir(parents=True)
    (folder / "program.json").write_text(json.dumps({"name": "vqe"}))
    for name in ("h2", "lih"):
        (folder / f"inputs/{name}.json").write_text("{}")
    assert offered("run", "deep", "--sample", "") == ["h2", "lih"]
    assert offered("run", "deep", "--sample", "l") == ["lih"]


def test_the_program_of_the_project_is_offered(offered, here):
    assert offered("submit", "") == []
    (here / "program.json").write_text(json.dumps({"name": "vqe"}))
    assert offered("submit", "") == ["vqe"]
    assert offered("programs", "show", "v") == ["vqe"]


def test_stored_services_are_offered(offered, tmp_path):
    lab = profiles.Profile(name="lab", url="http://lab", token=Secret("t"))
    profiles.save(tmp_path / "config", lab)
    assert offered("jobs", "--profile", "") == ["lab"]
    assert offered("logout", "") == ["lab"]


def test_templates_are_offered(offered):
    assert offered("new", "x", "--template", "") == [
        "hello-world", "sampling", "variational",
    ]  # fmt: skip


@pytest.fixture
def service(monkeypatch):
    """A service that answers from a table, and the questions that it was asked."""
    answers = {
        "/programs": {"programs": [{"id": "vqe", "description": "Finds."}]},
        "/jobs": {
            "jobs": [
                {
                    "id": "job_7",
                    "program": {"id": "vqe"},
                    "state": {"status": "Running"},
                }
            ]
        },
        "/programs/vqe/releases": {
            "releases": [
                {"version": "1.1.0", "labels": ["latest"]},
                {"version": "1.0.0", "labels": ["stable"]},
            ]
        },
    }
    asked = []

    class Answer:
        def __init__(self, body):
            self.json = lambda: body

        def raise_for_status(self):
            pass

    def get(url, **options):
        asked.append((url, options["headers"]["Authorization"]))
        assert max(options["timeout"]) < 2
        return Answer(answers[url.removeprefix("http://lab/api/v1")])

    monkeypatch.setattr("requests.get", get)
    monkeypatch.setenv("QRT_URL", "http://lab")
    monkeypatch.setenv("QRT_TOKEN", "planted")
    return asked


@pytest.mark.parametrize(
    ("words", "names"),
    [
        (("submit", ""), ["vqe"]),
        (("submit", "vqe@"), ["vqe@1.1.0", "vqe@1.0.0"]),
        (("submit", "vqe:s"), ["vqe:stable"]),
        (("programs", "label", "vqe", ""), ["latest", "stable"]),
        (("programs", "label", "vqe", "stable", "1.0"), ["1.0.0"]),
        (("jobs", "--program", "v"), ["vqe"]),
    ],
)
def test_what_the_service_holds_is_offered(offered, service, words, names):
    assert offered(*words) == names
    assert {token for _, token in service} == {"Bearer planted"}


@pytest.mark.parametrize(
    "command", ["cancel", "follow", "logs", "rerun", "result", "stop", "compare"]
)
def test_jobs_are_offered_wherever_one_is_named(offered, service, command):
    assert offered(command, "job") == ["job_7"]


def test_labels_of_the_projects_program_are_offered_to_publish(offered, service, here):
    (here / "program.json").write_text(json.dumps({"name": "vqe"}))
    assert offered("publish", "--label", "s") == ["stable"]


def test_a_service_that_does_not_answer_offers_nothing(offered, monkeypatch):
    monkeypatch.setenv("QRT_URL", "http://127.0.0.1:9")
    assert offered("follow", "") == []


def test_what_fails_offers_nothing(offered, tmp_path):
    (tmp_path / "config").mkdir()
    (tmp_path / "config/profiles.json").write_text("{")
    assert offered("jobs", "--profile", "") == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_scripts_are_printed_with_how_to_use_them(qrt, shell):
    told = qrt("completion", shell)
    assert "_QRT_COMPLETE" in told.stdout
    assert told.stderr.startswith("to use it: ")
    answer = json_forms.check("completion", qrt("completion", shell, "--json").json)
    assert answer["shell"] == shell
