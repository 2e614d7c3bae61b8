"""Rights that were given up can not be had again."""

import os
import shutil
import subprocess
import sys

import pytest
from confined_process import ALL, JOB_USER, NOT_YET_POWERLESS, attempt

from program_runtime.execution.confinement import credentials

is_root = pytest.mark.skipif(os.geteuid() != 0, reason="who is not root has no more")


def test_a_job_without_capabilities_can_not_mount(user):
    piece = "found = outcome(kernel.mount, 'tmpfs', '/tmp', 'tmpfs')"
    found = attempt(user, piece, without=NOT_YET_POWERLESS)
    assert found == (None, "EPERM")


def test_a_read_only_root_stays_read_only(user):
    piece = """
    again = kernel.MS_REMOUNT | kernel.MS_BIND
    found = [outcome(kernel.mount, "none", "/", flags=again),
             outcome(kernel.unmount_lazily, "/program"),
             outcome(os.chroot, "/tmp")]
    """
    found = attempt(user, piece, without=NOT_YET_POWERLESS)
    assert found == ([None] * 3, ["EPERM"] * 3)


def test_all_rights_in_a_world_within_open_nothing_of_the_walls(user):
    """Who makes a user namespace has every capability, but only for what is new."""
    piece = """
    users_and_mounts = 0x1002_0000
    made = ctypes.CDLL(None).unshare(users_and_mounts)
    again = kernel.MS_REMOUNT | kernel.MS_BIND
    found = [made, outcome(kernel.mount, "none", "/", flags=again),
             outcome(kernel.mount, "none", "/usr", flags=again),
             outcome(kernel.unmount_lazily, "/usr"),
             outcome(kernel.mount, "tmpfs", "/tmp", "tmpfs")]
    """
    _, inside = attempt(user, piece, without=None)
    if inside[0] != 0:
        pytest.skip("this machine makes no namespace within another one")
    assert inside[1:] == ["EPERM", "EPERM", "EINVAL", None]


def test_every_set_of_capabilities_is_empty(user):
    piece = """
    lines = Path("/proc/self/status").read_text().splitlines()
    found = {line[:6]: int(line.split()[1], 16) for line in lines if "Cap" in line[:3]}
    """
    before, after = attempt(user, piece, without=NOT_YET_POWERLESS)
    assert all(before[name] for name in ("CapPrm", "CapEff", "CapBnd"))
    assert set(after) == set(before)
    assert not any(after.values())


def test_another_program_gives_no_capability_back(user):
    piece = """
    run = ["/bin/sh", "-c", "grep Cap /proc/self/status"]
    lines = subprocess.run(run, capture_output=True, text=True).stdout.splitlines()
    found = any(int(line.split()[1], 16) for line in lines)
    """
    # As root, whom every program would give all of them.
    walls = {"uid": None}
    found = attempt(user, piece, walls=walls, without=NOT_YET_POWERLESS)
    assert found == (True, False)


@is_root
def test_root_becomes_the_user_of_the_job_for_good():
    piece = """
    ids = [*os.getresuid(), *os.getresgid(), *os.getgroups()]
    found = [sorted(set(ids)), outcome(os.setuid, 0), outcome(os.setgid, 0),
             outcome(os.setgroups, [0])]
    """
    before, after = attempt("root", piece, without=NOT_YET_POWERLESS)
    assert before == [[0], None, None, None]
    assert after == [[JOB_USER], "EPERM", "EPERM", "EPERM"]


@is_root
def test_the_groups_of_root_are_left_behind():
    script = (
        "import os\n"
        "from program_runtime.execution.confinement import credentials\n"
        "os.setgroups([4, 27])\n"
        f"credentials.become({JOB_USER})\n"
        "print(os.getgroups())"
    )
    assert run(script) == "[]"


@is_root
def test_a_change_of_user_shrinks_what_programs_could_give():
    script = (
        "from pathlib import Path\n"
        "from program_runtime.execution.confinement import credentials\n"
        "def bounds():\n"
        "    text = Path('/proc/self/status').read_text()\n"
        "    return int(text.partition('CapBnd:')[2].split()[0], 16)\n"
        "before = bounds()\n"
        f"credentials.become({JOB_USER})\n"
        "print(before > 0, bounds())"
    )
    assert run(script) == "True 0"


def test_who_can_not_lose_the_groups_does_not_change_user(monkeypatch):
    def refuse(groups):
        raise PermissionError("setgroups")

    changed = []
    monkeypatch.setattr(os, "setgroups", refuse)
    monkeypatch.setattr(os, "setresuid", lambda *ids: changed.append(ids))
    monkeypatch.setattr(os, "setresgid", lambda *ids: changed.append(ids))
    monkeypatch.setattr(credentials, "_empty_bounding_set", lambda: None)
    with pytest.raises(PermissionError):
        credentials.become(os.getuid() + 1)
    assert changed == []


def test_who_stays_keeps_the_group(monkeypatch):
    changed = []
    monkeypatch.setattr(os, "setgroups", changed.append)
    monkeypatch.setattr(os, "setresuid", lambda *ids: changed.append(ids))
    monkeypatch.setattr(os, "setresgid", lambda *ids: changed.append(ids))
    monkeypatch.setattr(os, "getgid", lambda: 4321)
    own = os.getuid()
    credentials.become(own)
    assert changed == [[], (4321,) * 3, (own,) * 3]


@is_root
def test_a_program_of_root_for_all_gives_no_right_any_more(open_folder):
    """One with the set-user-ID bit, run by an ordinary user."""
    program = open_folder / "id"
    shutil.copy("/usr/bin/id", program)
    program.chmod(0o4755)
    piece = """
    from program_runtime.execution.confinement import credentials
    def who():
        return subprocess.run([given["program"], "-u"], capture_output=True).stdout
    found = [int(who()), credentials.forbid_new_privileges(), int(who()) == os.getuid()]
    """
    given = {"program": str(program)}
    found, _ = attempt("ordinary", piece, given=given, within=None)
    assert found == [0, None, True]


def test_hidden_memory_is_closed_to_other_processes_of_the_user(user):
    piece = """
    script = "import sys, time\\n" "print(flush=True)\\n" "sys.stdin.read()"
    hide = (
        "from program_runtime.execution.confinement import credentials\\n"
        "credentials.hide_memory()\\n"
    )
    def look(script):
        run = [sys.executable, "-c", script]
        with subprocess.Popen(run, stdin=-1, stdout=-1) as other:
            other.stdout.readline()
            return [
                outcome(lambda name=name: len(Path(f"/proc/{other.pid}/{name}").open("rb").read(9)))
                for name in ("environ", "maps")
            ] + [outcome(lambda: len(os.listdir(f"/proc/{other.pid}/fd")) > 2)]
    found = [look(script), look(hide + script)]
    """
    _, inside = attempt(user, piece, without=None, within=ALL)
    assert inside == [[9, 9, True], ["EACCES"] * 3]


def run(script):
    return subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    ).stdout.strip()
