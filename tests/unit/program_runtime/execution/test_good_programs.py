"""What a program finds, and what it may rely on."""

import asyncio
import base64
import json
import os
import time
import zlib
from pathlib import Path

import pytest

from program_runtime.execution import EventType, JobStatus, MemorySink


def test_result_messages_and_logs(laboratory):
    run = laboratory.run(
        """
        import sys
        def main(backend, user_messenger, *, n):
            print("to stdout")
            print("to stderr", file=sys.stderr)
            for i in range(n):
                user_messenger.publish({"i": i})
            user_messenger.metric(energy=-1.8, step=2)
            user_messenger.checkpoint([n])
            return {"n": n, "backend": backend.name}
        """,
        inputs={"n": 2},
    )
    assert run.outcome.status is JobStatus.COMPLETED
    assert (run.outcome.code, run.outcome.message) == (None, None)
    assert run.result == {"n": 2, "backend": "aer_simulator"}
    assert run.interim == [{"i": 0}, {"i": 1}]
    assert run.texts(EventType.METRIC) == ['{"step": 2, "values": {"energy": -1.8}}']
    assert run.texts(EventType.CHECKPOINT) == ["[2]"]
    assert sorted(run.log.splitlines()) == ["to stderr", "to stdout"]
    assert [event.seq for event in run.events] == list(range(1, len(run.events) + 1))
    assert run.texts(EventType.STATUS) == ['{"status": "Completed"}']
    assert all(abs(event.time - time.time()) < 60 for event in run.events)


def test_usage_is_measured(laboratory):
    run = laboratory.run(
        """
        import time
        def main(b, m):
            memory = bytearray(50_000_000)
            end = time.process_time() + 0.1
            while time.process_time() < end:
                pass
        """
    )
    assert run.outcome.usage.cpu_s >= 0.1
    assert run.outcome.usage.wall_s >= 0.1
    assert run.outcome.usage.peak_memory_bytes > 50_000_000


def test_seq_goes_on_from_the_first(laboratory):
    sink = MemorySink()
    spec = laboratory.spec("def main(b, m): m.publish(1)")
    from program_runtime.execution import JobControl

    laboratory.do(laboratory.runner.run(spec, sink, JobControl(), first_seq=7))
    assert [event.seq for event in sink.events] == [7, 8, 9]


def test_no_result_is_null(laboratory):
    assert laboratory.run("def main(b, m): pass").result is None


def test_a_final_message_is_the_result(laboratory):
    run = laboratory.run(
        "def main(b, m):\n    m.publish(1, final=True)\n    m.publish(2)"
    )
    assert run.result == 1
    assert run.interim == [2]


def test_what_main_returns_goes_before_a_final_message(laboratory):
    run = laboratory.run("def main(b, m):\n    m.publish(1, final=True)\n    return 2")
    assert run.result == 2


def test_a_checkpoint_is_restored(laboratory):
    run = laboratory.run("def main(b, m): return m.restored", restored='{"step": 3}')
    assert run.result == {"step": 3}


def test_without_a_checkpoint_there_is_none(laboratory):
    assert laboratory.run("def main(b, m): return m.restored").result is None


def test_inputs_from_a_file(laboratory, tmp_path):
    path = tmp_path / "inputs.json"
    path.write_text(json.dumps({"text": "x" * 3_000_000}))
    run = laboratory.run("def main(b, m, text): return len(text)", inputs=path)
    assert run.result == 3_000_000


def test_shots_and_seed_reach_the_backend(laboratory):
    source = """
        from qiskit import QuantumCircuit
        def main(backend, m):
            circuit = QuantumCircuit(1, 1)
            circuit.h(0)
            circuit.measure(0, 0)
            return backend.run(circuit).result().get_counts()
        """
    first = laboratory.run(source, shots=100, seed=3).result
    assert sum(first.values()) == 100
    assert laboratory.run(source, shots=100, seed=3).result == first


def test_a_transpile_in_parallel_works_after_the_fork(laboratory):
    run = laboratory.run(
        """
        from qiskit import QuantumCircuit, transpile
        def main(backend, m):
            circuit = QuantumCircuit(6)
            for _ in range(5):
                for i in range(5):
                    circuit.h(i); circuit.cx(i, i + 1); circuit.rz(0.1, i)
            circuit.measure_all()
            done = transpile(circuit, basis_gates=["rz", "sx", "cx"], coupling_map=[
                [i, i + 1] for i in range(5)], optimization_level=3)
            return sum(backend.run(done, shots=50).result().get_counts().values())
        """
    )
    assert run.result == 50


def test_a_process_pool_and_a_subprocess_work(laboratory):
    run = laboratory.run(
        """
        import multiprocessing, subprocess
        def main(b, m):
            with multiprocessing.get_context("fork").Pool(2) as pool:
                squares = pool.map(abs, [-1, -2])
            subprocess.run(["echo", "from a subprocess"], check=True)
            return squares
        """
    )
    assert run.result == [1, 2]
    assert run.log == "from a subprocess\n"


def test_the_programs_folder_is_imported_from_and_the_overlay_after_it(
    laboratory, tmp_path
):
    tmp_path.chmod(0o755)
    (tmp_path / "extra.py").write_text("where = 'overlay'")
    (tmp_path / "helper.py").write_text("where = 'overlay'")
    run = laboratory.run(
        "import extra, helper\ndef main(b, m): return [extra.where, helper.where]",
        files={"helper": "where = 'program'"},
        overlay=(tmp_path,),
    )
    assert run.result == ["overlay", "program"]


def test_an_overlay_hides_nothing_of_the_base(laboratory, tmp_path):
    tmp_path.chmod(0o755)
    for name in ("rustworkx", "program_runtime", "colorsys"):
        (tmp_path / f"{name}.py").write_text("hidden = True")
    source = """
        import sys
        def main(backend, user_messenger, first):
            names = ["rustworkx", "colorsys"]
            if first:
                sys.path.insert(0, sys.path[-1])
                for name in names:
                    sys.modules.pop(name, None)
            found = [hasattr(__import__(name), "hidden") for name in names]
            import program_runtime.program
            return found
    """
    attack = laboratory.run(source, overlay=(tmp_path,), inputs={"first": True})
    assert attack.result == [True, True]
    usual = laboratory.run(source, overlay=(tmp_path,), inputs={"first": False})
    assert usual.result == [False, False]


def test_a_program_can_be_imported_alone(laboratory):
    source = """
        print("imported")
        def main(backend, user_messenger): user_messenger.publish(1)
    """
    run = laboratory.run(source, import_only=True, inputs=b"not even inputs")
    assert (run.result, run.interim, run.log) == (None, [], "imported\n")
    broken = laboratory.run("import nothing_of_this_name\n", import_only=True)
    assert broken.failure[0] == "bad_program"
    assert "No module named 'nothing_of_this_name'" in broken.failure[1]


def test_the_folder_is_private_and_removed(open_laboratory):
    run = open_laboratory.run(
        """
        import os, stat, tempfile
        def main(b, m):
            open("file", "w").close()
            os.mkdir("folder")
            os.symlink("/etc", "folder/link")
            here = os.getcwd()
            mode = stat.S_IMODE(os.stat(here).st_mode)
            return [here, mode, tempfile.gettempdir(), os.path.expanduser("~")]
        """
    )
    here, mode, temp, home = run.result
    assert mode == 0o700
    assert temp == here == home
    assert not Path(here).exists()
    assert Path("/etc").exists()
    assert open_laboratory.leftovers() == []


def test_the_environment_holds_no_secret_and_no_descriptor(make_laboratory):
    secrets = {**os.environ, "QRT_TOKEN": "planted"}
    from program_runtime.execution import ZygoteLauncher

    with Path("/etc/hostname").open() as held:
        os.set_inheritable(held.fileno(), True)
        lab = make_laboratory(launcher=ZygoteLauncher(environment=secrets))
        run = lab.run(
            """
            import os, sys
            def main(b, m):
                links = []
                for fd in os.listdir("/proc/self/fd"):
                    try:
                        links.append(os.readlink(f"/proc/self/fd/{fd}"))
                    except OSError:
                        pass
                return [dict(os.environ), links, sys.stdin.read()]
            """
        )
    environment, links, stdin = run.result
    assert "QRT_TOKEN" not in environment
    assert environment["OPENBLAS_NUM_THREADS"] == "1"
    assert environment["QISKIT_PARALLEL"] == "FALSE"
    assert "/etc/hostname" not in links
    kinds = sorted(link.split(":")[0] for link in links)
    assert kinds == ["/dev/null", "pipe", "pipe", "socket"]
    assert stdin == ""


def test_jobs_draw_different_random_numbers(laboratory):
    source = """
        import random, uuid
        import numpy
        def main(b, m):
            return [random.random(), numpy.random.random(), str(uuid.uuid4())]
        """
    first, second = laboratory.run(source).result, laboratory.run(source).result
    assert all(one != other for one, other in zip(first, second, strict=True))


def test_nothing_of_a_job_reaches_the_next(laboratory):
    laboratory.run("import json, sys\ndef main(b, m): sys.planted = json.planted = 1")
    run = laboratory.run(
        "import json, sys\ndef main(b, m): return [hasattr(x, 'planted')"
        " for x in (json, sys)]"
    )
    assert run.result == [False, False]


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        ("WARNING", ["WARNING:mine:careful"]),
        ("info", ["INFO:mine:fine", "WARNING:mine:careful"]),
    ],
)
def test_the_log_level_is_honoured(laboratory, level, expected):
    run = laboratory.run(
        """
        import logging
        def main(b, m):
            logging.getLogger("mine").info("fine")
            logging.getLogger("mine").warning("careful")
        """,
        log_level=level,
    )
    assert run.log.splitlines() == expected


def test_warnings_are_in_the_log(laboratory):
    run = laboratory.run(
        """
        import warnings
        def main(b, m):
            warnings.warn("one thing")
            warnings.warn("another", DeprecationWarning)
        """
    )
    assert "UserWarning: one thing" in run.log
    assert "DeprecationWarning: another" in run.log


def test_bytes_in_the_log_that_are_no_text_are_replaced(laboratory):
    run = laboratory.run(
        r"import os" + "\n"
        r"def main(b, m): os.write(1, b'caf\xc3\xa9 \xff \x00 end')"
    )
    assert run.log == "café \ufffd \ufffd end"


def test_large_payloads_are_spooled(laboratory):
    run = laboratory.run(
        """
        def main(b, m):
            m.publish("small")
            m.publish("é" * 100_000)
            m.checkpoint("y" * 70_000)
            return "x" * 200_000
        """
    )
    assert run.interim == ["small", "é" * 100_000]
    assert run.result == "x" * 200_000
    by_type = {event.type: event for event in run.events}
    assert by_type[EventType.RESULT].data is None
    assert by_type[EventType.RESULT].blob.size == 200_002
    assert by_type[EventType.CHECKPOINT].blob.size == 70_002
    for event in run.events:
        if event.blob is not None:
            event.blob.path.unlink()


def test_100_000_messages_arrive_once_and_in_order(laboratory):
    class SlowSink(MemorySink):
        async def append(self, events):
            await asyncio.sleep(0.005)
            await super().append(events)

    run = laboratory.run(
        "def main(b, m):\n    for i in range(100_000): m.publish(i)", sink=SlowSink()
    )
    assert run.interim == list(range(100_000))
    assert [event.seq for event in run.events] == list(range(1, 100_003))
    assert len(run.sink.batches) < 5_000


def test_messages_of_several_threads_do_not_mix(laboratory):
    run = laboratory.run(
        """
        from concurrent.futures import ThreadPoolExecutor
        def main(b, m):
            def work(k):
                for i in range(300):
                    m.publish([k, i, "x" * (i * 97 % 5000)])
            with ThreadPoolExecutor(4) as pool:
                list(pool.map(work, range(4)))
        """
    )
    assert len(run.interim) == 1200
    for k in range(4):
        assert [i for key, i, _ in run.interim if key == k] == list(range(300))


def test_several_jobs_at_once(laboratory):
    from program_runtime.execution import JobControl

    specs = [
        laboratory.spec("def main(b, m, n):\n    return n", inputs={"n": n})
        for n in range(12)
    ]
    sinks = [MemorySink() for _ in specs]

    async def all_of_them():
        return await asyncio.gather(
            *(
                laboratory.runner.run(spec, sink, JobControl())
                for spec, sink in zip(specs, sinks, strict=True)
            )
        )

    outcomes = laboratory.do(all_of_them())
    assert [outcome.status for outcome in outcomes] == [JobStatus.COMPLETED] * 12
    assert [sink.events[0].data for sink in sinks] == [str(n) for n in range(12)]
    health = laboratory.runner.health()
    assert health["running"] == 0
    assert health["level"] in {"none", "reduced", "strong"}


def test_a_result_is_written_for_the_qiskit_of_the_caller(laboratory):
    source = """
    from qiskit import QuantumCircuit
    def main(backend, user_messenger):
        user_messenger.publish(QuantumCircuit(1))
        return QuantumCircuit(1)
    """
    old = laboratory.run(source, qpy=14)
    assert [_qpy(text) for text in [*old.interim, old.result]] == [14, 14]
    assert _qpy(laboratory.run(source).result) > 14


def _qpy(encoded):
    return zlib.decompress(base64.b64decode(encoded["__value__"]))[6]
