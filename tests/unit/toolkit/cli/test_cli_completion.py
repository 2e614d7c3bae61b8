"""What TAB offers: names of this machine, never the network."""

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
        return [item.value for item in complete.get_completions(before, incomplete)]

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
