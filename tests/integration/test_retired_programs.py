"""Programs as retired clients upload, change, show and open them."""

import base64
import json

import pytest
from retired_account import OCTETS, SOURCE, Retired

from program_runtime.errors import StorageError
from program_runtime.service.api.retired import single_file

OTHER = SOURCE.replace("inputs\n", "None\n")


@pytest.fixture
def maker(service):
    return Retired(service.maker)


def data(source):
    return base64.b64encode(source.encode())


def versions(service, program_id="hello"):
    releases = service.maker.get(f"/programs/{program_id}/releases").json()["releases"]
    return [release["version"] for release in releases]


def test_an_upload_is_a_program_and_its_first_release(service, maker):
    spec = {"backend_requirements": {"min_num_qubits": 5}}
    answer = maker.upload(spec=spec)
    assert answer.status_code == 201, answer.text
    assert answer.json()["id"] == "hello"
    assert versions(service) == ["1.0.0"]
    found = maker.get("/programs/hello").json()
    assert (found["id"], found["name"], found["data"]) == ("hello", "hello", SOURCE)
    assert (found["cost"], found["description"]) == (300, "Says hello.")
    assert found["is_public"] is False
    assert found["spec"]["backend_requirements"] == {"min_num_qubits": 5}
    assert found["creation_date"].endswith("Z")


def test_a_name_that_is_taken_gets_an_id_of_its_own(service, maker):
    ids = [maker.upload().json()["id"] for _ in range(2)]
    ids.append(Retired(service.other).upload().json()["id"])
    assert ids[0] == "hello"
    assert len(set(ids)) == 3
    assert all(each.startswith("hello-") for each in ids[1:])
    assert maker.get(f"/programs/{ids[1]}").json()["name"] == "hello"


def test_a_name_of_the_services_own_programs_stays_theirs(make_service):
    with make_service(builtin_programs=True) as service:
        answer = Retired(service.maker).upload(name="sampler")
    assert answer.json()["id"].startswith("sampler-")


def test_any_text_is_a_name(maker):
    found = maker.upload(name="Mein Programm é").json()["id"]
    assert found == "mein-programm"
    assert maker.get(f"/programs/{found}").json()["name"] == "Mein Programm é"


def test_metadata_of_the_oldest_form_becomes_a_schema(maker):
    entry = {"name": "a", "description": "One.", "type": "int", "required": True}
    spec = {"parameters": [entry], "return_values": []}
    maker.upload(spec=spec)
    parameters = maker.get("/programs/hello").json()["spec"]["parameters"]
    assert parameters["properties"]["a"]["type"] == "integer"
    assert parameters["required"] == ["a"]


def test_public_on_upload_is_public(service, maker):
    maker.upload(is_public=True)
    assert Retired(service.u_b).get("/programs/hello").json()["is_public"] is True


def test_who_is_no_author_uploads_nothing(service):
    assert Retired(service.u_b).upload().status_code == 403


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"{", "not JSON"),
        (b"[]", "must be a JSON object"),
        (b'{"data": ""}', "name must be a text"),
        (b'{"name": "x"}', "data must be the source in base64"),
        (b'{"name": "x", "data": "%%%"}', "is not base64"),
        (b'{"name": "x", "data": "ZGVmIG1haW4o"}', "can not be used"),
        (b'{"name": "x", "a": ' + b"[" * 90 + b"]" * 90 + b"}", "can not be read"),
    ],
    ids=range(7),
)
def test_what_is_no_program_is_refused_in_words(maker, body, words):
    answer = maker.post("/programs", content=body)
    assert answer.status_code == 400
    assert words in answer.json()["error"]["message"]


def test_an_upload_that_is_too_large_is_refused(make_service):
    with make_service(bundle_bytes=1024) as service:
        answer = Retired(service.maker).upload(source=SOURCE + "#" * 1_000_000)
    assert answer.status_code == 413


def test_other_source_is_the_next_release_under_the_same_id(service, maker):
    maker.upload()
    answer = maker.put("/programs/hello/data", content=data(OTHER), headers=OCTETS)
    assert (answer.status_code, answer.text) == (204, "")
    assert versions(service) == ["1.0.1", "1.0.0"]
    assert maker.get("/programs/hello").json()["data"] == OTHER


def test_other_metadata_is_the_next_release_and_the_rest_stays(service, maker):
    maker.upload(spec={"return_values": {"type": "string"}})
    change = {"name": "New name", "cost": 60}
    # After an upload of bytes the client says that all it sends is bytes.
    answer = maker.patch("/programs/hello", content=json.dumps(change), headers=OCTETS)
    assert answer.status_code == 204
    found = maker.get("/programs/hello").json()
    assert (found["id"], found["name"], found["cost"]) == ("hello", "New name", 60)
    assert found["description"] == "Says hello."
    assert found["spec"]["return_values"] == {"type": "string"}
    assert found["data"] == SOURCE
    assert versions(service) == ["1.0.1", "1.0.0"]


def test_a_spec_is_replaced_whole(maker):
    maker.upload(spec={"return_values": {"type": "string"}})
    spec = {"interim_results": {"type": "integer"}}
    maker.patch("/programs/hello", json={"spec": spec})
    found = maker.get("/programs/hello").json()["spec"]
    assert found["interim_results"] == {"type": "integer"}
    assert found["return_values"] == {}


def test_a_change_that_is_repeated_is_no_other_release(service, maker):
    maker.upload()
    for _ in range(2):
        maker.put("/programs/hello/data", content=data(OTHER))
        maker.patch("/programs/hello", json={"description": "New."})
    assert versions(service) == ["1.0.2", "1.0.1", "1.0.0"]


def test_a_change_goes_on_from_what_is_latest_now(service, maker):
    maker.upload()
    maker.put("/programs/hello/data", content=data(OTHER))
    service.maker.put("/programs/hello/labels/latest", json={"version": "1.0.0"})
    assert maker.get("/programs/hello").json()["data"] == SOURCE
    maker.patch("/programs/hello", json={"description": "New."})
    assert versions(service)[0] == "1.0.2"
    assert maker.get("/programs/hello").json()["data"] == SOURCE


def test_a_native_release_is_changed_as_well(service, maker):
    service.seed()
    maker.put("/programs/hello/data", content=data(OTHER))
    assert service.maker.get("/programs/hello").json()["version"] == "1.0.1"


def test_a_bundle_that_can_not_be_written_leaves_nothing_behind(
    service, maker, monkeypatch
):
    def full(_files, _target):
        raise StorageError("The disk is full.")

    monkeypatch.setattr(single_file, "write_bundle", full)
    # Not one of the codes for which the client tries again.
    assert maker.upload().status_code == 507
    assert list(service.context.spool_dir.iterdir()) == []


def test_a_bundle_that_can_not_be_used_leaves_nothing_behind(service, maker):
    maker.upload()
    source = base64.b64encode(b"#" * 2_000_000)
    answer = maker.put("/programs/hello/data", content=source)
    assert answer.status_code == 400
    assert list(service.context.spool_dir.iterdir()) == []
    assert versions(service) == ["1.0.0"]


def test_who_is_overtaken_by_another_change_tries_again(service, maker, monkeypatch):
    maker.upload()
    releases, stale = service.store.programs.releases, []

    async def late(program_id):
        found = await releases(program_id)
        stale.append(found)
        return stale[0]  # as it was before the first of them

    maker.put("/programs/hello/data", content=data(OTHER))
    monkeypatch.setattr(service.store.programs, "releases", late)
    stale.append(list(service.do(releases, "hello"))[1:])
    answer = maker.patch("/programs/hello", json={"description": "New."})
    assert answer.status_code == 409
    assert len(stale) == 1 + 5


def test_who_may_not_read_a_program_sees_no_source_and_changes_nothing(service, maker):
    maker.upload()
    u_b, other = Retired(service.u_b), Retired(service.other)
    assert u_b.get("/programs/hello").status_code == 404
    assert maker.put("/programs/hello/public").status_code == 204
    found = u_b.get("/programs/hello").json()
    assert found["is_public"] is True
    assert "data" not in found
    assert u_b.put("/programs/hello/private").status_code == 403
    assert other.put("/programs/hello/private").status_code == 403
    assert other.put("/programs/hello/data", content=data(OTHER)).status_code == 403
    assert other.patch("/programs/hello", json={"cost": 1}).status_code == 403
    assert other.delete("/programs/hello").status_code == 403
    assert maker.put("/programs/hello/private").status_code == 204
    assert u_b.get("/programs/hello").status_code == 404


def test_pages_hold_what_they_are_asked_for_and_count_all(service, maker):
    known = maker.get("/programs?limit=20").json()["count"]
    for number in range(5):
        service.seed(f"program-{number}")
    page = maker.get(f"/programs?limit=2&offset={known + 1}").json()
    assert page["count"] == known + 5
    assert [each["id"] for each in page["programs"]] == ["program-1", "program-2"]
    assert all("data" not in each for each in page["programs"])


def test_a_deleted_program_is_gone(maker):
    maker.upload()
    assert maker.delete("/programs/hello").status_code == 204
    assert maker.get("/programs/hello").status_code == 404
    assert maker.delete("/programs/hello").status_code == 404
