"""One build for each lock, whoever asks, and a clear word when there is none."""

import asyncio
import os
import shutil
import stat
import threading

import pytest

from program_runtime.environments import BaseEnvironment, Kind, Lock, Pin
from program_runtime.errors import BadRequirementsError
from program_runtime.service.environments import Environments, Shelf

HASH = f"sha256:{'0' * 64}"
BASE = BaseEnvironment(
    python="3.11",
    platform="x86_64-manylinux_2_28",
    installed={"numpy": "2.4.6"},
    runs={"numpy": "numpy>=2.0"},
)


class FakeInstaller:
    """Writes what uv would, and counts."""

    def __init__(self):
        self.unpacked = []
        self.requires = {}
        self.gate = asyncio.Event()
        self.gate.set()
        self.failure = None

    async def unpack(self, pins, target, *, work):
        self.unpacked.append([each.name for each in pins])
        await self.gate.wait()
        if self.failure:
            raise self.failure
        self.write(pins, target)

    async def compile(self, packages, *, work):
        pass

    def write(self, pins, target):
        for each in pins:
            about = target / f"{each.name}-{each.version}.dist-info"
            about.mkdir()
            lines = [f"Name: {each.name}", f"Version: {each.version}"]
            lines += [
                f"Requires-Dist: {one}" for one in self.requires.get(each.name, [])
            ]
            (about / "METADATA").write_text("\n".join(lines) + "\n\n")


def lock(*pins, kind=Kind.OVERLAY, requires=(), python="3.11"):
    made = (pin.split("==") for pin in pins)
    return Lock(
        python=python,
        platform=BASE.platform,
        kind=kind,
        requires=requires,
        pins=tuple(Pin(name=n, version=v, hashes=(HASH,)) for n, v in made),
    )


@pytest.fixture
def run():
    with asyncio.Runner() as runner:
        yield runner.run


@pytest.fixture
def installer(run):
    async def make():
        return FakeInstaller()

    return run(make())


@pytest.fixture
def make(tmp_path, installer):
    """Make the environments of a service; each time as after a restart."""

    def make(base=BASE, **options):
        shelf = Shelf(tmp_path / "environments", most_bytes=10**9, unused_s=10**9)
        return Environments(
            shelf, options.get("installer", installer), look=lambda: base
        )

    return make


def test_an_environment_is_built_once_and_then_found(run, make, installer):
    asked = lock("tiny-a==1.0")
    found = run(make().of(asked))
    assert found.overlay[0].is_dir()
    assert not found.alone
    assert run(make().of(asked)) == found
    assert installer.unpacked == [["tiny-a"]]


@pytest.mark.parametrize(
    ("level", "user", "moves"),
    [("reduced", 0, True), ("reduced", 1000, False), ("strong", 0, False)],
    ids=["reduced-root", "reduced-user", "strong-root"],
)
def test_other_users_jobs_can_reach_environments_where_walls_are_low(
    *, make, tmp_path, monkeypatch, level, user, moves
):
    monkeypatch.setattr("os.geteuid", lambda: user)
    (tmp_path / "shared").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "shared"))
    environments = make()
    environments.start(level)
    parent = tmp_path / ("shared" if moves else "")
    assert environments._shelf.root.parent == parent
    # Nobody else can put a folder of that name there later.
    assert environments._shelf.root.exists() is moves


def test_who_asks_meanwhile_waits_for_the_same_build(run, make, installer):
    environments, asked = make(), lock("tiny-a==1.0")

    async def two():
        installer.gate.clear()
        first = asyncio.create_task(environments.of(asked))
        second = asyncio.create_task(environments.of(asked))
        while not installer.unpacked:
            await asyncio.sleep(0)
            await asyncio.sleep(0.001)
        message = environments.progress(asked).message
        first.cancel()
        installer.gate.set()
        return message, await second

    message, found = run(two())
    assert message == "Building the environment: 1 package (tiny-a)."
    assert found.overlay[0].is_dir()
    assert installer.unpacked == [["tiny-a"]]


def test_what_the_base_has_is_not_installed_again(run, make, installer):
    run(make().of(lock("numpy==2.4.6", "tiny-a==1.0")))
    assert installer.unpacked == [["tiny-a"]]


def test_another_base_has_other_environments(run, make, installer):
    asked = lock("tiny-a==1.0")
    first = run(make().of(asked))
    other = BaseEnvironment(
        python="3.11", platform=BASE.platform, installed={"numpy": "2.5.0"}
    )
    assert run(make(other).of(asked)).name != first.name
    assert len(installer.unpacked) == 2


def test_a_failure_that_nobody_waited_for_is_kept_for_who_asks(run, make, installer):
    environments = make()
    installer.failure = BadRequirementsError("no")

    async def scene():
        for name in ("tiny-a", "tiny-b"):
            environments.progress(lock(f"{name}==1.0"))
        assert environments.waiting == 2
        await asyncio.wait([environments.progress(lock("tiny-b==1.0")).task])
        installer.failure = None
        await environments.of(lock("tiny-c==1.0"))
        assert environments.waiting == 0
        return environments.progress(lock("tiny-a==1.0")).task

    assert str(run(scene()).exception()) == "no"
    assert ["tiny-a"] in installer.unpacked


def test_a_failure_is_told_and_the_next_time_is_another_try(run, make, installer):
    environments, asked = make(), lock("tiny-a==1.0")
    installer.failure = BadRequirementsError("no")
    with pytest.raises(BadRequirementsError, match="no"):
        run(environments.of(asked))
    assert not environments.is_there(asked)
    installer.failure = None
    assert run(environments.of(asked)).overlay


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        pytest.param(
            lock("tiny-a==1.0", python="3.12"),
            "is for Python 3.12, programs run on 3.11",
            id="python",
        ),
        pytest.param(
            lock("tiny-a==1.0", requires=("numpy>=3",)),
            "it needs numpy>=3, numpy 2.4.6 is there",
            id="base-too-old",
        ),
        pytest.param(
            lock("tiny-a==1.0", kind=Kind.OWN),
            "a program needs numpy>=2.0, it is not",
            id="own-without-what-runs-it",
        ),
    ],
)
def test_a_lock_that_can_not_work_is_refused_before_a_download(
    run, make, installer, asked, message
):
    with pytest.raises(BadRequirementsError) as caught:
        run(make().of(asked))
    assert [problem.message for problem in caught.value.problems] == [message]
    assert "qrt publish --upgrade" in caught.value.hint
    assert installer.unpacked == []


def test_packages_that_want_another_base_are_named(run, make, installer):
    installer.requires = {"tiny-a": ["numpy>=3", "tiny-b", "extra-one; extra == 'x'"]}
    with pytest.raises(BadRequirementsError) as caught:
        run(make().of(lock("tiny-a==1.0")))
    assert [problem.message for problem in caught.value.problems] == [
        "tiny-a needs numpy>=3, numpy 2.4.6 is there",
        "tiny-a needs tiny-b, it is not",
    ]


def test_no_more_than_the_head_of_what_a_package_says_is_read(run, make, installer):
    installer.requires = {"tiny-a": ["\n\nRequires-Dist: of-the-description"]}
    assert run(make().of(lock("tiny-a==1.0"))).overlay
    installer.requires = {"tiny-b": [f"a{number}" for number in range(30_000)]}
    with pytest.raises(BadRequirementsError, match="says more than 262,144 bytes"):
        run(make().of(lock("tiny-b==1.0")))


def test_an_environment_of_its_own_holds_all_of_its_lock_and_our_package(
    run, make, installer
):
    found = run(make().of(lock("numpy==2.4.6", "tiny-a==1.0", kind=Kind.OWN)))
    packages, runtime = found.overlay
    assert found.alone
    assert installer.unpacked == [["numpy", "tiny-a"]]
    assert packages.is_dir()
    assert (runtime / "program_runtime" / "errors.py").exists()
    assert [path.name for path in runtime.iterdir()] == ["program_runtime"]


def test_an_operator_who_wants_none_is_obeyed(run, make):
    environments = make(installer=None)
    assert not environments.enabled
    with pytest.raises(BadRequirementsError) as caught:
        run(environments.of(lock("tiny-a==1.0")))
    assert "takes no releases with requirements of their own" in str(caught.value)
    assert "1 package (tiny-a)" in str(caught.value)


def test_a_used_environment_survives_a_sweep(run, make, tmp_path):
    class Shy(Shelf):
        def evict(self, used):
            self.kept = list(used)
            return []

    shelf = Shy(tmp_path / "small", most_bytes=1, unused_s=10**9)
    environments = Environments(shelf, FakeInstaller(), look=lambda: BASE)
    found = run(environments.of(lock("tiny-a==1.0")))
    with environments.used(found):
        environments.sweep()
        assert shelf.kept == [found.name]
    environments.sweep()
    assert shelf.kept == []


def test_other_users_can_read_it_whatever_the_services_umask_is(run, make):
    before = os.umask(0o077)
    try:
        found = run(make().of(lock("numpy==2.4.6", kind=Kind.OWN)))
    finally:
        os.umask(before)
    assert {stat.S_IMODE(each.stat().st_mode) for each in found.overlay} == {0o755}


def test_downloads_are_removed_without_stopping_everybody_else(run, make, monkeypatch):
    remove, threads = shutil.rmtree, []

    def watched(folder, **options):
        if os.path.lexists(folder):
            threads.append(threading.current_thread())
        remove(folder, **options)

    monkeypatch.setattr(shutil, "rmtree", watched)
    run(make().of(lock("tiny-a==1.0")))
    assert threads
    assert threading.main_thread() not in threads
