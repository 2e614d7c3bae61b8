"""Finding and ending all that came of a process, however it tries to get away."""

import os
import sys

import pytest
from process_scenes import play

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")

DAEMON = """
def daemon():
    "The usual way out of sight: new session, parent gone, signals ignored."
    if os.fork():
        os._exit(0)
    os.setsid()
    if os.fork():
        os._exit(0)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    os.write(writing, b"%d " % os.getpid())

adopt_orphans()
reading, writing = os.pipe()
"""


def test_children_and_grandchildren_are_found():
    printed = play(
        """
        def parent():
            fork(nothing)
            threading.Thread(target=fork, args=[nothing], daemon=True).start()

        first = fork(parent)
        second = fork(nothing)
        until(lambda: len(descendants(os.getpid())) == 4)
        found = descendants(os.getpid())
        print(set(found[:2]) == {first, second}, len(set(found)))
        print(len(descendants(first)), descendants(second), descendants(2**22 + 1))
        """
    )
    assert printed == ["True", "4", "2", "[]", "[]"]


def test_they_are_found_where_the_kernel_does_not_list_children():
    printed = play(
        """
        adopt_orphans()
        fork(fork, nothing)
        until(lambda: len(descendants(os.getpid())) == 2)
        listed = descendants(os.getpid())
        process_tree._kernel_lists_children = lambda: False
        print(descendants(os.getpid()) == listed, end_descendants(os.getpid()))
        """
    )
    assert printed == ["True", "True"]


def test_a_daemon_outlives_its_process_group_but_not_the_loop():
    printed = play(
        DAEMON
        + """
os.waitpid(fork(daemon), 0)
pid = int(os.read(reading, 20))
print(os.getpgid(pid) == os.getpgrp(), lives(pid), pid in descendants(os.getpid()))
print(end_descendants(os.getpid()), lives(pid), descendants(os.getpid()))
"""
    )
    assert printed == ["False", "True", "True", "True", "False", "[]"]


def test_a_fork_bomb_ends_though_it_replaces_whoever_is_killed():
    printed = play(
        """
        def living():
            return [pid for pid in descendants(keeper) if lives(pid)]

        def bomb():
            while True:
                if len(living()) < 15:
                    os.fork()
                time.sleep(0.001)

        adopt_orphans()
        keeper = os.getpid()
        fork(bomb)
        for _ in range(2):
            until(lambda: len(living()) >= 15)
            os.kill(living()[0], signal.SIGKILL)
        until(lambda: len(living()) >= 15)
        print(end_descendants(keeper), descendants(keeper))
        """
    )
    assert printed == ["True", "[]"]


def test_a_process_that_hops_from_one_id_to_the_next_ends():
    printed = play(
        """
        def hop():
            while os.fork() == 0:
                pass
            os._exit(0)

        adopt_orphans()
        first = fork(hop)
        until(lambda: not lives(first))
        print(end_descendants(os.getpid()), descendants(os.getpid()))
        """
    )
    assert printed == ["True", "[]"]


def test_a_process_goes_on_in_other_threads_when_its_first_one_ended():
    printed = play(
        """
        def end_first_thread():
            threading.Thread(target=time.sleep, args=[60]).start()
            ctypes.CDLL(None).syscall(ctypes.c_long(exit_thread), 0)

        adopt_orphans()
        exit_thread = {"x86_64": 60, "aarch64": 93}[os.uname().machine]
        pid = fork(end_first_thread)
        until(lambda: b") Z" in open(f"/proc/{pid}/stat", "rb").read())
        print(lives(pid), os.waitpid(pid, os.WNOHANG))
        print(end_descendants(os.getpid()), lives(pid))
        """
    )
    assert printed == ["True", "(0,", "0)", "True", "False"]


def test_what_is_kept_lives_on_with_all_that_came_of_it():
    printed = play(
        """
        adopt_orphans()
        kept = fork(fork, nothing)
        other = fork(fork, nothing)
        until(lambda: len(descendants(os.getpid())) == 4)
        print(end_descendants(os.getpid(), keep={kept}), lives(other))
        print(lives(kept), len(descendants(kept)), len(descendants(os.getpid())))
        """
    )
    assert printed == ["True", "False", "True", "1", "2"]


@pytest.mark.parametrize("whose", ["parent", "0", "-1"])
def test_nobody_ends_what_came_of_another_process(whose, monkeypatch):
    from program_runtime.execution import process_tree

    def refuse(*_, **__):
        raise AssertionError

    monkeypatch.setattr(process_tree, "_freeze_and_kill", refuse)
    pid = os.getppid() if whose == "parent" else int(whose)
    with pytest.raises(ValueError, match=f"Process {pid} is not the one that asks."):
        process_tree.end_descendants(pid)


@pytest.mark.parametrize(
    ("group", "session"),
    [(1, 1), (0, 0), ("own", 12345), (12345, "own")],
    ids=["everybody", "nobody", "own group", "session with others in it"],
)
def test_a_group_with_others_in_it_is_not_stopped(group, session, monkeypatch):
    from program_runtime.execution import process_tree
    from program_runtime.execution.process_reading import ProcessStat

    sent = []
    monkeypatch.setattr(process_tree.os, "killpg", lambda *call: sent.append(call))
    monkeypatch.setattr(process_tree.os, "getpgrp", lambda: 77)
    monkeypatch.setattr(process_tree.os, "getsid", lambda _: 78)
    stat = ProcessStat(
        pid=12345,
        parent=os.getpid(),
        group=77 if group == "own" else group,
        session=78 if session == "own" else session,
        started=0,
        threads=1,
        ended=False,
        stopped=False,
        resident_bytes=0,
        faults=0,
        cpu_s=0,
    )
    process_tree._stop_group(stat, -1)
    assert sent == []


def test_more_processes_end_than_descriptors_are_left():
    printed = play(
        """
        import resource
        for _ in range(20):
            fork(nothing)
        resource.setrlimit(resource.RLIMIT_NOFILE, (24, 24))
        print(end_descendants(os.getpid()), descendants(os.getpid()))
        """
    )
    assert printed == ["True", "[]"]


def test_patience_has_an_end():
    printed = play(
        """
        pid = fork(nothing)
        process_tree._stop, stop = lambda *_, **__: [], process_tree._stop
        print(end_descendants(os.getpid(), patience_s=0.01))
        process_tree._stop = stop
        """
    )
    assert printed == ["False"]


def test_without_descendants_there_is_nothing_to_do():
    assert play("print(end_descendants(os.getpid()))") == ["True"]


def test_without_proc_nothing_is_found(monkeypatch):
    from program_runtime.execution import process_tree

    def refuse(path):
        raise FileNotFoundError(path)

    monkeypatch.setattr(process_tree, "_kernel_lists_children", lambda: False)
    monkeypatch.setattr(process_tree.os, "listdir", refuse)
    assert process_tree.descendants(1) == []
