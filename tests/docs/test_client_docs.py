"""The blocks of docs/client.md, against a real service, and of docs/accounts.md."""

import re
import signal
from pathlib import Path

import pytest

from program_runtime.client import local

DOCS = Path(__file__).parents[2] / "docs"
PAGE = DOCS / "client.md"
BLOCK = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(language, page=PAGE):
    """The blocks of one language that are there to be run."""
    found = BLOCK.findall(page.read_text(encoding="utf-8"))
    return [text for kind, words, text in found if kind == language and not words]


@pytest.fixture
def data_dir(private_home, monkeypatch):
    """Where the page's service lives; it ends with the test."""
    folder = private_home / "data"
    monkeypatch.setenv("QRT_DATA_DIR", str(folder))
    monkeypatch.setenv("MPLBACKEND", "Agg")
    yield folder
    for process in local._started:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def test_the_page_is_executed_and_says_what_happens(data_dir, capsys):
    names = {}
    printed = []
    for text in blocks("python"):
        exec(compile(text, str(PAGE), "exec"), names)
        printed.append(capsys.readouterr().out)
    shown = blocks("text")
    assert shown
    for text in shown:
        assert text in printed
    callbacks = next(text for text in printed if "{'iteration': 2}" in text)
    assert callbacks.count("\n") == 4


def test_the_page_about_accounts_is_executed_and_says_what_happens(capsys):
    page, names, printed = DOCS / "accounts.md", {}, []
    for text in blocks("python", page):
        exec(compile(text, str(page), "exec"), names)
        printed.append(capsys.readouterr().out)
    shown = blocks("text", page)
    assert len(shown) == 2
    for text in shown:
        assert text in printed
