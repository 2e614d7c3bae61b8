"""A service in a process of its own, and every way in which people reach it."""

import contextlib
import functools
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
from pathlib import Path

import requests

from program_runtime import QiskitRuntimeService

QRT = str(Path(sys.executable).with_name("qrt"))
READY = "qrt service ready at "
WAIT_S = 60


def run_qrt(words, environment, *, cwd, code, stdin, timeout):
    """Run the installed command, which ends with this code; returns what ended."""
    done = subprocess.run(
        [QRT, *map(str, words)],
        cwd=cwd,
        env=environment,
        input=stdin,
        stdin=None if stdin is not None else subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    assert done.returncode == code, (words, done.returncode, done.stdout, done.stderr)
    return done


class LiveService:
    """The installed command serving a folder, which outlives its processes.

    Args:
        folder: Gets the data, the profile and the log.
        wrapper: Words to start the command with, in place of the command itself.
        **settings: Settings of the service, by their names.
    """

    def __init__(self, folder, *, wrapper=(QRT, "serve"), **settings):
        self.folder = folder
        self.data_dir = folder / "data"
        self.log = folder / "service.log"
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._wrapper = [str(word) for word in wrapper]
        self._clients = []
        self._session = requests.Session()
        self.process = None
        kept = {k: v for k, v in os.environ.items() if not k.startswith("QRT_")}
        self.environment = {
            **kept,
            "HOME": str(folder),
            "NO_COLOR": "1",
            "QRT_DATA_DIR": str(self.data_dir),
            "QRT_CONFIG_DIR": str(folder / "config"),
        }
        self._settings = {f"QRT_{k.upper()}": str(v) for k, v in settings.items()}

    def start(self):
        """Start it and wait for its ready line."""
        self.launch()
        line = self.process.stdout.readline()
        assert line.startswith(f"{READY}{self.url} "), (line, self.log.read_text())
        return self

    def launch(self):
        """Start it and wait for nothing."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*self._wrapper, "--port", str(self.port)],
                env={**self.environment, **self._settings},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,
            )

    def kill(self):
        """End the process as a power cut would."""
        self.process.kill()
        self.process.wait(WAIT_S)
        self.process.stdout.close()

    def stop(self):
        """End it in good order, and close what was opened."""
        for client in self._clients:
            client.api.close()
        self._session.close()
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(WAIT_S)
            finally:
                self.kill()

    @property
    def alive(self):
        """Whether the process that was started last still runs."""
        return self.process.poll() is None

    @functools.cached_property
    def token(self):
        """The owner's."""
        return (self.data_dir / "owner.token").read_text().strip()

    def client(self, token=None):
        """Make our own client, as the owner if no token is given."""
        client = QiskitRuntimeService(
            channel="server", url=self.url, token=token or self.token
        )
        self._clients.append(client)
        return client

    def http(self, method, path, *, token=None, **options):
        """Send a request as any other client would."""
        headers = {"Authorization": f"Bearer {token or self.token}"}
        headers |= options.pop("headers", {})
        return self._session.request(
            method,
            f"{self.url}/api/v1{path}",
            headers=headers,
            timeout=WAIT_S,
            **options,
        )

    def submit(self, program, inputs="{}", **fields):
        """Submit a job past every check of our own client; returns its id."""
        body = {"program_id": program, "inputs": inputs, **fields}
        answer = self.http("POST", "/jobs", json=body)
        assert answer.status_code == 201, answer.text
        return answer.json()["id"]

    def finished(self, job_id):
        """Wait until a job is final; returns it."""
        job = self.http("GET", f"/jobs/{job_id}?wait={WAIT_S}").json()
        assert job["state"]["status"] in {"Completed", "Failed", "Cancelled"}, job
        return job

    def events(self, job_id):
        """Return everything that is stored about a job."""
        found, final = [], False
        while not final:
            after = found[-1]["seq"] if found else 0
            page = self.http("GET", f"/jobs/{job_id}/events?after={after}").json()
            found += page["events"]
            final = page["final"] or not page["events"]
        return found

    def count_jobs(self):
        """Count the jobs of everyone."""
        return self.http("GET", "/jobs").json()["count"]

    def add_user(self, name, role="author"):
        """Open an account; returns its token."""
        body = {"name": name, "role": role}
        answer = self.http("POST", "/users", json=body)
        assert answer.status_code == 201, answer.text
        return answer.json()["token"]

    def qrt(self, *words, code=0, cwd=None, stdin=None, **environment):
        """Run the installed command as the owner."""
        return run_qrt(
            words,
            {**self.environment, **environment},
            cwd=cwd or self.folder,
            code=code,
            stdin=stdin,
            timeout=WAIT_S,
        )

    def refusal(self, *words, code, **options):
        """Run a command that is refused; returns the error of its ``--json``."""
        refused = self.qrt(*words, "--json", code=code, **options)
        [error] = json.loads(refused.stdout).values()
        return error

    def told(self, *words, code, **options):
        """As ``refusal``, and hold that people are told the same, on stderr."""
        error = self.refusal(*words, code=code, **options)
        told = self.qrt(*words, code=code, **options)
        lines = [f"error: {error['message']}"]
        for finding in error.get("findings", ()):
            mend = f" ({finding['hint']})" if "hint" in finding else ""
            lines.append(f"  {finding['path']}: {finding['message']}{mend}")
        lines += [f"hint: {error['hint']}"] if "hint" in error else []
        assert told.stdout == ""
        assert told.stderr.endswith("\n".join([*lines, ""]))
        return error


class TlsService(LiveService):
    """A live service that is asked by https."""

    def __init__(self, folder, **settings):
        super().__init__(folder, tls_self_signed=1, **settings)
        self.url = self.url.replace("http:", "https:")
        self.authority = self.data_dir / "tls" / "ca.pem"
        self._session.verify = str(self.authority)
        self._session.trust_env = False  # REQUESTS_CA_BUNDLE goes before verify


@contextlib.contextmanager
def serving(folder, **settings):
    """Serve a new folder for a while."""
    service = LiveService(folder, **settings)
    try:
        yield service.start()
    finally:
        service.stop()


def _free_port():
    """Choose a port that no outgoing connection takes while the service is away."""
    while True:
        port = 20_000 + secrets.randbelow(10_000)
        with (
            contextlib.suppress(OSError),
            socket.create_server(("127.0.0.1", port)),
        ):
            return port
