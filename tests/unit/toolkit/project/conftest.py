"""Templates of the tests' own, and repositories that hold them."""

import json
import os
import subprocess

import pytest

AUTHOR = {
    "GIT_AUTHOR_NAME": "a",
    "GIT_AUTHOR_EMAIL": "a@example.org",
    "GIT_COMMITTER_NAME": "a",
    "GIT_COMMITTER_EMAIL": "a@example.org",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
}
INNER = "{{cookiecutter.program_name}}"


@pytest.fixture
def write_template(tmp_path):
    """Write a template; a later call with the same name is its later version."""

    def write(files, *, name="small", manifest=None, outer=None):
        folder = tmp_path / name
        given = {"program_name": "my-program", "author": "nobody", "_version": "1.0"}
        outside = {
            "cookiecutter.json": json.dumps({**given, **(manifest or {})}),
            **(outer or {}),
        }
        inside = {f"{INNER}/{path}": text for path, text in files.items()}
        for path, text in {**outside, **inside}.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            if text is None:
                target.unlink(missing_ok=True)
            elif isinstance(text, bytes):
                target.write_bytes(text)
            else:
                target.write_text(text, encoding="utf-8", newline="")
        return folder

    return write


@pytest.fixture
def commit():
    """Commit everything in a folder, making it a repository; returns the commit."""

    def run(folder, *words):
        done = subprocess.run(
            ["git", "-C", folder, *words],
            check=True,
            capture_output=True,
            text=True,
            env={**os.environ, **AUTHOR},
        )
        return done.stdout.strip()

    def make(folder, *, tag=None):
        if not (folder / ".git").exists():
            run(folder, "init", "-q", "-b", "main")
        run(folder, "add", "-A")
        run(folder, "commit", "-q", "--allow-empty", "-m", "a version")
        if tag:
            run(folder, "tag", tag)
        return run(folder, "rev-parse", "HEAD")

    return make
