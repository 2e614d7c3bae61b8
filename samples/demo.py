"""``make demo``: one program all the way, on real input, with the real command.

A variational program is scaffolded, checked, run here, published to a service
started for the occasion and run there; each line after a ``$`` is a command that
works the same from your own shell. Everything lives in a temporary folder.
"""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

EXACT_ENERGY = -1.857275030202  # hartree, hydrogen at 0.735 angstrom, electrons only
TOLERANCE = 0.02
QRT = [sys.executable, "-m", "toolkit.cli"]


def title(text: str) -> None:
    """Announce a step."""
    print(f"\n== {text}", flush=True)


def qrt(*words: str, cwd: Path, quiet: bool = False) -> str:
    """Run one command, shown as a person would type it; return its stdout."""
    print(f"$ qrt {shlex.join(words)}", flush=True)
    done = subprocess.run(
        [*QRT, *words], cwd=cwd, stdout=subprocess.PIPE, text=True, check=False
    )
    if not quiet and done.stdout:
        print(done.stdout.rstrip(), flush=True)
    if done.returncode:
        sys.exit(f"demo FAILED: 'qrt {shlex.join(words)}' ended with {done.returncode}")
    return done.stdout


def energy_of(result: str) -> float:
    """Read the energy from a result's JSON text."""
    return float(json.loads(result)["energy"])


def serve(folder: Path) -> subprocess.Popen[str]:
    """Start a service on a free port and wait for the line that says it is ready."""
    print("$ qrt serve --port 0 &", flush=True)
    service = subprocess.Popen(
        [*QRT, "serve", "--port", "0"], cwd=folder, stdout=subprocess.PIPE, text=True
    )
    line = service.stdout.readline() if service.stdout else ""
    if not line:
        sys.exit("demo FAILED: the service did not start")
    print(line.rstrip(), flush=True)
    return service


def stop(service: subprocess.Popen[str]) -> None:
    """Stop the service as Ctrl-C or an init system would."""
    service.send_signal(signal.SIGTERM)
    service.wait(timeout=15)
    print(f"the service stopped (exit code {service.returncode})", flush=True)


def main() -> None:
    """Walk the whole road and compare the energies with the exact one."""
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="qrt-demo-") as temporary:
        folder = Path(temporary)
        os.environ["QRT_CONFIG_DIR"] = str(folder / "config")
        os.environ["QRT_DATA_DIR"] = str(folder / "data")
        project = folder / "my-vqe"
        title("1. Scaffold a variational program and check it")
        qrt("new", "my-vqe", "--template", "variational", "--defaults", cwd=folder)
        qrt("check", "--strict", cwd=project)
        title("2. Run it here on hydrogen (0.735 angstrom, two qubits)")
        local = energy_of(qrt("run", "--plot", "energy", cwd=project, quiet=True))
        print(f"energy here: {local:.6f} hartree", flush=True)
        title("3. Publish it to a service")
        service = serve(folder)
        try:
            remote = publish_and_run(project)
        finally:
            title("5. Stop the service")
            stop(service)
    verdict(local, remote, time.monotonic() - begun)


def publish_and_run(project: Path) -> float:
    """Publish the project, run it on the service, and return the energy found."""
    qrt("publish", "--yes", cwd=project)
    title("4. Run it on the service, interim energies as they come")
    result = qrt(
        *("submit", "my-vqe", "-i", "@inputs/h2.json", "--follow"),
        *("--plot", "energy"),
        cwd=project,
        quiet=True,
    )
    qrt("jobs", cwd=project)
    return energy_of(result)


def verdict(local: float, remote: float, seconds: float) -> None:
    """Print the energies beside the exact one, and what to try next."""
    title("Result")
    print(f"exact ground energy   {EXACT_ENERGY:.6f} hartree")
    good = True
    for name, energy in (("here", local), ("on the service", remote)):
        off = abs(energy - EXACT_ENERGY)
        good &= off <= TOLERANCE
        print(f"{name:20}  {energy:.6f} hartree, off by {off:.6f}")
    if not good:
        sys.exit(f"demo FAILED: an energy is off by more than {TOLERANCE}")
    print(f"\ndemo PASSED in {seconds:.1f} s. What to try next:")
    print("  . .venv/bin/activate")
    print("  qrt new my-program --template sampling && cd my-program")
    print("  qrt run        # edit program.py, run again")
    print("  qrt publish && qrt submit my-program --follow")


if __name__ == "__main__":
    main()
