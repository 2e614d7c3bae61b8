"""A job in one file."""

import hashlib
import json
import zipfile

import pytest
from unit.toolkit.provenance.records import JOB, Record, events

from program_runtime.bundle import digest_file
from program_runtime.client.stream import Event
from toolkit import provenance
from toolkit.errors import CapsuleError

DIGEST = "sha256:" + "ab" * 32
LARGE = Event(3, 1.0, "interim", None, DIGEST, 70_000)
BACKEND = {"configuration": {"backend_version": "1"}, "properties": {"t1": [1.0]}}
PARTS = {
    "backend.json": json.dumps(BACKEND).encode(),
    "release.json": b"{}",
    "requirements.lock": b"numpy==2.0\n",
}


def written(folder, record, name="job.zip"):
    target = folder / name
    provenance.write_capsule(record, target)
    return target


def event_line(**fields):
    event = {"seq": 1, "time": 1.0, "type": "status", "data": "{}", **fields}
    return json.dumps(event).encode() + b"\n"


def rewritten(path, **contents):
    """The same archive with other contents; None takes one out."""
    with zipfile.ZipFile(path) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    held = {**held, **{k.replace("__", "."): v for k, v in contents.items()}}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in held.items():
            if content is not None:
                archive.writestr(name, content)
    return path


def test_a_job_comes_out_of_its_capsule_as_it_was(tmp_path):
    log = (*events(-1.0)[:2], LARGE, *events(-1.0)[3:])
    record = Record(log=log, parts=PARTS, payloads={DIGEST: '"' + "x" * 70_000 + '"'})
    read = provenance.CapsuleFile(written(tmp_path, record))
    assert read.job == record.job
    assert read.inputs == record.inputs
    assert tuple(read.events) == log
    assert read.payload(LARGE) == record.payload(LARGE)
    assert {name: read.part(name) for name in PARTS} == PARTS
    assert read.part("bundle.zip") is None
    assert provenance.facts_of(read) == provenance.facts_of(record)


def test_the_same_job_makes_the_same_bytes(tmp_path):
    digests = {
        digest_file(written(tmp_path, Record(parts=PARTS), name))
        for name in ("a.zip", "b.zip")
    }
    assert len(digests) == 1


def test_a_capsule_of_a_capsule_is_the_same_file(tmp_path):
    first = written(tmp_path, Record(parts=PARTS), "a.zip")
    second = written(tmp_path, provenance.CapsuleFile(first), "b.zip")
    assert digest_file(first) == digest_file(second)


def test_the_manifest_holds_the_facts_and_a_digest_of_each_part(tmp_path):
    with zipfile.ZipFile(written(tmp_path, Record(parts=PARTS))) as archive:
        manifest = json.loads(archive.read("capsule.json"))
        names = set(archive.namelist())
    assert (manifest["format"], manifest["version"]) == ("qrt-capsule", 1)
    assert set(manifest["parts"]) == names - {"capsule.json"}
    assert manifest["facts"]["seed"] == 7


def test_a_part_that_was_changed_is_refused_by_name(tmp_path):
    path = rewritten(written(tmp_path, Record()), inputs__json=b'{"iterations": 4}')
    read = provenance.CapsuleFile(path)
    with pytest.raises(CapsuleError, match=r"inputs\.json is not what its manifest"):
        _ = read.inputs


def test_a_capsule_of_a_later_format_says_which_side_to_update(tmp_path):
    path = written(tmp_path, Record())
    manifest = {"format": "qrt-capsule", "version": 2, "parts": {}}
    rewritten(path, capsule__json=json.dumps(manifest).encode())
    with pytest.raises(CapsuleError, match="format 2; this version reads 1") as caught:
        provenance.CapsuleFile(path)
    assert "Update this side" in caught.value.hint


@pytest.mark.parametrize(
    "content",
    [b"", b"no zip", b'{"id": "job_1"}'],
    ids=["empty", "text", "json"],
)
def test_what_is_no_archive_is_no_capsule(tmp_path, content):
    path = tmp_path / "some.zip"
    path.write_bytes(content)
    with pytest.raises(CapsuleError, match=r"some\.zip is no capsule of a job"):
        provenance.CapsuleFile(path)


@pytest.mark.parametrize(
    "manifest",
    [None, b"no JSON", b"[]", b'{"format": "other", "version": 1, "parts": {}}'],
    ids=["missing", "text", "list", "other"],
)
def test_an_archive_without_a_manifest_is_no_capsule(tmp_path, manifest):
    path = rewritten(written(tmp_path, Record()), capsule__json=manifest)
    with pytest.raises(CapsuleError, match="is no capsule of a job"):
        provenance.CapsuleFile(path)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("job.json", b"no JSON"),
        ("job.json", b"[]"),
        ("job.json", b'{"id": "job_1"}'),
        ("job.json", json.dumps({**JOB, "id": 7}).encode()),
        ("events.jsonl", b"no JSON\n"),
        ("events.jsonl", b'{"colour": 1}\n'),
        ("events.jsonl", b"[1]\n"),
        ("job.json", json.dumps({**JOB, "options": [1]}).encode()),
        ("job.json", json.dumps({**JOB, "ended": "soon"}).encode()),
        ("events.jsonl", event_line(data=5)),
        ("events.jsonl", event_line(data="[]")),
        ("events.jsonl", event_line(time=1e300)),
    ],
    ids=[
        *("text", "list", "half", "number", "log", "fields", "row"),
        *("options", "ended", "data", "status", "time"),
    ],
)
def test_a_part_that_makes_no_sense_is_named(tmp_path, name, content):
    path = written(tmp_path, Record())
    digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
    with zipfile.ZipFile(path) as archive:
        manifest = json.loads(archive.read("capsule.json"))
    manifest["parts"][name] = {"digest": digest, "size": len(content)}
    changed = {name.replace(".", "__"): content}
    rewritten(path, capsule__json=json.dumps(manifest).encode(), **changed)
    with pytest.raises(CapsuleError, match=f"{name} makes no sense"):
        _ = provenance.CapsuleFile(path).events


def test_a_missing_part_is_named(tmp_path):
    path = written(tmp_path, Record())
    empty = {"format": "qrt-capsule", "version": 1, "parts": {}}
    rewritten(path, capsule__json=json.dumps(empty).encode())
    with pytest.raises(CapsuleError, match=r"holds no job\.json"):
        provenance.CapsuleFile(path)


def test_the_facts_tell_what_a_result_depends_on():
    facts = provenance.facts_of(Record(parts=PARTS))
    assert facts["seed"] == 7
    assert facts["versions"] == {"python": "3.11.7", "qiskit": "2.6.2"}
    assert facts["limits"] == {"wall_time_s": 60.0}
    assert facts["inputs"].startswith("sha256:")
    assert facts["requirements"].startswith("sha256:")
    assert (facts["waited_s"], facts["ran_s"]) == (1.0, 2.5)
    assert facts["attempts"] == ["1970-01-01T00:01:42+00:00"]


def test_the_calibration_of_a_device_is_that_of_the_run():
    noted = {"name": "ibm_x", "digest": "sha256:1"}
    run = Record(conditions={"backend": noted})
    assert provenance.facts_of(run)["calibration"] == noted
    assert provenance.facts_of(Record(parts=PARTS))["calibration"] is None


def test_facts_of_a_job_from_before_they_were_noted_are_unknown():
    facts = provenance.facts_of(Record(conditions=None, options={}))
    unknown = ("versions", "limits", "seed", "calibration", "requirements")
    assert [facts[name] for name in unknown] == [None] * 5
