"""Bodies on every route that takes one: bounded in size, depth and values."""

import json

import pytest
from routes import fill, routes_of

from program_runtime.service.api import json_bodies
from program_runtime.service.auth import ROLES as LEAST

PLACES = {
    "program_id": "hello",
    "ref": "1.0.0",
    "label": "beta",
    "digest": "sha256:" + "0" * 64,
    "job_id": "job_none",
    "session_id": "session_none",
    "name": "nobody-of-this-name",
}
WITHOUT_BODY = {
    ("POST", "/api/v1/users/{name}/rotate"),
    ("POST", "/api/v1/jobs/{job_id}/cancel"),
    ("POST", "/api/v1/jobs/{job_id}/stop"),
    ("POST", "/jobs/{job_id}/cancel"),
    ("PUT", "/programs/{program_id}/public"),
    ("PUT", "/programs/{program_id}/private"),
    ("POST", "/v3/resources/search"),
}
"""They take none, and do not look at one."""
TAKING = sorted(
    {route for route in LEAST if route[0] in {"POST", "PUT", "PATCH"}} - WITHOUT_BODY
)
A_FORM = ("POST", "/identity/token")
PIECE = b"[" * 65536


@pytest.fixture
def small(make_service):
    """A service that takes next to nothing."""
    with make_service(inputs_bytes=1000, bundle_bytes=1000) as service:
        service.seed()
        yield service


class Pieces:
    """A body of unknown length; knows how much of it was taken."""

    def __init__(self, count):
        self.left = count
        self.taken = 0

    def __iter__(self):
        while self.left:
            self.left -= 1
            self.taken += 1
            yield PIECE


def send(service, account, route, **options):
    method, path = route
    headers = {"Content-Type": "application/json", **account.headers}
    url = fill(path, **PLACES)
    return service.client.request(method, url, headers=headers, **options)


def test_every_route_that_may_take_a_body_is_looked_at(service):
    methods = {"POST", "PUT", "PATCH"}
    found = {route for route in routes_of(service.client.app) if route[0] in methods}
    assert found == set(TAKING) | WITHOUT_BODY


@pytest.mark.parametrize("route", TAKING, ids=" ".join)
def test_a_body_without_a_length_is_counted_while_it_is_read(small, route):
    answer = send(small, small.root, route, content=iter(Pieces(32)))
    assert answer.status_code == 413, answer.text
    assert answer.json()["error"]["code"] == "too_large"


@pytest.mark.parametrize("route", TAKING, ids=" ".join)
def test_a_body_of_a_declared_length_is_refused_by_it(small, route):
    answer = send(small, small.root, route, content=PIECE * 32)
    assert answer.status_code == 413, answer.text


GUARDED = [route for route in TAKING if LEAST[route] is not None]


@pytest.mark.parametrize("route", GUARDED, ids=" ".join)
def test_nothing_is_read_of_who_may_not_come_in(small, route):
    pieces = Pieces(32)
    assert send(small, small.nobody, route, content=iter(pieces)).status_code == 401
    if LEAST[route] != "user":
        assert send(small, small.u_b, route, content=iter(pieces)).status_code == 403
    # Starlette's client takes the first piece to see whether there is one.
    assert pieces.taken <= 2


DEEP = 30_000
BAD = {
    "lists": b"[" * DEEP,
    "objects": b'{"a":' * (DEEP // 5),
    "inside": b'{"name": "x", "visibility": "public", "version": ' + b"[" * DEEP,
    "closed": b"[" * (DEEP // 2) + b"]" * (DEEP // 2),
    "a little too deep": b'{"x": ' * 250 + b"1" + b"}" * 250,
    "bytes": b"\xff\xfe\x00",
    "another encoding": '{"name": "x"}'.encode("utf-16"),
    "NaN": b'{"name": NaN}',
    "half a character": b'{"name": "\\ud800"}',
    "digits": b"1" * 10_000,
    "twice": b'{"name": 1, "name": "x"}',
    "nothing": b"",
}


CASES = [
    (kind, route)
    for route in TAKING
    if route != A_FORM
    for kind in BAD
    # A child looks into bundles, which takes its time; a source is not JSON.
    if not {"releases", "data"} & set(route[1].split("/")) or kind == "lists"
]


@pytest.mark.parametrize(
    ("kind", "route"), CASES, ids=[f"{kind}, {' '.join(to)}" for kind, to in CASES]
)
def test_what_can_not_be_read_is_a_bad_request(service, kind, route):
    answer = send(service, service.root, route, content=BAD[kind])
    assert answer.status_code == 400, answer.text
    assert answer.json()["error"]["code"].startswith("bad_")
    assert len(answer.content) < 2000


def test_more_values_than_fit_the_memory_are_refused_before_they_are_parsed(
    service, monkeypatch
):
    monkeypatch.setattr(json_bodies, "VALUES", 1000)
    service.seed()
    many = [[]] * 1001
    for body in (
        {"program_id": "hello", "params": {"x": many}},
        {"program_id": "hello", "unknown": many},
        {"program_id": "hello", "unknown": {str(n): n for n in range(1001)}},
        {"program_id": "hello", "unknown": ["\\", '"', "]", *many]},
    ):
        answer = service.u_b.post("/jobs", json=body)
        assert answer.status_code == 413, answer.text
        assert "more than 1,000 JSON values" in answer.json()["error"]["message"]


def test_values_in_a_string_are_not_counted(service, monkeypatch):
    monkeypatch.setattr(json_bodies, "VALUES", 1000)
    service.seed()
    inputs = json.dumps({"x": [[], "\\", '"', '\\"', {}] * 1001})
    for body in ({"inputs": inputs}, {"params": {"x": inputs}}):
        answer = service.u_b.post("/jobs", json={"program_id": "hello", **body})
        assert answer.status_code == 201, answer.text


def test_a_million_strings_are_too_many_as_well(monkeypatch):
    monkeypatch.setattr(json_bodies, "VALUES", 1000)
    body = json.dumps(["x"] * 10_000).encode()
    assert json_bodies._holds_too_much(body)


def test_interim_results_that_are_no_json_are_strings_however_large(service):
    texts = ["[" * 100_000, '"' + "x" * 300_000 + '"', "[" * 300_000]

    async def script(scripted):
        await scripted.publish(*texts)

    service.script(script)
    service.seed()
    job_id = service.u_b.submit()
    service.u_b.finished(job_id)
    found = service.u_b.get(f"/jobs/{job_id}/interim_results").json()
    assert found == [texts[0], texts[1].strip('"'), texts[2]]


def test_metrics_come_in_order_however_many(service):
    from program_runtime.execution.events import EventType

    async def script(scripted):
        for step in range(1200):
            text = json.dumps({"step": step, "values": {"energy": -step}})
            await scripted.publish(text, kind=EventType.METRIC)

    service.script(script)
    service.seed()
    job_id = service.u_b.submit()
    service.u_b.finished(job_id)
    found = service.u_b.get(f"/jobs/{job_id}/metrics").json()
    assert [metric["step"] for metric in found["metrics"]] == list(range(1200))
    assert found["usage"]["status"] == "complete"
    empty = service.u_b.submit()
    service.u_b.finished(empty)
    assert len(service.u_b.get(f"/jobs/{empty}/metrics").json()["metrics"]) == 1200


def test_large_submissions_wait_on_disk_for_their_turn(service):
    service.seed()
    inputs = json.dumps({"x": "y" * 3_000_000})
    bodies = [
        json.dumps({"program_id": "hello", "inputs": inputs}).encode() for _ in range(2)
    ]
    lengthless = iter([bodies[1][:1000], bodies[1][1000:]])
    for content in (bodies[0], lengthless):
        answer = send(service, service.u_b, ("POST", "/api/v1/jobs"), content=content)
        assert answer.status_code == 201, answer.text
        found = service.u_b.get(f"/jobs/{answer.json()['id']}/inputs")
        assert found.text == inputs
    assert not list((service.folder / "data" / "spool").glob("upload-*"))
