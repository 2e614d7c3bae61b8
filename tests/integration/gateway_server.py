"""A gateway of Qiskit Serverless: its documented endpoints, and jobs that truly run.

It unpacks what was uploaded and starts ``python main.py`` there, with the environment
that the gateway gives, and with the packages of its image but none of ours. Its oddities
are those that were seen on the real one: a title loses its odd characters without a
word, an upload is not looked into, a stopped job has no log, too large a body is a 500.
"""

import email
import email.policy
import io
import json
import os
import re
import site
import subprocess
import sys
import tarfile
import threading
import uuid
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import jsonschema
from packaging.requirements import Requirement
from packaging.version import InvalidVersion, Version

TOKEN = "awesome_token"
BODY_BYTES = 2_621_440
ALLOWED = ("mthree==3.0.0", "pyscf==2.13.1", "qiskit-aer==0.17.2")
ENTRYPOINT = re.compile(r"[A-Za-z0-9_./-]+\.py")


class RefusedError(Exception):
    def __init__(self, status, message, **more):
        super().__init__(message)
        self.status, self.body = status, {"message": message, **more}


class Job:
    """One run of a function, in a process of its own."""

    def __init__(self, gateway, function, arguments):
        self.id = str(uuid.uuid4())
        self.title = function["title"]
        self.folder = gateway.folder / self.id
        self.stopped = False
        self.log = self.folder / "log"
        self.result_path = self.folder / "results" / f"{self.id}.json"
        working_dir = self.folder / "working_dir"
        try:
            with tarfile.open(fileobj=io.BytesIO(function["content"])) as artifact:
                artifact.extractall(working_dir, filter="data")
        except tarfile.TarError:
            working_dir.mkdir(parents=True)
        arguments_path = self.folder / "arguments" / f"{self.id}.json"
        arguments_path.parent.mkdir()
        arguments_path.write_text(arguments)
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            # The image's packages; -S: ours is not among them, however it is installed.
            "PYTHONPATH": os.pathsep.join(site.getsitepackages()),
            "ENV_JOB_GATEWAY_TOKEN": TOKEN,
            "ENV_JOB_GATEWAY_HOST": gateway.url,
            "ENV_JOB_ID_GATEWAY": self.id,
            "ENV_JOB_ARGUMENTS": "{}",
            "ENV_ACCESS_TRIAL": "False",
            "DATA_PATH": str(self.folder),
            "ARGUMENTS_PATH": str(arguments_path),
            "RESULTS_PATH": str(self.result_path),
            "QISKIT_IBM_TOKEN": TOKEN,
            "QISKIT_IBM_CHANNEL": "local",
            "QISKIT_IBM_URL": "https://127.0.0.1:1",
        }
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-S", function["entrypoint"]],
                cwd=working_dir,
                env=environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    @property
    def status(self):
        if self.stopped:
            return "STOPPED"
        code = self.process.poll()
        if code is None:
            return "RUNNING" if self.log.stat().st_size else "PENDING"
        return "FAILED" if code else "SUCCEEDED"

    def to_dict(self):
        return {
            "id": self.id,
            "status": self.status,
            "sub_status": None,
            "created": "2026-11-22T07:00:00Z",
            "program": {"id": "1", "title": self.title, "provider": None},
        }

    def logs(self):
        return "No logs yet." if self.stopped else self.log.read_text()

    def result(self):
        if self.stopped:
            return "{}"
        return self.result_path.read_text() if self.result_path.exists() else None

    def stop(self):
        self.stopped = True
        self.process.kill()
        self.process.wait()


class GatewayServer:
    def __init__(self, folder):
        self.folder = Path(folder)
        self.functions, self.jobs, self.requests = {}, {}, []
        self.allowed = list(ALLOWED)
        self.url = ""

    def programs(self):
        hidden = {"content"}
        return [
            {key: value for key, value in function.items() if key not in hidden}
            for function in self.functions.values()
        ]

    def upload(self, form):
        title = re.sub(r"[^a-zA-Z0-9_\-/]", "", form["title"][1])
        entrypoint, version = form["entrypoint"][1], form["version"][1]
        name, content = form["artifact"]
        if not name.endswith(".tar"):
            raise RefusedError(400, "File extension is not allowed.")
        if not ENTRYPOINT.fullmatch(entrypoint):
            raise RefusedError(400, "Invalid entrypoint.")
        try:
            Version(version)
        except InvalidVersion as error:
            raise RefusedError(
                400, "Invalid version - expected format x.y.z"
            ) from error
        known = {Requirement(line).name: line for line in self.allowed}
        for line in json.loads(form["dependencies"][1]):
            if Requirement(line).name not in known:
                raise RefusedError(400, f"Dependency `{line}` is not allowed.")
        self.functions[title] = {
            "id": "1",
            "title": title,
            "entrypoint": entrypoint,
            "version": version,
            "description": form["description"][1],
            "dependencies": form["dependencies"][1],
            "artifact": f"/media/mockuser/{name}",
            "arguments_schema": json.loads(form["arguments_schema"][1]),
            "content": content,
        }
        return {"title": title, "version": version, "entrypoint": entrypoint}

    def run(self, body):
        if "config" not in body:
            raise RefusedError(400, "This field is required.")
        function = self.functions.get(body["title"])
        if function is None:
            raise RefusedError(404, f"Qiskit Function [{body['title']}] doesn't exist.")
        try:
            jsonschema.validate(
                json.loads(body["arguments"]), function["arguments_schema"]
            )
        except jsonschema.ValidationError as error:
            raise RefusedError(400, error.message, path=list(error.path)) from error
        job = Job(self, function, body["arguments"])
        self.jobs[job.id] = job
        return {**job.to_dict(), "status": "QUEUED", "result": None}

    def job(self, job_id):
        if job_id not in self.jobs:
            raise RefusedError(404, f"Job [{job_id}] not found")
        return self.jobs[job_id]

    def close(self):
        for job in self.jobs.values():
            if job.process.poll() is None:
                job.stop()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self._answer(self._get)

    def do_POST(self):
        self._answer(self._post)

    def log_message(self, *_):
        pass

    def _answer(self, route):
        gateway = self.server.gateway
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = self.path.split("?")[0].removeprefix("/api/v1/").strip("/")
        gateway.requests.append((self.command, path, dict(self.headers)))
        try:
            if self.headers.get("Authorization") != f"Bearer {TOKEN}":
                status, answer = 401, {"detail": "Invalid token."}
            else:
                status, answer = 200, route(gateway, path.split("/"), body)
        except RefusedError as refusal:
            status, answer = refusal.status, refusal.body
        text = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def _get(self, gateway, parts, body):
        match parts:
            case ["programs"]:
                return gateway.programs()
            case ["dependencies-versions"]:
                return gateway.allowed
            case ["jobs", job_id]:
                return gateway.job(job_id).to_dict()
            case ["jobs", job_id, "result"]:
                return {"result": gateway.job(job_id).result()}
            case ["jobs", job_id, "logs"]:
                return {"logs": gateway.job(job_id).logs()}
        raise RefusedError(404, "Not found.")

    def _post(self, gateway, parts, body):
        if parts == ["programs", "upload"]:
            return gateway.upload(_form(self.headers["Content-Type"], body))
        if len(body) > BODY_BYTES:
            raise RefusedError(500, "Internal server error")
        match parts:
            case ["programs", "run"]:
                return gateway.run(json.loads(body))
            case ["jobs", job_id, "stop"]:
                assert json.loads(body) == {"service": "null"}
                gateway.job(job_id).stop()
                return {"message": "Job has been stopped."}
        raise RefusedError(404, "Not found.")


def _form(kind, body):
    """Read a multipart form: name -> (file name, content)."""
    head = f"Content-Type: {kind}\r\n\r\n".encode()
    message = email.message_from_bytes(head + body, policy=email.policy.HTTP)
    form = {}
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        file_name = part.get_filename()
        form[name] = (file_name, content if file_name else content.decode())
    return form


@contextmanager
def serving(folder):
    """Serve a new gateway; its jobs end with it."""
    gateway = GatewayServer(folder)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.gateway = gateway
    gateway.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.01}
    )
    thread.start()
    try:
        yield gateway
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        gateway.close()
