"""TAB in the shells themselves; a shell that is not installed is skipped."""

import json
import os
import shutil

import pytest
import shells

LINES = {
    "qrt logo": "logout",
    "qrt run --isolation=stro": "strong",
    "qrt run --backend aer": "aer_simulator",
    "qrt run --sample h": "h2",
    "qrt submit vq": "vqe",
    "qrt new x --template hell": "hello-world",
}


@pytest.fixture
def project(tmp_path, private_home, monkeypatch):
    """The working directory: a project, and a stored service that does not answer."""
    (tmp_path / "inputs").mkdir()
    (tmp_path / "inputs/h2.json").write_text("{}")
    (tmp_path / "program.json").write_text(json.dumps({"name": "vqe"}))
    config = tmp_path / "config"
    config.mkdir()
    profile = {"url": "http://127.0.0.1:9", "token": "t"}
    (config / "profiles.json").write_text(json.dumps({"profiles": {"lab": profile}}))
    monkeypatch.chdir(tmp_path)
    return {
        **os.environ,
        "QRT_CONFIG_DIR": str(config),
        "QRT_DATA_DIR": str(tmp_path / "data"),
    }


@pytest.mark.parametrize("shell", ["bash", "fish", "zsh"])
def test_a_shell_completes_each_kind_of_word(shell, project):
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    found = dict(zip(LINES, shells.offers_of(shell, LINES, project), strict=True))
    assert found == {line: _expected(shell, line, word) for line, word in LINES.items()}


def _expected(shell, line, word):
    before, _, begun = line.rpartition(" ")
    option, equals, _ = begun.partition("=")
    # Bash breaks words at "=" itself; the others get the whole word.
    whole = f"{option}={word}" if equals else word
    return {"bash": word, "fish": whole, "zsh": f"{before} {whole}"}[shell]
