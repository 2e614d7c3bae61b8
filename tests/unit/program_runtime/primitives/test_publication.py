"""The built-in programs, published when a service starts."""

import asyncio
import json
from importlib.metadata import version

import pytest

from program_runtime import bundle, primitives
from program_runtime.service import builtin_programs
from program_runtime.service.builtin_programs import publish_builtin_programs
from program_runtime.service.domain import BUILTIN_OWNER, Release, Visibility
from program_runtime.service.store import MemoryBlobStore, MemoryStore

NAMES = ["estimator", "executor", "sampler"]


@pytest.fixture
def blobs():
    return MemoryBlobStore()


@pytest.fixture
def store(blobs):
    return MemoryStore(blobs)


@pytest.fixture
def publish(store, blobs, tmp_path):
    def publish():
        asyncio.run(publish_builtin_programs(store, blobs, tmp_path))

    return publish


def get(coroutine):
    return asyncio.run(coroutine)


def test_the_programs_are_there_by_name():
    assert [program.name for program in primitives.builtin()] == NAMES
    for program in primitives.builtin():
        assert (program.folder / "program.py").is_file()


@pytest.mark.parametrize("name", NAMES)
def test_a_built_in_program_is_public_and_of_no_user(store, publish, name):
    publish()
    program = get(store.programs.get(name))
    assert program.owner == BUILTIN_OWNER
    assert program.visibility is Visibility.PUBLIC
    assert program.latest_version == version("qiskit-program-toolkit")
    assert program.description


@pytest.mark.parametrize("name", NAMES)
def test_its_bundle_is_one_that_the_service_would_take(
    store, blobs, publish, tmp_path, name
):
    publish()
    release = get(store.programs.release(name))
    path = tmp_path / "bundle.zip"
    path.write_bytes(blobs.open(release.digest).read())
    summary = bundle.inspect_bundle(path)
    assert (summary.metadata.name, summary.metadata.version) == (
        name,
        release.version,
    )


def test_publishing_again_changes_nothing(store, publish):
    publish()
    before = [get(store.programs.get(name)) for name in NAMES]
    publish()
    assert [get(store.programs.get(name)) for name in NAMES] == before


def test_other_sources_of_the_same_version_are_a_release_beside_it(
    store, publish, tmp_path, monkeypatch
):
    publish()
    folder = tmp_path / "sampler"
    folder.mkdir()
    content = {"name": "sampler", "description": "Changed."}
    (folder / "program.json").write_text(json.dumps(content))
    (folder / "program.py").write_text("def main(backend, user_messenger):\n    pass\n")
    changed = primitives.Builtin(name="sampler", folder=folder)
    with monkeypatch.context() as patch:
        patch.setattr(builtin_programs, "builtin", lambda: (changed,))
        publish()
        program = get(store.programs.get("sampler"))
        own = version("qiskit-program-toolkit")
        assert program.latest_version.startswith(f"{own}+")
        assert len(program.latest_version) == len(own) + 9
        assert program.description == "Changed."
    # And back again: the label moves, nothing is published.
    publish()
    assert get(store.programs.get("sampler")).latest_version == own
    assert len(get(store.programs.releases("sampler"))) == 2


def test_a_program_of_somebody_else_stays_and_the_log_says_so(
    store, blobs, publish, tmp_path, caplog
):
    path = tmp_path / "own.zip"
    files = {"program.py": b"def main(a, b):\n    pass\n", "program.json": b"{}"}
    info = bundle.write_bundle(files, path)
    blobs.put_file(path, info.digest)
    from datetime import UTC, datetime

    release = Release(
        program_id="sampler",
        version="1.0.0",
        digest=info.digest,
        size=info.size,
        metadata={},
        created=datetime.now(UTC),
        published_by="maker",
    )
    get(store.programs.publish(release, owner="maker", description="Mine."))
    publish()
    assert get(store.programs.get("sampler")).owner == "maker"
    assert "the built-in program 'sampler' is missing" in caplog.text
    assert get(store.programs.get("estimator")).owner == BUILTIN_OWNER
