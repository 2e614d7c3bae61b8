"""The small parts of the service, each alone."""

import asyncio
import hashlib
import io
import json
import os
import stat
import sys
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from program_runtime.bundle import write_bundle
from program_runtime.client import profiles
from program_runtime.client.secret import Secret
from program_runtime.errors import (
    BackendNotFoundError,
    ExecutionError,
    ServiceStartError,
)
from program_runtime.service import Settings, data_lock, owner
from program_runtime.service.activity import Activity
from program_runtime.service.api.documents import ends_job, event_text, events_text
from program_runtime.service.backends import Backends
from program_runtime.service.domain import Role, StoredEvent, User, hash_token
from program_runtime.service.private_file import write_private
from program_runtime.service.releases import ReleaseFolders
from program_runtime.service.remembered import RememberedPrograms
from program_runtime.service.store import MemoryBlobStore, MemoryStore
from program_runtime.service.tokens import Tokens
from program_runtime.service.uploads import Uploads


@given(
    st.integers(1, 2**60),
    st.floats(0, 2**40),
    st.sampled_from(["interim", "log", "result"]),
    st.text(st.characters(exclude_categories=["Cs"])),
)
@settings(max_examples=50)
def test_an_event_is_the_json_that_json_would_write(seq, moment, kind, data):
    event = StoredEvent(seq, moment, kind, data, None, len(data))
    read = json.loads(events_text([event, event]))
    assert read == [{"seq": seq, "time": moment, "type": kind, "data": data}] * 2


def test_a_large_event_carries_its_digest():
    event = StoredEvent(3, 1.5, "interim", None, "sha256:ab", 70000)
    assert json.loads(event_text(event)) == {
        "seq": 3,
        "time": 1.5,
        "type": "interim",
        "data": None,
        "blob": "sha256:ab",
        "size": 70000,
    }


@pytest.mark.parametrize(
    ("kind", "data", "expected"),
    [
        ("status", '{"status": "Running"}', False),
        ("status", '{"status": "Completed"}', True),
        ("status", '{"status": "Failed", "code": "wall_time"}', True),
        ("interim", '{"status": "Completed"}', False),
    ],
)
def test_only_a_final_status_ends_a_job(kind, data, expected):
    assert ends_job(StoredEvent(1, 0.0, kind, data, None, 1)) is expected


class Users:
    """Counts how often it is asked."""

    def __init__(self):
        self.asked = 0
        self.user = User(name="u_b", role=Role.USER, created=datetime.now(UTC))
        self.users = self

    async def by_token_hash(self, token_hash):
        self.asked += 1
        return self.user if token_hash == hash_token("qrt_right") else None


def test_a_token_is_remembered_for_a_moment_only():
    now = [0.0]
    store = Users()
    tokens = Tokens(store, lifetime_s=2, clock=lambda: now[0])

    async def scenario():
        for moment in (0, 1.9, 2.1, 2.2):
            now[0] = moment
            assert (await tokens.user("qrt_right")).name == "u_b"
        assert store.asked == 2
        tokens.forget()
        store.user = None
        return await tokens.user("qrt_right")

    assert asyncio.run(scenario()) is None


def test_a_wrong_token_is_never_remembered():
    store = Users()
    tokens = Tokens(store)

    async def scenario():
        return [await tokens.user("qrt_wrong") for _ in range(3)]

    assert asyncio.run(scenario()) == [None] * 3
    assert store.asked == 3


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True),
        ("127.8.9.1", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("10.1.2.3", False),
        ("example.org", False),
    ],
)
def test_what_only_this_machine_can_reach(host, loopback):
    assert Settings(host=host).is_loopback() is loopback


def test_arguments_come_before_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("QRT_PORT", "9999")
    monkeypatch.setenv("QRT_WORKERS", "7")
    chosen = Settings(port=1234, data_dir=tmp_path)
    assert (chosen.port, chosen.workers) == (1234, 7)
    assert chosen.database() == f"sqlite:///{tmp_path}/db.sqlite3"


def test_one_service_for_a_data_directory(tmp_path):
    with data_lock.hold(tmp_path):
        with (
            pytest.raises(ServiceStartError) as refused,
            data_lock.hold(tmp_path),
        ):
            pytest.fail("held twice")
        assert str(refused.value) == (
            f"Another service (process {os.getpid()}) uses {tmp_path}. "
            "Stop it first, or choose another folder with --data-dir."
        )
    with data_lock.hold(tmp_path):
        assert (tmp_path / "lock").stat().st_mode & 0o777 == 0o600


def test_an_unused_service_knows_for_how_long():
    now = [0.0]
    seen = []

    async def app(scope, receive, send):
        now[0] = 5.0
        seen.append(activity.idle_s)

    activity = Activity(app, clock=lambda: now[0])
    now[0] = 3.0
    assert activity.idle_s == 3.0
    asyncio.run(activity({"type": "http"}, None, None))
    assert seen == [0.0]
    now[0] = 6.0
    asyncio.run(activity({"type": "lifespan"}, None, None))
    now[0] = 6.0
    assert activity.idle_s == 1.0


def test_uploads_belong_to_who_sent_them_for_a_day(tmp_path):
    uploads = Uploads(tmp_path / "uploads")
    uploads.add("u_b", "sha256:ab")
    again = Uploads(tmp_path / "uploads")
    assert again.has("u_b", "sha256:ab")
    assert not again.has("other", "sha256:ab")
    assert not again.has("u_b", "sha256:../../ab")
    [path] = (tmp_path / "uploads").glob("*/*")
    assert again.sweep() == 0
    assert again.sweep(path.stat().st_mtime + 25 * 3600) == 1
    assert not again.has("u_b", "sha256:ab")


def publishable(folder):
    files = {
        "program.json": b'{"name": "hello", "version": "1.0.0", "spec": {}}',
        "program.py": b"def main(backend, user_messenger):\n    pass\n",
        "data/points.csv": b"1,2\n",
    }
    return write_bundle(files, folder / "bundle.zip")


def test_a_release_is_unpacked_once_however_many_ask(tmp_path):
    blobs = MemoryBlobStore()
    info = publishable(tmp_path)
    blobs.put_file(info.path, info.digest)
    opened = []
    original = blobs.open
    blobs.open = lambda digest: opened.append(digest) or original(digest)
    folders = ReleaseFolders(tmp_path / "releases", tmp_path, blobs)

    async def ask():
        return await asyncio.gather(*(folders.folder(info.digest) for _ in range(8)))

    [folder] = set(asyncio.run(ask()))
    assert opened == [info.digest]
    assert (folder / "data" / "points.csv").read_bytes() == b"1,2\n"
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (folder, folder / "data")}
    assert modes == {0o555}
    assert [path.name for path in tmp_path.iterdir()] == ["releases"]
    later = ReleaseFolders(tmp_path / "releases", tmp_path, blobs)
    assert asyncio.run(later.folder(info.digest)) == folder
    assert opened == [info.digest]


def test_the_first_start_opens_one_account_and_a_second_start_none(tmp_path):
    async def scenario():
        store = MemoryStore()
        first = await owner.ensure_owner(store, tmp_path)
        second = await owner.ensure_owner(store, tmp_path)
        token = (tmp_path / "owner.token").read_text().strip()
        return first, second, await store.users.by_token_hash(hash_token(token))

    first, second, user = asyncio.run(scenario())
    assert (first, second) == (True, False)
    assert (user.name, user.role) == ("owner", Role.ADMIN)
    assert (tmp_path / "owner.token").stat().st_mode & 0o777 == 0o600


def test_the_profile_follows_the_service_but_spares_that_of_another(tmp_path):
    def start(name, port, *, first=False):
        data_dir = tmp_path / name
        data_dir.mkdir(exist_ok=True)
        write_private(data_dir / "owner.token", f"token-of-{name}\n")
        chosen = Settings(data_dir=data_dir, config_dir=tmp_path / "config")
        owner.save_profile(chosen, f"http://127.0.0.1:{port}", first_start=first)
        saved = profiles.load(tmp_path / "config")["local"]
        return saved.url[-1], saved.token.reveal()

    assert start("a", 1, first=True) == ("1", "token-of-a")
    assert profiles.current(tmp_path / "config") == "local"
    assert start("a", 2) == ("2", "token-of-a")
    assert start("b", 3) == ("2", "token-of-a")
    assert start("b", 4, first=True) == ("4", "token-of-b")


def test_a_home_that_can_not_be_written_keeps_no_service_down(tmp_path, caplog):
    (tmp_path / "config").write_text("a file is in the way")
    write_private(tmp_path / "owner.token", "qrt_planted\n")
    chosen = Settings(data_dir=tmp_path, config_dir=tmp_path / "config")
    owner.save_profile(chosen, "http://127.0.0.1:1", first_start=True)
    assert "the profile 'local' is not saved" in caplog.text
    assert "qrt_planted" not in caplog.text


def test_a_current_profile_stays_current(tmp_path):
    other = profiles.Profile(name="lab", url="https://lab", token=Secret("t"))
    profiles.save(tmp_path, other, make_current=True)
    write_private(tmp_path / "owner.token", "t\n")
    chosen = Settings(data_dir=tmp_path, config_dir=tmp_path)
    owner.save_profile(chosen, "http://127.0.0.1:1", first_start=True)
    assert profiles.current(tmp_path) == "lab"


def test_a_backend_out_of_order_is_not_kept_on_disk(tmp_path, monkeypatch):
    from program_runtime.service import backends

    async def broken():
        return json.dumps({"aer_simulator": {"error": "its code failed"}}).encode()

    monkeypatch.setattr(backends, "_describe_all", broken)
    catalog = Backends(tmp_path / "cache")
    with pytest.raises(BackendNotFoundError, match="its code failed"):
        asyncio.run(catalog.describe("aer_simulator"))
    assert not (tmp_path / "cache").exists()


def test_a_describing_child_that_fails_is_reported(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(ExecutionError, match="could not be described"):
        asyncio.run(Backends(tmp_path).describe("aer_simulator"))
    assert "describing the backends failed" in caplog.text


def test_bytes_of_a_blob_come_in_pieces_and_the_file_is_closed():
    from program_runtime.service.transfer import blob_pieces

    source = io.BytesIO(os.urandom(2_500_000))
    whole = hashlib.sha256(source.getvalue()).hexdigest()
    pieces = list(blob_pieces(source))
    assert [len(piece) for piece in pieces] == [1048576, 1048576, 402848]
    assert hashlib.sha256(b"".join(pieces)).hexdigest() == whole
    assert source.closed


class Programs:
    """Counts how often it is asked for a program."""

    def __init__(self):
        self.asked = 0
        self.there = True
        self.programs = self

    async def get(self, program_id):
        self.asked += 1
        return f"program {program_id}" if self.there else None


def test_a_program_is_remembered_for_a_moment_and_never_its_absence():
    now = [0.0]
    store = Programs()
    programs = RememberedPrograms(store, clock=lambda: now[0])

    async def scenario():
        assert await programs.get("vqe") == await programs.get("vqe")
        assert store.asked == 1
        now[0] = 1.1
        await programs.get("vqe")
        programs.forget("vqe")
        store.there = False
        assert [await programs.get("vqe") for _ in range(2)] == [None, None]
        return store.asked

    assert asyncio.run(scenario()) == 4


def test_what_is_remembered_is_bounded():
    store = Programs()
    programs = RememberedPrograms(store)

    async def scenario():
        for number in range(600):
            await programs.get(str(number))
        return len(programs._known)

    assert asyncio.run(scenario()) <= 256


def test_no_attribute_but_the_public_ones():
    from program_runtime import service

    assert dir(service) == ["Settings", "create_app", "serve"]
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = service.nothing
