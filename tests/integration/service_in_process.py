"""A service inside of the test's process: memory behind it, HTTP in front."""

import asyncio
import hashlib
import json
import threading
from abc import ABC, abstractmethod
from contextlib import contextmanager
from datetime import UTC, datetime

from starlette.testclient import TestClient

from program_runtime.bundle import write_bundle
from program_runtime.service import Settings, create_app
from program_runtime.service.domain import Release, Role, Visibility, hash_token
from program_runtime.service.executors import InMemoryExecutor
from program_runtime.service.store import MemoryBlobStore, MemoryStore

SOURCE = "def main(backend, user_messenger, **inputs):\n    return inputs\n"
TOKENS = {
    "root": "qrt_token-of-root",
    "maker": "qrt_token-of-maker",
    "u_b": "qrt_token-of-u_b",
    "other": "qrt_token-of-other",
}
ROLES = {
    "root": Role.ADMIN,
    "maker": Role.AUTHOR,
    "other": Role.AUTHOR,
    "u_b": Role.USER,
}


class Asker(ABC):
    """Somebody who asks over HTTP."""

    def __init__(self, client, headers):
        self.client = client
        self.headers = headers

    @abstractmethod
    def url(self, path):
        """Where a path leads."""

    def request(self, method, path, *, headers=None, **options):
        return self.client.request(
            method,
            self.url(path),
            headers={**self.headers, **(headers or {})},
            **options,
        )

    def get(self, path, **options):
        return self.request("GET", path, **options)

    def post(self, path, **options):
        return self.request("POST", path, **options)

    def put(self, path, **options):
        return self.request("PUT", path, **options)

    def patch(self, path, **options):
        return self.request("PATCH", path, **options)

    def delete(self, path, **options):
        return self.request("DELETE", path, **options)


class Account(Asker):
    """One user's view of the service."""

    def __init__(self, client, token):
        super().__init__(client, {"Authorization": f"Bearer {token}"} if token else {})

    def url(self, path):
        return path if path.startswith("//") else f"/api/v1{path}"

    def submit(self, program="hello", inputs="{}", **fields):
        """Submit a job; returns its id."""
        body = {"program_id": program, "inputs": inputs, **fields}
        answer = self.post("/jobs", json=body)
        assert answer.status_code == 201, answer.text
        return answer.json()["id"]

    def finished(self, job_id):
        """Wait until a job is final; returns it."""
        job = self.get(f"/jobs/{job_id}?wait=20").json()
        assert job["state"]["status"] in {"Completed", "Failed", "Cancelled"}, job
        return job

    def stream(self, job_id, after=0):
        """Return all events that the websocket brings until it closes."""
        path = f"/api/v1/jobs/{job_id}/stream?after={after}"
        events = []
        with self.client.websocket_connect(path, headers=self.headers) as socket:
            while (message := socket.receive())["type"] == "websocket.send":
                events += json.loads(message["text"])
        assert message["code"] == 1000
        return events


class InProcess:
    """The service, its accounts, and the doubles behind it."""

    def __init__(self, client, app, folder):
        self.client = client
        self.context = app.state.context
        self.store = self.context.store
        self.executor = self.context.executor
        self.folder = folder
        for name, token in TOKENS.items():
            setattr(self, name, Account(client, token))
        self.nobody = Account(client, None)

    def do(self, function, *arguments, **options):
        """Call an async function in the loop of the service."""
        return self.client.portal.call(lambda: function(*arguments, **options))

    def bundle(self, name="hello", version="1.0.0", *, source=SOURCE, **metadata):
        """Write a bundle; returns its info."""
        content = {"name": name, "version": version, "description": "Says hello."}
        content |= {"max_execution_time": 300, "spec": {}, **metadata}
        files = {
            "program.json": json.dumps(content).encode(),
            "program.py": source.encode(),
        }
        digest = hashlib.sha256(repr(files).encode()).hexdigest()[:12]
        return write_bundle(files, self.folder / f"{name}-{version}-{digest}.zip")

    def seed(self, name="hello", version="1.0.0", *, owner="maker", **options):
        """Publish behind the service's back: the intake takes its time."""
        visibility = Visibility(options.pop("visibility", "public"))
        info = self.bundle(name, version, **options)
        self.context.blobs.put_file(info.path, info.digest)
        metadata = {"name": name, "version": version, "description": "Says hello."}
        metadata |= {"max_execution_time": 300, "spec": {}}
        options.pop("source", None)
        release = Release(
            program_id=name,
            version=version,
            digest=info.digest,
            size=info.size,
            metadata=metadata | options,
            created=datetime.now(UTC),
            published_by=owner,
        )
        self.do(
            self.store.programs.publish,
            release,
            owner=owner,
            description="Says hello.",
            visibility=visibility,
        )
        return info

    def script(self, function):
        """Have jobs run this coroutine function from now on."""
        self.executor.script = function
        return function

    def hold(self, gate, *messages):
        """Have jobs publish these messages and then wait at the gate."""

        @self.script
        async def script(run):
            if messages:
                await run.publish(*messages)
            await gate.wait()


class Gate:
    """Holds scripts of the service back until the test opens it."""

    def __init__(self):
        self.reached = threading.Event()
        self._opened = None
        self._loop = None

    async def wait(self):
        self._loop = asyncio.get_running_loop()
        self._opened = asyncio.Event()
        self.reached.set()
        await self._opened.wait()

    def open(self):
        assert self.reached.wait(10)
        self._loop.call_soon_threadsafe(self._opened.set)


@contextmanager
def service_for(folder, *, blobs=None, store=None, executor=None, **settings):
    """Run a service; what is not given is kept in memory."""
    blobs = blobs if blobs is not None else MemoryBlobStore()
    chosen = {"data_dir": folder / "data", "workers": 2, "grace_s": 0.2}
    # Tests count programs; those of the built-in ones ask for them.
    chosen["builtin_programs"] = False
    app = create_app(
        Settings(**chosen | settings),
        store=store if store is not None else MemoryStore(blobs),
        blobs=blobs,
        executor=executor if executor is not None else InMemoryExecutor(),
    )
    with TestClient(app, raise_server_exceptions=False) as client:
        service = InProcess(client, app, folder)
        for name, token in TOKENS.items():
            add = service.store.users.add
            service.do(add, name, ROLES[name], hash_token(token))
        yield service
