"""Damaged, oversized and nonsensical uploads to a real service."""

import hashlib
import json
import random
import re
import socket
import zipfile

import pytest

from program_runtime import bundle, errors
from toolkit import publish
from toolkit.errors import FindingsError
from toolkit.project import load_project

MIB = 1024 * 1024
NAME = "damaged"
SOURCE = "def main(backend, user_messenger):\n    return 1\n"
METADATA = {"name": NAME, "version": "1.0.0", "description": "d", "spec": {}}

# What program.json holds, and how each who reads it puts what is wrong.
BAD_METADATA = {
    "not JSON": (
        "{'name': 'damaged'}",
        "program.json",
        (
            "The metadata is not JSON: Expecting property name enclosed in double "
            "quotes at line 1, column 2."
        ),
    ),
    "cut off": (
        '{"name": "damaged",',
        "program.json",
        (
            "The metadata is not JSON: Expecting property name enclosed in double "
            "quotes at line 1, column 20."
        ),
    ),
    "a list": (
        "[]",
        "program.json",
        "The metadata is a list, it must be an object.",
    ),
    "a text": (
        '"damaged"',
        "program.json",
        "The metadata is a string, it must be an object.",
    ),
    "a number as version": (
        json.dumps(METADATA | {"version": 1}),
        "program.json $.version",
        "is 1, must be a string",
    ),
    "a wrong version": (
        json.dumps(METADATA | {"version": "one"}),
        "program.json $.version",
        "is 'one', must be a semantic version",
    ),
}
VERSION_HINT = "write MAJOR.MINOR.PATCH, such as 1.0.0"


@pytest.fixture
def project(tmp_path):
    """Write a project; returns its folder."""

    def write(metadata=None, **files):
        text = json.dumps(METADATA) if metadata is None else metadata
        folder = tmp_path / "project"
        folder.mkdir(exist_ok=True)
        contents = {"program.py": SOURCE, "program.json": text, **files}
        for name, content in contents.items():
            data = content.encode() if isinstance(content, str) else content
            (folder / name).write_bytes(data)
        return folder

    return write


@pytest.fixture
def archive(tmp_path):
    """Write a bundle past everything that would refuse it; returns its bytes."""

    def write(metadata=None, **files):
        text = json.dumps(METADATA) if metadata is None else metadata
        path = tmp_path / "bundle.zip"
        contents = {"program.py": SOURCE, "program.json": text, **files}
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
            for name, content in contents.items():
                target.writestr(name, content)
        return path.read_bytes()

    return write


@pytest.fixture
def put(live):
    """Send bytes as a release, as any client could; returns the answer."""

    def send(data, **headers):
        path = f"/programs/{NAME}/releases/1.0.0"
        return live.http("PUT", path, data=data, headers=headers)

    return send


@pytest.fixture(autouse=True)
def nothing_is_kept(live):
    """Whatever a test sends is refused, and leaves nothing behind."""
    yield
    assert live.alive
    assert live.http("GET", f"/programs/{NAME}").status_code == 404
    assert list((live.data_dir / "spool").glob("upload-*")) == []
    published = live.http("GET", "/programs").json()["programs"]
    blobs = [path for path in (live.data_dir / "blobs").rglob("*") if path.is_file()]
    assert {f"sha256:{path.name}" for path in blobs} <= {p["digest"] for p in published}


def refused(answer, status=400, code="bad_bundle"):
    """Return the problems of a refusal in the words that people read."""
    assert answer.status_code == status, answer.text
    body = answer.json()
    assert body["error"]["code"] == body["errors"][0]["code"] == code
    return [str(errors.Problem(**p)) for p in body["error"].get("problems", ())]


# Metadata


@pytest.mark.parametrize("kind", BAD_METADATA)
def test_bad_metadata_is_refused_by_the_service(put, archive, kind):
    text, path, message = BAD_METADATA[kind]
    [problem] = refused(put(archive(text)))
    assert problem.startswith(f"{path}: {message}")
    assert (VERSION_HINT in problem) == ("version" in path)


@pytest.mark.parametrize("kind", BAD_METADATA)
def test_bad_metadata_is_refused_by_the_client_before_anything_is_sent(
    live, project, kind
):
    text, path, message = BAD_METADATA[kind]
    folder = project(text)
    with pytest.raises(errors.BadMetadataError) as caught:
        live.client().upload_program(
            str(folder / "program.py"), str(folder / "program.json")
        )
    told = str(caught.value)
    if "$" in path:
        path = path.removeprefix("program.json ")
        assert told.startswith(f"The metadata can not be used:\n  {path}: {message}")
        assert VERSION_HINT in told
    elif "JSON" in message:
        assert told.startswith(f"{folder / 'program.json'} is not JSON: Expecting ")
    else:
        name = {"a list": "list", "a text": "str"}[kind]
        assert told == f"{folder / 'program.json'} is no JSON object but a {name}."


@pytest.mark.parametrize("kind", BAD_METADATA)
def test_bad_metadata_is_refused_by_the_command(live, project, kind):
    text, path, message = BAD_METADATA[kind]
    folder = project(text)
    error = live.told("publish", folder, code=3)
    [finding] = error["findings"]
    assert finding["path"] == path
    assert finding["message"].removeprefix("QRT201 ") == message
    assert finding.get("hint") == (VERSION_HINT if "version" in path else None)
    found = json.loads(live.qrt("check", folder, "--json", code=3).stdout)["findings"]
    assert (path, message) in [(each["path"], each["message"]) for each in found]


def test_all_that_is_wrong_with_metadata_is_said_at_once(put, archive):
    text = json.dumps(
        {
            "name": "Bad Name",
            "version": "1.0",
            "max_execution_time": -1,
            "spec": {"parameters": {"type": "array"}},
        }
    )
    problems = refused(put(archive(text)))
    assert [problem.split(":")[0] for problem in problems] == [
        "program.json $.name",
        "program.json $.version",
        "program.json $.max_execution_time",
        "program.json $.spec.parameters.type",
    ]


def test_a_release_is_published_under_its_own_name_and_version_only(put, archive):
    text = json.dumps(METADATA | {"name": "other", "version": "2.0.0"})
    assert refused(put(archive(text))) == [
        (
            "program.json $.name: is 'other', but is published as 'damaged' "
            "(Both must be the same.)"
        ),
        (
            "program.json $.version: is '2.0.0', but is published as '1.0.0' "
            "(Both must be the same.)"
        ),
    ]


# The archive


def corrupt(data):
    """Flip one byte in the middle of the first file's content."""
    at = data.index(b"program.py") + len("program.py") + 8
    return data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :]


def test_a_corrupted_bundle_is_refused_by_the_service(put, archive):
    [problem] = refused(put(corrupt(archive())))
    assert problem.startswith("program.py: is damaged: ")


@pytest.mark.parametrize("kept", [0, 1, 4, 30, -1, -22])
def test_a_truncated_bundle_is_refused_by_the_service(put, archive, kept):
    [problem] = refused(put(archive()[:kept]))
    assert problem in {
        "bundle: The bundle is not a zip archive.",
        "bundle: The bundle is truncated, or something follows the archive.",
    }


def test_bytes_that_are_no_archive_are_refused(put):
    assert refused(put(random.Random(7).randbytes(5000))) == [
        "bundle: The bundle is not a zip archive."
    ]


def test_bytes_that_are_not_those_announced_are_refused(put, archive):
    data = archive()
    announced = f"sha256:{hashlib.sha256(data).hexdigest()}"
    got = f"sha256:{hashlib.sha256(corrupt(data)).hexdigest()}"
    answer = put(corrupt(data), **{"X-Bundle-Digest": announced})
    assert refused(answer, code="bad_digest") == []
    assert answer.json()["error"]["message"] == (
        f"The body has the digest {got}, the header says {announced}."
    )


def test_an_upload_that_breaks_off_leaves_nothing(live, archive):
    data = archive()
    head = (
        f"PUT /api/v1/programs/{NAME}/releases/1.0.0 HTTP/1.1\r\nHost: x\r\n"
        f"Authorization: Bearer {live.token}\r\nContent-Length: {len(data)}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", live.port)) as connection:
        connection.sendall(head.encode() + data[:-50])
    assert live.http("GET", "/users/me").status_code == 200


@pytest.mark.parametrize("announced", [True, False])
def test_an_11_mb_bundle_is_refused_by_the_service(put, announced):
    data = bytes(11 * MIB)
    pieces = (data[at : at + MIB] for at in range(0, len(data), MIB))
    answer = put(data if announced else pieces)
    assert refused(answer, status=413, code="too_large") == []
    message = answer.json()["error"]["message"]
    assert message == "The request is larger than 10,485,760 bytes."


# Through client and toolkit


def test_damaged_bundles_are_refused_by_the_client(live, archive, tmp_path):
    client = live.client()
    path = tmp_path / "given.zip"
    path.write_bytes(corrupt(archive()))
    with pytest.raises(errors.BadBundleError, match=r"program\.py: is damaged: "):
        client.upload_program(str(path))
    path.write_bytes(archive()[:-30])
    with pytest.raises(errors.BadBundleError, match=r"^The bundle is truncated"):
        client.upload_program(str(path))


def test_11_mb_are_refused_by_client_and_command(live, archive, project):
    data = {"data.bin": random.Random(7).randbytes(11 * MIB)}
    folder = project(**data)
    (folder / "given.zip").write_bytes(archive(**data))
    with pytest.raises(errors.BadBundleError) as caught:
        live.client().upload_program(str(folder / "given.zip"))
    too_large = (
        r"The bundle has 11\.0 MiB \([\d,]+ bytes\), "
        r"the limit is 10\.0 MiB \(10,485,760 bytes\)\."
    )
    assert re.fullmatch(too_large, str(caught.value))
    (folder / "given.zip").unlink()
    for command in ("build", "publish"):
        error = live.refusal(command, folder, code=3)
        assert error["code"] == "bad_bundle"
        assert re.fullmatch(
            f"The bundle of damaged would be refused: {too_large}", error["message"]
        )
        assert error["hint"].startswith("The largest files are data.bin (11.0 MiB ")


def test_a_bundle_damaged_on_its_way_is_refused_and_can_be_sent_again(
    live, project, tmp_path
):
    client = live.client()
    folder = project(json.dumps(METADATA | {"name": "mended"}))
    plan = publish.plan_publish(load_project(folder), client.api, out_dir=tmp_path)
    whole = plan.bundle.path.read_bytes()
    plan.bundle.path.write_bytes(corrupt(whole))
    with pytest.raises(errors.ApiError) as caught:
        publish.publish(plan, client.api)
    assert caught.value.service_code == "bad_digest"
    assert caught.value.hint == "The upload was damaged on its way: send it again."
    plan.bundle.path.write_bytes(whole)
    assert publish.publish(plan, client.api).created
    assert client.run("mended").result(60) == 1


def test_a_bundle_that_only_the_service_refuses_lists_what_is_wrong(
    live, project, archive, tmp_path
):
    api = live.client().api
    plan = publish.plan_publish(load_project(project()), api, out_dir=tmp_path)
    plan.bundle.path.write_bytes(archive("[]", **{"program.py": "answer = 42\n"}))
    digest = bundle.digest_file(plan.bundle.path)
    object.__setattr__(plan.bundle, "digest", digest)
    with pytest.raises(FindingsError) as caught:
        publish.publish(plan, api)
    assert caught.value.summary == (
        "The service refused the bundle: The bundle can not be used:"
    )
    assert [problem.path for problem in caught.value.problems] == [
        "program.json",
        "program.py",
    ]
