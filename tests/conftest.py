"""Every test has its own home: no profile, data directory or token of the machine."""

import os

import pytest


@pytest.fixture(autouse=True)
def private_home(tmp_path_factory, monkeypatch):
    """Point everything that looks for a home at a fresh folder."""
    home = tmp_path_factory.mktemp("home")
    for name in list(os.environ):
        if name.startswith(("QRT_", "QISKIT_IBM_", "PROGRAM_RUNTIME_", "XDG_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("NO_COLOR", "1")
    return home
