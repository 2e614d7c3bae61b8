"""The official clients, each in an environment of its own, as its users have it.

Environments are made once for their pins and kept in ``.cache/clients``.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
CACHE = HERE.parents[1] / ".cache" / "clients"
PAGE = HERE.parents[1] / "docs" / "official-clients.md"
INSTALL_S = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """One version of an official client.

    Args:
        name: What it is called; ``pins/<name>.txt`` lists what is installed, all of
            it, unless there are ``requirements``.
        family: ``current`` or ``retired``: which scenarios it runs.
        python: Version of the interpreter.
        requirements: In place of pins: whatever the index has today.
        quick: Whether it is run for every change, not only with ``CLIENTS=all``.
    """

    name: str
    family: str
    python: str = "3.11"
    requirements: tuple[str, ...] = ()
    quick: bool = False

    def pins(self):
        """Return what is installed, one requirement a line."""
        if self.requirements:
            return "\n".join(self.requirements)
        return (HERE / "pins" / f"{self.name}.txt").read_text()


CLIENTS = (
    Client(name="current-0.51.0", family="current", quick=True),
    Client(
        name="current-newest", family="current", requirements=("qiskit-ibm-runtime",)
    ),
    Client(name="retired-0.15.1", family="retired", quick=True),
    Client(name="retired-0.14.0", family="retired"),
    Client(name="retired-0.12.2", family="retired"),
    Client(name="retired-0.11.3", family="retired", quick=True),
    Client(name="retired-0.10.0", family="retired"),
    Client(name="retired-0.9.4", family="retired"),
    Client(name="retired-0.8.0", family="retired", quick=True),
)


def chosen(family, wish=None):
    """Return the clients of a family that ``CLIENTS`` asks for.

    Args:
        family: ``current`` or ``retired``.
        wish: ``all``, names with commas between, or empty: the quick ones.
    """
    wish = os.environ.get("CLIENTS", "") if wish is None else wish
    ours = [client for client in CLIENTS if client.family == family]
    if wish == "all":
        return ours
    names = {name for name in wish.split(",") if name and name != "quick"}
    unknown = names - {client.name for client in CLIENTS}
    if unknown:
        known = ", ".join(client.name for client in CLIENTS)
        raise ValueError(f"CLIENTS names {sorted(unknown)}; there are {known}.")
    return [
        client
        for client in ours
        if client.name in names or (not names and client.quick)
    ]


def python_of(client):
    """Return the interpreter of a client, installing it if need be."""
    content = f"{client.python}\n{client.pins()}"
    digest = hashlib.sha256(content.encode()).hexdigest()[:12]
    folder = CACHE / f"{client.name}-{digest}"
    python, ready = folder / "bin" / "python", folder / ".ready"
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / f"{client.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not ready.exists() or client.requirements:
            shutil.rmtree(folder, ignore_errors=True)
            _make(folder, python, client)
            ready.touch()
    return python


def _make(folder, python, client):
    pins = folder.with_name(f"{folder.name}.txt")
    pins.write_text(client.pins())
    _uv("venv", "--python", client.python, folder)
    _uv("pip", "install", "--python", python, "--requirement", pins)


def _uv(*words):
    done = subprocess.run(
        [sys.executable, "-m", "uv", "--quiet", *map(str, words)],
        capture_output=True,
        text=True,
        timeout=INSTALL_S,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"uv {' '.join(map(str, words))}: {done.stderr}")
