"""What programs do all the time, to be done behind a fence."""

import asyncio
import concurrent.futures
import multiprocessing
import os
import resource
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from multiprocessing import shared_memory
from pathlib import Path

import fenced_process

import program_runtime
from program_runtime.execution.confinement import (
    interpreter,
    kernel,
    landlock,
    seccomp,
)


def works_in_threads():
    found = []
    threads = [threading.Thread(target=found.append, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == list(range(8))


def asks_for_large_buffers():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        ours.sendall(b"1")
        assert theirs.recv(1) == b"1"


def starts_a_program():
    words = [sys.executable, "-c", "import numpy; print(numpy.ones(3).sum())"]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    assert done.stdout == "3.0\n"


def starts_a_program_quickly():
    pid = os.posix_spawn("/bin/true", ["true"], {})
    assert os.waitpid(pid, 0)[1] == 0


def runs_a_shell():
    assert subprocess.getoutput("echo one two | wc -w").strip() == "2"


def has_a_pool(method):
    def work():
        with multiprocessing.get_context(method).Pool(2) as pool:
            assert pool.map(abs, [-1, -2]) == [1, 2]

    return work


def has_an_executor():
    context = multiprocessing.get_context("fork")
    with concurrent.futures.ProcessPoolExecutor(2, mp_context=context) as executor:
        assert list(executor.map(abs, [-1, -2])) == [1, 2]


def talks_to_its_child():
    mine, theirs = multiprocessing.Pipe()
    child = multiprocessing.get_context("fork").Process(target=theirs.send, args=(7,))
    child.start()
    assert mine.recv() == 7
    child.join()


def shares_memory_with_its_child():
    memory = shared_memory.SharedMemory(create=True, size=4096)
    memory.buf[0] = 7
    other = shared_memory.SharedMemory(memory.name)
    assert other.buf[0] == 7
    other.close()
    memory.close()
    memory.unlink()


def waits_for_many_things():
    async def work():
        await asyncio.sleep(0)
        process = await asyncio.create_subprocess_exec(
            "/bin/echo", "hello", stdout=subprocess.PIPE
        )
        return (await process.communicate())[0]

    assert asyncio.run(work()) == b"hello\n"


def pairs_sockets():
    left, right = socket.socketpair()
    left.send(b"word")
    assert right.recv(4) == b"word"


def computes():
    import numpy as np

    matrix = np.random.default_rng(7).random((200, 200))
    assert np.allclose(np.linalg.inv(matrix) @ matrix, np.eye(200))


def simulates():
    from qiskit import QuantumCircuit, transpile
    from qiskit_aer import AerSimulator

    bell = QuantumCircuit(2)
    bell.h(0)
    bell.cx(0, 1)
    bell.measure_all()
    simulator = AerSimulator(seed_simulator=7)
    circuits = transpile([bell] * 4, simulator, optimization_level=3)
    counts = simulator.run(circuits).result().get_counts()
    assert all(set(each) == {"00", "11"} for each in counts)


def draws_random_bytes():
    assert len(os.urandom(9)) == len(os.getrandom(9)) == 9


def keeps_files():
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        first, second = Path(folder, "first"), Path(folder, "second")
        first.write_text("kept")
        shutil.copy(first, second)
        shutil.copy2(first, second)
        shutil.copytree(folder, f"{folder}/tree")
        second.rename(f"{folder}/third")
        first.touch()
        with first.open("r+") as file:
            file.truncate(2)
        assert first.read_text() == "ke"
        assert Path(folder, "tree", "second").read_text() == "kept"
        with sqlite3.connect(f"{folder}/base") as base:
            base.execute("create table t (a)")
        base.close()


def looks_after_itself():
    processors = os.sched_getaffinity(0)
    os.sched_setaffinity(0, processors)
    os.nice(1)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft // 2, hard))
    assert os.isatty(0) is False
    time.sleep(0.001)


NEEDS = {
    "threads": works_in_threads,
    "large buffers": asks_for_large_buffers,
    "another program": starts_a_program,
    "posix_spawn": starts_a_program_quickly,
    "shell": runs_a_shell,
    "pool by fork": has_a_pool("fork"),
    "pool by spawn": has_a_pool("spawn"),
    "executor": has_an_executor,
    "pipe": talks_to_its_child,
    "shared memory": shares_memory_with_its_child,
    "asyncio": waits_for_many_things,
    "pair of sockets": pairs_sockets,
    "NumPy": computes,
    "Aer": simulates,
    "random bytes": draws_random_bytes,
    "files": keeps_files,
    "limits and priority": looks_after_itself,
}


def behind(need):
    def attempt(fence):
        fence()
        need()

    return attempt


def restrict():
    kernel.prctl(38, 1)
    checkout, here = Path(program_runtime.__file__).parents[1], Path(__file__).parent
    if landlock.abi():
        landlock.restrict(
            readable=[
                *landlock.SYSTEM_READABLE,
                *interpreter.interpreter_folders(),
                # For new interpreters of the pool, which import this file.
                *(str(checkout), str(here)),
            ],
            writable=["/tmp", "/dev/shm", *landlock.SYSTEM_WRITABLE],
            network=False,
        )
    if seccomp.available():
        # Whoever is not root shares the user of the tests.
        seccomp.deny_dangerous_calls(network=False, shares_user=os.geteuid() != 0)


if __name__ == "__main__":
    attempts = {name: behind(need) for name, need in NEEDS.items()}
    fenced_process.report(attempts, restrict, before=None)
