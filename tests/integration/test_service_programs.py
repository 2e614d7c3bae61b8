"""Programs over HTTP: published through the intake, shown, labelled, deleted."""

import json

import pytest


def failure_of(answer, status):
    assert answer.status_code == status, answer.text
    return answer.json()["error"]


def put(account, info, name="hello", version="1.0.0", query="", **headers):
    return account.put(
        f"/programs/{name}/releases/{version}{query}",
        content=info.path.read_bytes(),
        headers={"X-Bundle-Digest": info.digest, **headers},
    )


def test_a_bundle_is_published_run_and_published_again_without_harm(service):
    info = service.bundle()
    first = put(service.maker, info, query="?label=stable&visibility=public")
    assert first.status_code == 201
    release = first.json()
    assert release["digest"] == info.digest
    assert release["labels"] == ["latest", "stable"]
    assert release["metadata"]["name"] == "hello"
    assert (release["size"], release["published_by"]) == (info.size, "maker")
    again = put(service.maker, info)
    assert (again.status_code, again.json()) == (200, release)
    job_id = service.u_b.submit(inputs='{"x": 1}')
    assert service.u_b.get(f"/jobs/{job_id}/results?wait=10").text == '{"x": 1}'


def test_other_bytes_under_a_published_version_are_a_conflict(service):
    put(service.maker, service.bundle())
    changed = service.bundle(
        source="def main(backend, user_messenger):\n    return 2\n"
    )
    error = failure_of(put(service.maker, changed), 409)
    assert error["code"] == "version_exists"
    assert error["message"] == "hello 1.0.0 is published with other bytes."
    assert "raise the version" in error["hint"]


def test_a_name_of_another_owner_is_taken(service):
    service.seed(visibility="private")
    info = service.bundle(version="2.0.0")
    error = failure_of(put(service.other, info, version="2.0.0"), 409)
    assert error["code"] == "name_taken"
    assert error["message"] == "The name 'hello' belongs to another owner."


def test_an_admin_publishes_for_the_owner(service):
    service.seed()
    info = service.bundle(version="2.0.0")
    assert put(service.root, info, version="2.0.0").status_code == 201
    program = service.maker.get("/programs/hello").json()
    assert (program["owner"], program["version"]) == ("maker", "2.0.0")


def test_a_bundle_must_be_what_it_is_published_as(service):
    info = service.bundle("other", "3.0.0")
    error = failure_of(put(service.maker, info), 400)
    assert error["code"] == "bad_bundle"
    assert [problem["message"] for problem in error["problems"]] == [
        "is 'other', but is published as 'hello'",
        "is '3.0.0', but is published as '1.0.0'",
    ]


def test_a_damaged_upload_is_noticed_by_its_digest(service):
    info = service.bundle()
    digest = f"sha256:{'0' * 64}"
    error = failure_of(put(service.maker, info, **{"X-Bundle-Digest": digest}), 400)
    assert error["code"] == "bad_digest"


@pytest.mark.parametrize("damage", ["truncated", "corrupted", "empty", "text"])
def test_a_damaged_bundle_is_refused_with_what_is_wrong(service, damage):
    whole = service.bundle().path.read_bytes()
    content = {
        "truncated": whole[: len(whole) // 2],
        "corrupted": whole[:40] + b"\0" * 40 + whole[80:],
        "empty": b"",
        "text": b"hello",
    }[damage]
    answer = service.maker.put("/programs/hello/releases/1.0.0", content=content)
    error = failure_of(answer, 400)
    assert error["code"] == "bad_bundle"
    assert error["problems"] or error["message"]
    assert service.maker.get("/programs").json()["count"] == 0
    assert list(service.context.spool_dir.iterdir()) == []


def test_a_program_without_main_is_refused(service):
    info = service.bundle(source="x = 1\n")
    error = failure_of(put(service.maker, info), 400)
    assert error["code"] == "bad_bundle"
    assert any("main" in problem["message"] for problem in error["problems"])


def test_an_upload_of_eleven_megabytes_is_413_and_leaves_nothing(service):
    def pieces():
        for _ in range(11):
            yield b"x" * 1024 * 1024

    for content in (pieces(), b"x" * 11 * 1024 * 1024):
        answer = service.maker.put("/programs/hello/releases/1.0.0", content=content)
        error = failure_of(answer, 413)
        assert error["code"] == "too_large"
        assert error["message"] == "The request is larger than 10,485,760 bytes."
    assert list(service.context.spool_dir.iterdir()) == []


def test_a_user_may_not_publish(service):
    error = failure_of(put(service.u_b, service.bundle()), 403)
    assert error["code"] == "forbidden"
    assert error["message"] == "u_b has the role user; this needs the role author."


def test_the_program_document_is_that_of_the_latest_release(service):
    spec = {"parameters": {"type": "object", "properties": {"x": {"type": "number"}}}}
    info = service.seed(spec=spec)
    program = service.u_b.get("/programs/hello").json()
    assert program["spec"] == spec
    assert program["digest"] == info.digest
    assert (program["cost"], program["is_public"]) == (300, True)
    assert program["labels"] == {"latest": "1.0.0"}
    assert program["creation_date"].endswith("Z")


def test_programs_are_searched_and_paged(service):
    for name in ("vqe", "qaoa", "vqe-2"):
        service.seed(name)
    found = service.u_b.get("/programs?search=VQE&limit=1").json()
    assert (len(found["programs"]), found["count"]) == (1, 2)


def test_a_private_program_is_404_for_others(service):
    service.seed("secret", visibility="private")
    for path in ("", "/releases", "/releases/1.0.0", "/releases/1.0.0/bundle"):
        error = failure_of(service.other.get(f"/programs/secret{path}"), 404)
        assert error["code"] == "program_not_found"
    assert service.other.get("/programs").json()["count"] == 0
    failure_of(service.other.delete("/programs/secret"), 404)
    assert service.maker.get("/programs").json()["count"] == 1
    assert service.root.get("/programs/secret").status_code == 200


def test_public_means_metadata_and_running_but_never_the_source(service):
    info = service.seed()
    assert service.u_b.get("/programs/hello/releases/1.0.0").status_code == 200
    error = failure_of(service.other.get("/programs/hello/releases/1.0.0/bundle"), 403)
    assert error["message"] == "The program 'hello' belongs to maker."
    answer = service.maker.get("/programs/hello/releases/latest/bundle")
    assert answer.headers["x-bundle-digest"] == info.digest
    assert len(answer.content) == info.size


def test_only_the_owner_changes_a_program(service):
    service.seed()
    answers = [
        service.other.patch("/programs/hello", json={"visibility": "private"}),
        service.other.put("/programs/hello/labels/mine", json={"version": "1.0.0"}),
        service.other.delete("/programs/hello"),
    ]
    assert [answer.status_code for answer in answers] == [403] * 3


def test_visibility_changes(service):
    service.seed()
    answer = service.maker.patch("/programs/hello", json={"visibility": "private"})
    assert answer.json()["is_public"] is False
    failure_of(service.u_b.get("/programs/hello"), 404)
    bad = service.maker.patch("/programs/hello", json={"visibility": "secret"})
    error = failure_of(bad, 400)
    assert error["problems"][0]["path"] == "visibility"


def test_a_label_moves_and_a_rollback_is_the_label_latest(service):
    service.seed(version="1.0.0")
    service.seed(version="2.0.0", source="def main(b, m): return 2\n")
    answer = service.maker.put(
        "/programs/hello/labels/latest", json={"version": "1.0.0"}
    )
    assert answer.json()["labels"] == {"latest": "1.0.0"}
    assert service.u_b.get("/programs/hello").json()["version"] == "1.0.0"
    missing = service.maker.put(
        "/programs/hello/labels/beta", json={"version": "7.0.0"}
    )
    assert failure_of(missing, 404)["code"] == "release_not_found"
    bad = service.maker.put("/programs/hello/labels/1.0", json={"version": "1.0.0"})
    assert failure_of(bad, 400)["problems"][0]["path"] == "label"


def test_a_release_can_be_tried_before_latest_moves(service):
    service.seed(version="1.0.0")
    info = service.bundle(version="1.1.0")
    held = put(service.maker, info, version="1.1.0", query="?label=canary&hold=true")
    assert (held.status_code, held.json()["was_latest"]) == (201, False)
    program = service.maker.get("/programs/hello").json()
    assert program["labels"] == {"canary": "1.1.0", "latest": "1.0.0"}
    job = service.u_b.post(
        "/jobs", json={"program_id": "hello:canary", "inputs": "{}"}
    ).json()
    assert job["program"]["version"] == "1.1.0"

    service.maker.put("/programs/hello/labels/latest", json={"version": "1.1.0"})
    releases = service.maker.get("/programs/hello/releases").json()["releases"]
    assert [(each["version"], each["was_latest"]) for each in releases] == [
        ("1.1.0", True),
        ("1.0.0", True),
    ]


def test_a_first_release_is_the_latest_though_it_was_to_be_held(service):
    held = put(service.maker, service.bundle(), query="?hold=true")
    assert held.json()["labels"] == ["latest"]


def test_a_deleted_program_is_gone_but_its_jobs_keep_their_results(service):
    service.seed()
    job_id = service.u_b.submit(inputs="{}")
    service.u_b.finished(job_id)
    assert service.maker.delete("/programs/hello").status_code == 204
    failure_of(service.u_b.get("/programs/hello"), 404)
    assert service.u_b.get(f"/jobs/{job_id}/results").json() == {}


def test_the_retired_form_of_metadata_is_normalised_at_the_door(service):
    spec = {
        "parameters": [
            {"name": "x", "description": "d", "type": "integer", "required": True}
        ]
    }
    answer = put(service.maker, service.bundle(spec=spec))
    assert answer.status_code == 201, answer.text
    parameters = json.loads(answer.text)["metadata"]["spec"]["parameters"]
    assert "x" in parameters["properties"]
