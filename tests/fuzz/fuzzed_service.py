"""A service with secrets planted in it, and callers who may not see most of them."""

import asyncio
import contextlib
import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime

from starlette.testclient import TestClient

from program_runtime.bundle import inspect_bundle, write_bundle
from program_runtime.execution.events import Blob, Event, EventType
from program_runtime.service import Settings, backends, create_app
from program_runtime.service.api import releases
from program_runtime.service.domain import (
    NewSession,
    Release,
    Role,
    SessionMode,
    Visibility,
    hash_token,
)
from program_runtime.service.executors import InMemoryExecutor
from program_runtime.service.intake import Inspection

SOURCE = "def main(backend, user_messenger, **inputs):\n    return inputs\n"
FOR_EVER_S = 1e8
ADDRESS = "x-fuzz-address"
"""The header by which a request says where it comes from: tries are counted there."""


@dataclass(frozen=True)
class Account:
    """A user, and the header that says so."""

    name: str
    role: Role | None
    token: str | None
    address: str = "10.0.0.1"

    @property
    def headers(self):
        token = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return {ADDRESS: self.address, **token}


ACCOUNTS = [
    Account("nobody", None, None),
    Account("stranger", None, "qrt_fuzz-token-of-nobody", address="10.9.9.9"),
    Account("u_b", Role.USER, "qrt_fuzz-token-of-u_b"),
    Account("other", Role.AUTHOR, "qrt_fuzz-token-of-other"),
    Account("u_a", Role.USER, "qrt_fuzz-token-of-u_a"),
    Account("maker", Role.AUTHOR, "qrt_fuzz-token-of-maker"),
    Account("root", Role.ADMIN, "qrt_fuzz-token-of-root"),
]
"""From those who may do least to the one who may do most."""
BY_NAME = {account.name: account for account in ACCOUNTS}


def secret(what):
    return f"planted-secret-{what}-{hashlib.sha256(what.encode()).hexdigest()[:12]}"


OF_MAKER = ["description", "parameter", "closed-source", "open-source", "label"]
OF_MAKER += ["nearby-name"]
OF_JOB = ["input", "tag", "session", "interim", "log", "metric", "result", "message"]
OF_JOB += ["traceback", "large-payload", "uploaded"]
HIDDEN_NAME = secret("nearby-name")
LARGE = json.dumps(secret("large-payload") * 2_000)
UPLOADED = json.dumps({"uploaded": secret("uploaded")}).encode()


def digest_of(content):
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def hidden_from(account):
    """The texts that no answer to this account may hold."""
    tokens = [each.token for each in ACCOUNTS if each.role is not None]
    found = [*tokens, *map(hash_token, tokens)]
    if account.role is not Role.ADMIN:
        if account.name != "maker":
            found += map(secret, OF_MAKER)
        if account.name != "u_a":
            found += map(secret, OF_JOB)
    return found


class Fuzzed:
    """The service, what is planted in it, and the names of things to aim at."""

    def __init__(self, client, app, folder):
        self.client = client
        self.context = app.state.context
        self.folder = folder
        self.secret_jobs = []
        self.spare_sessions = ["session_spare", "session_other"]
        self.spare_jobs = []

    def do(self, function, *arguments, **named):
        return self.client.portal.call(lambda: function(*arguments, **named))

    def send(self, account, method, url, *, headers=None, content=None):
        return self.client.request(
            method,
            url,
            headers={
                name: value if isinstance(value, bytes) else value.encode()
                for name, value in {**(headers or {}), **account.headers}.items()
            },
            content=content,
        )

    def get(self, name, path):
        return self.send(BY_NAME[name], "GET", f"/api/v1{path}")

    def plant(self):
        for account in ACCOUNTS:
            if account.role is not None:
                add = self.context.store.users.add
                self.do(add, account.name, account.role, hash_token(account.token))
        self.do(self.context.store.users.add, "spare", Role.USER, hash_token("spare"))
        self._publish("open", Visibility("public"), source=secret("open-source"))
        self._publish(
            "closed",
            Visibility("private"),
            source=secret("closed-source"),
            description=secret("description"),
            parameter=secret("parameter"),
            labels=[secret("label")],
        )
        self._publish(HIDDEN_NAME, Visibility("private"))
        for number in range(3):
            self._publish(f"spare-{number}", Visibility("private"))
        for session_id in (secret("session"), *self.spare_sessions):
            new = NewSession(
                user="u_a",
                id=session_id,
                mode=SessionMode.BATCH,
                max_ttl_s=FOR_EVER_S,
                interactive_ttl_s=FOR_EVER_S,
            )
            self.do(self.context.store.sessions.add, new)
        self._plant_jobs()

    def _publish(self, name, visibility, *, source="", labels=(), **texts):
        parameter = {"description": texts.get("parameter", "A number.")}
        metadata = {
            "name": name,
            "version": "1.0.0",
            "description": texts.get("description", "Says hello."),
            "spec": {"parameters": {"properties": {"a": parameter}}},
        }
        files = {
            "program.json": json.dumps(metadata).encode(),
            "program.py": f"{SOURCE}# {source}\n".encode(),
        }
        info = write_bundle(files, self.folder / f"{name}.zip")
        self.context.blobs.put_file(info.path, info.digest)
        release = Release(
            program_id=name,
            version="1.0.0",
            digest=info.digest,
            size=info.size,
            metadata=metadata,
            created=datetime.now(UTC),
            published_by="maker",
        )
        self.do(
            self.context.store.programs.publish,
            release,
            owner="maker",
            description=metadata["description"],
            visibility=visibility,
            labels=list(labels),
        )

    def _plant_jobs(self):
        digest = digest_of(UPLOADED)
        answer = self.send(
            BY_NAME["u_a"], "PUT", f"/api/v1/blobs/{digest}", content=UPLOADED
        )
        assert answer.status_code == 201, answer.text
        self.secret_jobs = [
            self.submit(inputs=json.dumps({"script": "tell", "x": secret("input")})),
            self.submit(inputs='{"script": "fail"}'),
            self.submit(inputs_digest=digest),
        ]
        for job in self.secret_jobs:
            ended = self.get("u_a", f"/jobs/{job}?wait=20").json()
            assert ended["ended"], ended
        self.spare_jobs = [
            self.submit(inputs="{}", tags=["spare"]),
            self.submit(inputs='{"script": "wait"}'),
        ]

    def submit(self, **fields):
        body = {"tags": [secret("tag")], "session_id": secret("session")}
        body |= {"program_id": "open", **fields}
        content = json.dumps(body).encode()
        answer = self.send(BY_NAME["u_a"], "POST", "/api/v1/jobs", content=content)
        assert answer.status_code == 201, answer.text
        return answer.json()["id"]

    def assert_owners_see_what_is_planted(self):
        """A leak can only be looked for while there is something to leak."""
        told, failed, uploaded = self.secret_jobs
        seen = "".join(
            self.get("u_a", path).text
            for path in (
                *(f"/jobs/{told}{part}" for part in ("", "/inputs", "/results")),
                "/sessions?open=true&limit=1000",
                *(f"/jobs/{told}/{part}" for part in ("events", "logs", "metrics")),
                f"/jobs/{told}/blobs/{digest_of(LARGE.encode())}",
                *(f"/jobs/{failed}", f"/jobs/{uploaded}/results"),
            )
        )
        assert [name for name in OF_JOB if secret(name) not in seen] == []
        paths = ("/programs/closed", f"/programs/{HIDDEN_NAME}")
        seen = "".join(self.get("maker", path).text for path in paths)
        for name in ("open", "closed"):
            path = f"/programs/{name}/releases/1.0.0/bundle"
            seen += self.get("maker", path).content.decode(errors="replace")
        assert [name for name in OF_MAKER if secret(name) not in seen] == []


async def script(run):
    """What the planted jobs do; all others give back their inputs."""
    text = await run.inputs()
    try:
        asked = json.loads(text)
    except ValueError:
        return text
    asked = asked.get("script") if isinstance(asked, dict) else None
    if asked == "wait":
        await asyncio.sleep(3600)
    if asked == "fail":
        raise RuntimeError(f"{secret('message')} {secret('traceback')}")
    if asked == "tell":
        await run.publish(json.dumps(secret("interim")))
        await run.log(f"{secret('log')}\n")
        metric = {"step": 1, "values": {secret("metric"): 1.5}}
        await run.publish(json.dumps(metric), kind=EventType.METRIC)
        await publish_large(run)
        return json.dumps({"result": secret("result"), "inputs": text})
    return text


async def publish_large(run):
    path = run.spec.inputs if not isinstance(run.spec.inputs, bytes) else None
    assert path is None
    (event,) = run.events((EventType.INTERIM, ""))
    file = Fuzzing.folder / "large"
    file.write_text(LARGE)
    blob = Blob(path=file, digest=digest_of(LARGE.encode()), size=len(LARGE))
    await run._sink.append([Event(event.seq, event.time, event.type, None, blob)])


class Fuzzing:
    """Where the running service's payloads lie until they are stored."""

    folder = None


class Addressed:
    """Lets a request say which address it comes from."""

    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        if scope["type"] == "http":
            address = dict(scope["headers"]).get(ADDRESS.encode(), b"10.0.0.1")
            scope = {**scope, "client": (address.decode(), 1)}
        await self.app(scope, receive, send)


async def inspect_here(path, *, timeout_s):
    """In place of the child that looks into a bundle, which takes half a second."""
    assert timeout_s > 0
    found = await asyncio.to_thread(inspect_bundle, path)
    return Inspection(
        name=found.metadata.name,
        version=found.metadata.version,
        description=found.metadata.description,
        metadata=found.metadata.to_dict(),
    )


async def describe_quickly():
    """In place of the child that imports Qiskit to describe the backends."""
    names = [info.name for info in backends.catalog.known()]
    status = {"state": True, "length_queue": 0}
    described = {"configuration": {}, "properties": {}, "status": status}
    return json.dumps(dict.fromkeys(names, described)).encode()


@contextlib.contextmanager
def fuzzed_service(folder, monkeypatch):
    """Run a service on a real database, with programs that the test plays."""
    monkeypatch.setattr(releases, "inspect", inspect_here)
    monkeypatch.setattr(backends, "_describe_all", describe_quickly)
    monkeypatch.setattr(Fuzzing, "folder", folder)
    app = create_app(
        Settings(data_dir=folder / "data", workers=3, grace_s=0),
        executor=InMemoryExecutor(script),
    )
    with TestClient(Addressed(app), raise_server_exceptions=False) as client:
        fuzzed = Fuzzed(client, app, folder)
        fuzzed.plant()
        yield fuzzed
