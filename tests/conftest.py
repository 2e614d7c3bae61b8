"""Every test has its own home: no profile, data directory or token of the machine."""

import os
import signal
from pathlib import Path

import pytest
from hypothesis import settings

HERE = Path(__file__).parent

# Twenty times as many examples in the fuzz tests, and others each time.
settings.register_profile("nightly", max_examples=2000, print_blob=True)
if "HYPOTHESIS_PROFILE" in os.environ:
    settings.load_profile(os.environ["HYPOTHESIS_PROFILE"])


@pytest.fixture(autouse=True)
def usual_ctrl_c():
    """Let Ctrl-C mean the same to each test: a shell lets what it runs in the background
    ignore it, and an event loop that a test has run may leave its own meaning behind."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def private_home(tmp_path_factory, monkeypatch):
    """Point everything that looks for a home at a fresh folder."""
    home = tmp_path_factory.mktemp("home")
    for name in list(os.environ):
        if name.startswith(("QRT_", "QISKIT_IBM_", "PROGRAM_RUNTIME_", "XDG_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("NO_COLOR", "1")
    # For pytest in pytest: this plugin takes half of its start, and no author has it.
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p no:schemathesis")
    return home


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Begin with the files that take longest, so that none is left alone at the end."""
    slow = ("clients", "attacks", "acceptance", "integration", "docs")

    def place(item):
        folder = item.path.relative_to(HERE).parts[0]
        return slow.index(folder) if folder in slow else len(slow)

    items.sort(key=place)


def pytest_terminal_summary(terminalreporter):
    """Say how much was fuzzed; the reports come from all workers."""
    examples = sum(
        value
        for reports in terminalreporter.stats.values()
        for report in reports
        if getattr(report, "when", None) == "call"
        for name, value in report.user_properties
        if name == "fuzz_examples"
    )
    if examples:
        terminalreporter.write_line(f"fuzz: {examples:,} examples")
