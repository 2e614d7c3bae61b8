"""Text that steers terminals, on every road from a program to a person's eyes."""

import json
import os
import pty
import subprocess
import threading

import pytest
from acceptance.live_service import QRT, WAIT_S

HOSTILE = "A\x1b[2J\x1b]0;title\x07\x9b31mB\u202eC\u2066D\x08\x08E\rF"
FORGED = "2026-01-01 00:00:00,000 ERROR forged"
SOURCE = f"""
import sys, warnings

HOSTILE = {HOSTILE!r}

def main(backend, user_messenger, fail=False):
    print(HOSTILE)
    print(HOSTILE, file=sys.stderr)
    user_messenger.publish({{HOSTILE: HOSTILE, "energy": 1.0}})
    user_messenger.publish(HOSTILE)
    if fail:
        raise ValueError(HOSTILE)
    return {{HOSTILE: [HOSTILE]}}
"""


@pytest.fixture(scope="module")
def jobs(live):
    """A program whose every word is hostile, and two jobs of it: done and failed."""
    client = live.client()
    metadata = {"name": "hostile", "description": f"Of {HOSTILE}", "is_public": True}
    client.upload_program(SOURCE, metadata)
    ids = [
        live.submit("hostile", tags=[HOSTILE]),
        live.submit("hostile", '{"fail": true}'),
    ]
    return [live.finished(job_id)["id"] for job_id in ids]


def seen(live, *words, code=0):
    """Run a command as a person at a terminal does; returns what the screen gets."""
    ours, theirs = pty.openpty()
    pieces = []

    def read():
        while True:
            try:
                piece = os.read(ours, 65536)
            except OSError:  # the other end is closed
                return
            pieces.append(piece)

    reader = threading.Thread(target=read)
    reader.start()
    process = subprocess.Popen(
        [QRT, *words],
        env={**live.environment, "TERM": "xterm", "NO_COLOR": "1", "CI": "1"},
        cwd=live.folder,
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    assert process.wait(WAIT_S) == code, b"".join(pieces)
    reader.join()
    os.close(ours)
    return b"".join(pieces).decode()


def assert_tame(text):
    steering = {
        c for c in text.replace("\r\n", "\n") if c not in "\n\t" and not c.isprintable()
    }
    assert steering == set(), text


def test_the_attack_is_there(live, jobs):
    log = live.http("GET", f"/jobs/{jobs[0]}/logs").text
    assert log.count(HOSTILE.partition("\r")[0]) == 2
    assert live.http("GET", f"/jobs/{jobs[0]}/results").json() == {HOSTILE: [HOSTILE]}
    described = live.http("GET", "/programs/hostile").json()
    assert described["description"] == f"Of {HOSTILE}"


@pytest.mark.parametrize(
    ("words", "codes", "told"),
    [
        (("programs",), (0,), "\\x1b[2J"),
        (("programs", "show", "hostile"), (0,), "\\x1b[2J"),
        (("programs", "source", "hostile"), (0,), "def main"),
        (("jobs",), (0,), "hostile@1.0.0"),
        (("logs",), (0, 0), "\\x1b[2J"),
        (("logs", "-f"), (0, 0), "\\x1b[2J"),
        (("follow",), (0, 1), "\\x1b[2J"),
        (("follow", "--plot", "energy"), (0, 1), "energy"),
        (("result",), (0, 1), "\\u"),
        (("result", "--json"), (0, 1), "\\u"),
        (("follow", "--json"), (0, 1), "\\u001b"),
        (("stop", "-v"), (6, 6), "is final already"),
    ],
    ids=lambda value: (
        " ".join(value)
        if isinstance(value, tuple) and value and isinstance(value[0], str)
        else ""
    ),
)
def test_no_command_passes_it_on_to_a_terminal(live, jobs, words, codes, told):
    shown = [
        seen(live, *words, *([job] if len(codes) > 1 else []), code=code)
        for job, code in zip(jobs, codes, strict=False)
    ]
    for text in shown:
        assert_tame(text)
    assert told in "".join(shown)


def test_a_local_run_passes_nothing_on_either(live, tmp_path):
    (tmp_path / "program.py").write_text(SOURCE)
    metadata = {
        "name": "hostile",
        "version": "1.0.0",
        "description": HOSTILE,
        "spec": {},
    }
    (tmp_path / "program.json").write_text(json.dumps(metadata))
    for words, code in (((), 0), (("-i", "fail=true"), 1)):
        text = seen(live, "run", str(tmp_path), *words, code=code)
        assert_tame(text)
        assert "\\x1b[2J" in text


def test_names_that_the_service_repeats_are_tame_as_well(live, jobs):
    for words in (
        ("programs", "show", HOSTILE),
        ("result", HOSTILE),
        ("cancel", HOSTILE),
    ):
        text = seen(live, *words, code=5)
        assert_tame(text)
    backend = ("submit", "hostile", "--backend", HOSTILE)
    assert_tame(seen(live, *backend, code=5))


def test_the_log_of_the_service_has_no_line_of_strangers(live, jobs):
    named = f"x\n{FORGED}\x1b[2J"
    for path in (f"/jobs/{named}", f"/programs/{named}", f"/backends/{named}/status"):
        answer = live.http("GET", path.replace("\n", "%0A").replace("\x1b", "%1B"))
        assert answer.status_code == 404
    live.http("POST", "/jobs", json={"program_id": named, "backend": named})
    text = live.log.read_text()
    assert FORGED not in [line[: len(FORGED)] for line in text.splitlines()]
    assert_tame(text)
