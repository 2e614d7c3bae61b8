"""The routes of the contract service, and the ways in which they fail."""

import base64
import functools
import hashlib
import http.server
import json
import re
import socket
import struct
import threading
from contextlib import suppress
from urllib.parse import parse_qs, unquote, urlsplit

from contract_jobs import FINAL

TOKEN = "qrt_planted-token"


class _DropError(Exception):
    pass


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *arguments):
        pass

    def handle(self):
        self.service.connected.add(self)
        with suppress(ConnectionError, ValueError):
            super().handle()
        self.service.connected.discard(self)

    @property
    def service(self):
        return self.server.service

    def do_GET(self):
        self._serve("GET")

    def do_POST(self):
        self._serve("POST")

    def do_PUT(self):
        self._serve("PUT")

    def do_PATCH(self):
        self._serve("PATCH")

    def do_DELETE(self):
        self._serve("DELETE")

    def _serve(self, method):
        length = int(self.headers.get("Content-Length") or 0)
        self.body = self.rfile.read(length)
        parts = urlsplit(self.path)
        path = unquote(parts.path).removeprefix("/api/v1")
        self.query = {
            name: values[-1] for name, values in parse_qs(parts.query).items()
        }
        line = f"{method} {path}"
        self.service.requests.append(f"{line}?{parts.query}" if parts.query else line)
        try:
            early = self.service.take_fault(line, "early")
            if early is not None:
                self._fault(*early)
            elif self.headers.get("Service-CRN") not in (None, self.service.instance):
                self._error(400, "unknown_instance", "There is no such instance.")
            elif self.headers.get("Authorization") != f"Bearer {TOKEN}":
                self._error(401, "not_authorized", "The token is not valid.")
            else:
                self._route(line)
        except _DropError:
            self._cut()

    def _route(self, line):
        for pattern, name in _ROUTES.items():
            match = re.fullmatch(pattern, line)
            if match:
                getattr(self, name)(*match.groups())
                return
        self._error(404, "not_found", f"There is no {line}.")

    def _fault(self, what, body, headers):
        if what == "early":
            raise _DropError
        self._send(what, body, headers=headers)

    def _cut(self):
        """A reset, as a dying service or network gives it."""
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.close_connection = True
        # rfile and wfile hold the socket open otherwise.
        self.connection.shutdown(socket.SHUT_RDWR)

    def _send(self, status, body=b"", *, kind="application/json", headers=()):
        self.send_response(status)
        if self.service.wire is not None:
            self.send_header("X-Program-Wire", self.service.wire)
        for name, value in dict(headers).items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if status != 204:
            self.wfile.write(body)

    def _json(self, value, status=200):
        self._send(status, json.dumps(value).encode())

    def _error(self, status, code, message, **more):
        self._json({"error": {"code": code, "message": message, **more}}, status)

    def _job(self, job_id):
        job = self.service.jobs.get(job_id)
        if job is None:
            self._error(404, "job_not_found", f"There is no job '{job_id}'.")
        return job

    def version(self):
        said = {"version": "0.1.0", "api": {"min": 1, "max": 1}}
        instance = self.service.instance
        named = {"instance": instance, "provider": "ibm-q/open/main"}
        self._json({**said, **named} if instance else said)

    def users(self):
        self._json({"users": [{"name": "owner"}]})

    def add_user(self):
        user = json.loads(self.body)
        if self.service.take_fault("POST /users", "late"):
            raise _DropError
        self._json({"user": user, "token": "qrt_new"}, 201)

    def rotate_user(self, name):
        self._json({"user": {"name": name}, "token": "qrt_newer"})

    def revoke_user(self, name):
        self._send(204)

    def whoami(self):
        self._json({"name": "owner", "role": "admin"})

    def backends(self):
        self._json({"devices": self.service.devices})

    def backend_part(self, name, part):
        self._json(self.service.backend_parts[name][part])

    def program_list(self):
        entries = list(self.service.programs.values())
        offset = int(self.query.get("offset", 0))
        limit = min(int(self.query.get("limit", 100)), self.service.page_limit or 100)
        self._json(
            {"programs": entries[offset : offset + limit], "count": len(entries)}
        )

    def program(self, name):
        if name in self.service.programs:
            self._json(self.service.programs[name])
        else:
            self._error(404, "program_not_found", f"There is no program '{name}'.")

    def patch_program(self, name):
        visibility = json.loads(self.body)["visibility"]
        self.service.programs[name]["visibility"] = visibility
        self._json(self.service.programs[name])

    def delete_program(self, name):
        del self.service.programs[name]
        self._send(204)

    def releases(self, name):
        versions = [version for known, version in self.service.bundles if known == name]
        self._json({"releases": [{"version": version} for version in versions]})

    def release(self, name, ref):
        program = self.service.programs[name]
        version = program["labels"].get(ref, ref)
        metadata = {"name": name, "version": version, "spec": program["spec"]}
        self._json({"program_id": name, "version": version, "metadata": metadata})

    def put_release(self, name, version):
        digest = f"sha256:{hashlib.sha256(self.body).hexdigest()}"
        assert self.headers["X-Bundle-Digest"] == digest
        known = self.service.bundles.get((name, version))
        if known is not None and known != self.body:
            message = f"{name} {version} is published already."
            self._error(409, "version_exists", message, hint="Raise the version.")
            return
        self.service.bundles[name, version] = self.body
        if name not in self.service.programs:
            self.service.add_program(name)
        self.service.programs[name]["version"] = version
        self.service.programs[name]["put_query"] = self.query
        self._json({"program_id": name, "version": version}, 200 if known else 201)

    def set_label(self, name, label):
        version = json.loads(self.body)["version"]
        self.service.programs[name]["labels"][label] = version
        self._send(204)

    def bundle(self, name, version):
        self._send(200, self.service.bundles[name, version], kind="application/zip")

    def put_blob(self, digest):
        assert digest == f"sha256:{hashlib.sha256(self.body).hexdigest()}"
        self.service.blobs[digest] = self.body
        self._json({}, 201)

    def submit(self):
        key, body = self.headers["Idempotency-Key"], json.loads(self.body)
        known = self.service.keys.get(key)
        job = known or self.service.add_job(f"job_{len(self.service.jobs) + 1}")
        self.service.keys[key] = job
        if known is None:
            job.body, job.tags = body, body.get("tags", [])
            job.inputs = (
                body.get("inputs") or self.service.blobs[body["inputs_digest"]].decode()
            )
            job.program = re.split("[@:]", body["program_id"])[0]
            job.version = self.service.programs[job.program]["version"]
            self.service.on_submit(job)
        if self.service.take_fault("POST /jobs", "late"):
            raise _DropError
        self._json(job.to_json(), 200 if known else 201)

    def job_list(self):
        jobs = list(self.service.jobs.values())
        offset, limit = int(self.query.get("offset", 0)), int(self.query["limit"])
        page = [job.to_json() for job in jobs[offset : offset + limit]]
        self._json({"jobs": page, "count": len(jobs)})

    def job(self, job_id):
        if job := self._job(job_id):
            job.wait(lambda: job.status in FINAL, float(self.query.get("wait", 0)))
            self._json(job.to_json())

    def delete_job(self, job_id):
        if self._job(job_id):
            del self.service.jobs[job_id]
            self._send(204)

    def results(self, job_id):
        if job := self._job(job_id):
            job.wait(lambda: job.status in FINAL, float(self.query.get("wait", 0)))
            if job.result is None:
                self._send(204, headers={"X-Job-Status": job.status})
            else:
                self._send(200, job.result.encode())

    def interim_results(self, job_id):
        job = self.service.jobs[job_id]
        texts = [event["data"] for event in job.events if event["type"] == "interim"]
        self._send(200, f"[{','.join(texts)}]".encode())

    def text(self, job_id, part):
        job = self.service.jobs[job_id]
        self._send(200, (job.inputs if part == "inputs" else "line\n").encode())

    def metrics(self, job_id):
        self._json(self.service.jobs[job_id].metrics)

    def act(self, job_id, what):
        job = self.service.jobs[job_id]
        if what == "cancel" and job.status in FINAL:
            self._error(409, "job_final", f"Job {job_id} is {job.status} already.")
            return
        if what == "cancel":
            job.finish(status="Cancelled")
        self._send(204)

    def tags(self, job_id):
        self.service.jobs[job_id].tags = json.loads(self.body)["tags"]
        self._send(204)

    def events(self, job_id):
        if job := self._job(job_id):
            after, limit = int(self.query["after"]), int(self.query["limit"])
            wait_s = float(self.query.get("wait", 0))
            job.wait(lambda: len(job.events) > after or job.status in FINAL, wait_s)
            page = job.events[after : after + limit]
            last = after + len(page)
            final = job.status in FINAL and last >= len(job.events)
            self._json({"events": page, "last_seq": last, "final": final})

    def blob(self, job_id, digest):
        self._send(200, self.service.jobs[job_id].blobs[digest], kind="text/plain")

    def stream(self, job_id):
        """A websocket by hand, so that it can break in every way."""
        service, after = self.service, int(self.query["after"])
        service.streams.append(after)
        fault = service.stream_faults.pop(0) if service.stream_faults else {}
        if "refuse" in fault:
            self._send(fault["refuse"])
            return
        if "break_handshake" in fault:
            self.wfile.write(b"HTTP/1.1 101 Swi")
            raise _DropError
        self._accept_websocket()
        job = service.jobs[job_id]
        self.peer_closed = False
        threading.Thread(target=self._listen, args=(job,), daemon=True).start()
        self._send_events(job, max(after - fault.get("repeat", 0), 0), fault)
        self._frame(struct.pack("!H", fault.get("code", 1000)), opcode=8)
        job.wait(lambda: self.peer_closed, 2)

    def _accept_websocket(self):
        key = self.headers["Sec-WebSocket-Key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        accept = base64.b64encode(hashlib.sha1(key.encode()).digest()).decode()
        self.send_response(101)
        self.send_header("Upgrade", "websocket")
        self.send_header("Connection", "Upgrade")
        self.send_header("Sec-WebSocket-Accept", accept)
        self.end_headers()
        self.close_connection = True

    def _send_events(self, job, sent, fault):
        if "garbage" in fault:
            self._frame(b"no json")
        left = fault.get("drop_after", len(job.events) + 1_000_000)
        while not (job.status in FINAL and sent >= len(job.events)):
            job.wait(functools.partial(self._has_news, job, sent), 5)
            if self.peer_closed:
                return
            batch = [
                event
                for event in job.events[sent : sent + left]
                if event["seq"] != fault.get("lose")
            ]
            if batch:
                left -= len(batch)
                sent = batch[-1]["seq"]
                self._frame(json.dumps(batch).encode())
            if left == 0:
                if "half_frame" in fault:
                    self.wfile.write(b"\x81\x7e\x10\x00[{")
                raise _DropError
            if "close_early" in fault:
                return

    def _has_news(self, job, sent):
        return self.peer_closed or len(job.events) > sent or job.status in FINAL

    def _listen(self, job):
        """Note the peer's close frame, or its end."""
        with suppress(OSError, ValueError):
            while (head := self.rfile.read(1)) not in {b"", b"\x88"}:
                del head
        with job.changed:
            self.peer_closed = True
            job.changed.notify_all()

    def _frame(self, payload, opcode=1):
        size = len(payload)
        if size < 126:
            head = struct.pack("!BB", 0x80 | opcode, size)
        elif size < 65536:
            head = struct.pack("!BBH", 0x80 | opcode, 126, size)
        else:
            head = struct.pack("!BBQ", 0x80 | opcode, 127, size)
        self.wfile.write(head + payload)


_ROUTES = {
    "GET /version": "version",
    "GET /users/me": "whoami",
    "GET /users": "users",
    "POST /users": "add_user",
    "POST /users/([^/]+)/rotate": "rotate_user",
    "DELETE /users/([^/]+)": "revoke_user",
    "GET /backends": "backends",
    "GET /backends/([^/]+)/([^/]+)": "backend_part",
    "GET /programs": "program_list",
    "GET /programs/([^/]+)": "program",
    "PATCH /programs/([^/]+)": "patch_program",
    "DELETE /programs/([^/]+)": "delete_program",
    "GET /programs/([^/]+)/releases": "releases",
    "GET /programs/([^/]+)/releases/([^/]+)": "release",
    "PUT /programs/([^/]+)/releases/([^/]+)": "put_release",
    "PUT /programs/([^/]+)/labels/([^/]+)": "set_label",
    "GET /programs/([^/]+)/releases/([^/]+)/bundle": "bundle",
    "PUT /blobs/(.+)": "put_blob",
    "POST /jobs": "submit",
    "GET /jobs": "job_list",
    "GET /jobs/([^/]+)": "job",
    "DELETE /jobs/([^/]+)": "delete_job",
    "GET /jobs/([^/]+)/results": "results",
    "GET /jobs/([^/]+)/interim_results": "interim_results",
    "GET /jobs/([^/]+)/(logs|inputs)": "text",
    "GET /jobs/([^/]+)/metrics": "metrics",
    "POST /jobs/([^/]+)/(cancel|stop)": "act",
    "PUT /jobs/([^/]+)/tags": "tags",
    "GET /jobs/([^/]+)/events": "events",
    "GET /jobs/([^/]+)/blobs/(.+)": "blob",
    "GET /jobs/([^/]+)/stream": "stream",
}
