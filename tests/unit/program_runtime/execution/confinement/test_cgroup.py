"""Control groups: for real as far as this machine has them, else on files like them."""

import os
import secrets
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from program_runtime.execution import Limits
from program_runtime.execution.confinement.cgroup import Delegation, Group
from program_runtime.execution.confinement.own_group import own_group

MOUNT = "30 24 0:26 {root} {at} rw,nosuid - cgroup2 cgroup rw\n"
OTHER = "31 24 0:27 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids\n"


@pytest.mark.parametrize(
    ("name", "root", "found"),
    [
        ("/", "/", "/groups"),
        ("/a.slice/b.service", "/", "/groups/a.slice/b.service"),
        ("/docker/1/x", "/docker/1", "/groups/x"),
        ("/../elsewhere", "/docker", None),
    ],
    ids=["root", "service", "part of the tree", "outside"],
)
def test_the_own_group_is_found_below_its_mount(name, root, found, tmp_path):
    (tmp_path / "cgroup").write_text(f"2:cpu:/x\n0::{name}\n")
    mounts = OTHER + MOUNT.format(root=root, at="/groups")
    (tmp_path / "mountinfo").write_text(mounts)
    assert own_group(tmp_path) == (found and Path(found))


def test_without_groups_there_is_no_own_one(tmp_path):
    assert own_group(tmp_path) is None
    (tmp_path / "cgroup").write_text("2:cpu:/x\n")
    (tmp_path / "mountinfo").write_text(OTHER + MOUNT.format(root="/", at="/groups"))
    assert own_group(tmp_path) is None
    (tmp_path / "cgroup").write_text("0::/\n")
    (tmp_path / "mountinfo").write_text(OTHER)
    assert own_group(tmp_path) is None


class FakeGroups:
    """A folder in which a kernel would have put these files."""

    def __init__(self, folder):
        self.folder = folder
        self.write("cgroup.procs", os.getpid())
        self.write("cgroup.controllers", "cpuset cpu io memory pids")
        self.write("cgroup.subtree_control", "")

    def write(self, name, value):
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"{value}\n")

    def read(self, name):
        return (self.folder / name).read_text()


@pytest.fixture
def fake(tmp_path):
    return FakeGroups(tmp_path)


@pytest.fixture
def real_files(monkeypatch):
    """As the kernel does, put the files into each new group."""
    mkdir = Path.mkdir

    def mkdir_with_files(path, *arguments, **more):
        mkdir(path, *arguments, **more)
        for name in ("memory.max", "memory.swap.max", "memory.oom.group", "pids.max"):
            (path / name).touch()

    monkeypatch.setattr(Path, "mkdir", mkdir_with_files)


def test_this_process_moves_into_a_leaf_and_hands_controllers_down(fake):
    delegation = Delegation.find(fake.folder)
    assert delegation.root == fake.folder
    assert delegation.controllers == {"cpu", "memory", "pids"}
    assert fake.read("supervisor/cgroup.procs") == str(os.getpid())
    assert fake.read("cgroup.subtree_control") == "+memory +pids +cpu"


def test_a_group_with_others_in_it_is_left_as_it_is(fake):
    fake.write("cgroup.procs", f"{os.getpid()}\n1")
    assert Delegation.find(fake.folder) is None
    assert not (fake.folder / "supervisor").exists()


def test_a_group_that_this_process_is_not_in_is_left_as_it_is(fake):
    fake.write("cgroup.procs", "")
    assert Delegation.find(fake.folder) is None
    assert not (fake.folder / "supervisor").exists()


def test_without_a_group_nothing_is_delegated(tmp_path, monkeypatch):
    assert Delegation.find(tmp_path) is None
    from program_runtime.execution.confinement import cgroup

    monkeypatch.setattr(cgroup, "own_group", lambda: None)
    assert Delegation.find() is None


def test_a_kernel_that_refuses_finds_this_process_back_where_it_was(fake, monkeypatch):
    (fake.folder / "cgroup.controllers").unlink()
    removed = []
    monkeypatch.setattr(Path, "rmdir", lambda path: removed.append(path))  # noqa: PLW0108 - as a method
    assert Delegation.find(fake.folder) is None
    assert fake.read("cgroup.procs") == str(os.getpid())
    assert removed == [fake.folder / "supervisor"]


def test_a_jobs_group_has_the_jobs_limits(fake, real_files):
    limits = Limits(memory_bytes=1000, disk_bytes=500, processes=7)
    delegation = Delegation(fake.folder, frozenset({"memory", "pids"}))
    delegation.group("job_1", limits, disk_in_memory=False)
    assert fake.read("job_1/memory.max") == "1000"
    assert fake.read("job_1/memory.swap.max") == "0"
    assert fake.read("job_1/memory.oom.group") == "1"
    assert fake.read("job_1/pids.max") == "8"  # one is the keeper
    delegation.group("job_2", limits, disk_in_memory=True)
    assert fake.read("job_2/memory.max") == "1500"


def test_only_what_is_delegated_is_limited(fake, real_files):
    delegation = Delegation(fake.folder, frozenset({"pids"}))
    delegation.group("job_1", Limits(memory_bytes=1000), disk_in_memory=False)
    assert fake.read("job_1/memory.max") == ""
    delegation = Delegation(fake.folder, frozenset({"memory"}))
    delegation.group("job_2", Limits(), disk_in_memory=False)
    assert fake.read("job_2/memory.max") == fake.read("job_2/pids.max") == ""


@pytest.mark.parametrize(
    ("events", "killed"),
    [
        ("low 0\nmax 7\noom 1\noom_kill 3\noom_group_kill 1", True),
        ("low 0\nmax 7\noom 0\noom_kill 0\noom_group_kill 0", False),
    ],
    ids=["killed", "alive"],
)
def test_what_became_of_a_group_is_told(events, killed, fake):
    fake.write("job/memory.events", events)
    fake.write("job/memory.peak", 12345)
    group = Group(fake.folder / "job")
    assert group.oom_killed() is killed
    assert group.memory_peak() == 12345


def test_what_is_not_counted_is_not_told(tmp_path):
    group = Group(tmp_path)
    assert group.oom_killed() is False
    assert group.memory_peak() is None


UNIFIED = next(
    (
        place
        for place in map(Path, ("/sys/fs/cgroup/unified", "/sys/fs/cgroup"))
        if (place / "cgroup.procs").exists() and os.access(place, os.W_OK)
    ),
    None,
)

LIFE = """
import os, signal, sys, time
from pathlib import Path
from program_runtime.execution import Limits
from program_runtime.execution.confinement.cgroup import Delegation
from program_runtime.execution.process_tree import descendants

root = Path(sys.argv[1])
(root / "cgroup.procs").write_text(str(os.getpid()))
delegation = Delegation.find(root)
print(delegation.root == root, (root / "cgroup.procs").read_text() == "")
group = delegation.group("job", Limits(memory_bytes=10**9), disk_in_memory=True)
keeper = os.fork()
if keeper == 0:
    for _ in range(3):
        if os.fork() == 0:
            os.setsid()
            signal.pause()
    signal.pause()
while len(descendants(keeper)) < 3:
    time.sleep(0.002)
group.add(keeper)
members = set((group.path / "cgroup.procs").read_text().split())
print(members == {str(pid) for pid in [keeper, *descendants(keeper)]}, group.remove())
group.kill()
print(os.waitstatus_to_exitcode(os.waitpid(keeper, 0)[1]))
while not group.remove():
    time.sleep(0.002)
print(group.path.exists(), group.remove())
(root.parent / "cgroup.procs").write_text(str(os.getpid()))
(root / "supervisor").rmdir()
"""


@pytest.fixture
def own():
    """A group that only this test uses."""
    if UNIFIED is None:
        pytest.skip("no tree of groups (version 2) to write to")
    group = UNIFIED / f"test-{secrets.token_hex(8)}"
    group.mkdir()
    yield group
    group.rmdir()


def test_a_real_group_ends_all_its_processes_at_once(own):
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(LIFE), str(own)],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [
        "True",
        "True",
        "True",
        "False",
        "-9",
        "False",
        "True",
    ]
