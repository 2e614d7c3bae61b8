"""The installed command in a subprocess, as a user types it."""

import os
import signal
import subprocess

import pytest
from acceptance import live_service


@pytest.fixture
def qrt(private_home, tmp_path):
    """Run ``qrt`` with a home of its own; returns what ended."""
    environment = {
        **os.environ,
        "QRT_DATA_DIR": str(private_home / "data"),
        "QRT_CONFIG_DIR": str(private_home / "config"),
    }

    def run(*words, cwd=tmp_path, code=0, stdin=None, timeout=90, **extra):
        done = live_service.run_qrt(
            words,
            {**environment, **extra},
            cwd=cwd,
            code=code,
            stdin=stdin,
            timeout=timeout,
        )
        assert "Traceback (most recent call last)" not in done.stderr or code == 1
        return done

    run.environment = environment
    return run


@pytest.fixture
def serving(qrt, private_home):
    """A service of the test's own, started by the installed command."""
    process = subprocess.Popen(
        [live_service.QRT, "serve", "--port", "0"],
        env=qrt.environment,
        stdout=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
    )
    line = process.stdout.readline()
    assert line.startswith("qrt service ready at http://127.0.0.1:"), line
    process.url = line.split()[4]
    yield process
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    process.wait(20)
    process.stdout.close()


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    """One service for all tests of a file, reached as users reach theirs."""
    with live_service.serving(tmp_path_factory.mktemp("live")) as service:
        yield service
