"""Programs whose backend is a device: all roads to it, and what is counted."""

import asyncio

import pytest

from program_runtime.backends.device import DeviceStage, DeviceState
from program_runtime.execution import JobStatus

BELL = """
    from qiskit import QuantumCircuit, transpile

    def bell(backend):
        circuit = QuantumCircuit(2)
        circuit.h(0)
        circuit.cx(0, 1)
        circuit.measure_all()
        return transpile(circuit, backend, seed_transpiler=1)
"""
RUN = (
    BELL
    + """
    def main(backend, user_messenger, shots=200):
        job = backend.run(bell(backend), shots=shots)
        return job.result().get_counts()
"""
)


def test_a_program_runs_circuits_on_a_device_and_gets_counts(bench, device):
    report = bench.run(RUN)

    assert report.outcome.status is JobStatus.COMPLETED
    assert sum(report.result.values()) == 200
    assert report.result["00"] > 50 < report.result["11"]
    assert len(device.submitted) == 1


def test_circuits_shots_and_processor_seconds_are_counted(bench, device):
    device.seconds = 1.5
    report = bench.run(
        BELL
        + """
    def main(backend, user_messenger):
        for shots in (10, 20):
            backend.run([bell(backend)] * 3, shots=shots).result()
"""
    )

    usage = report.outcome.usage
    assert (usage.circuits, usage.shots, usage.qpu_s) == (6, 90, 3.0)


def test_primitives_run_on_a_device(bench):
    report = bench.run(
        BELL
        + """
    from qiskit.quantum_info import SparsePauliOp

    def main(backend, user_messenger):
        circuit = bell(backend)
        sampled = backend.sampler(shots=100).run([circuit]).result()[0].data.meas
        state = circuit.remove_final_measurements(inplace=False)
        zz = SparsePauliOp("ZZ").apply_layout(circuit.layout)
        estimated = backend.estimator(shots=500).run([(state, zz)]).result()[0].data
        return {"shots": sampled.num_shots, "zz": float(estimated.evs)}
"""
    )

    assert report.result["shots"] == 100
    assert report.result["zz"] > 0.8


def test_memory_keeps_shots_apart_and_registers_in_their_place(bench):
    report = bench.run(
        """
    from qiskit import QuantumCircuit, ClassicalRegister, QuantumRegister

    def main(backend, user_messenger):
        left, right = ClassicalRegister(1, "left"), ClassicalRegister(1, "right")
        circuit = QuantumCircuit(QuantumRegister(2), left, right)
        circuit.x(1)
        circuit.measure([0, 1], [0, 1])
        result = backend.run(circuit, shots=5, memory=True).result()
        data = backend.sampler(shots=5).run([circuit]).result()[0].data
        return {
            "memory": result.get_memory(),
            "left": data.left.get_counts(),
            "right": data.right.get_counts(),
        }
"""
    )

    assert set(report.result["memory"]) <= {"1 0", "0 0", "1 1", "0 1"}
    assert len(report.result["memory"]) == 5
    assert report.result["right"].get("1", 0) > report.result["left"].get("1", 0)


def test_several_runs_are_under_way_at_once_from_threads(bench, device):
    report = bench.run(
        BELL
        + """
    from concurrent.futures import ThreadPoolExecutor

    def main(backend, user_messenger):
        circuit = bell(backend)

        def counts(shots):
            found = backend.run(circuit, shots=shots).result().get_counts()
            user_messenger.publish(shots)
            return sum(found.values())

        with ThreadPoolExecutor(8) as threads:
            return list(threads.map(counts, range(1, 17)))
"""
    )

    assert report.result == list(range(1, 17))
    assert sorted(report.interim) == list(range(1, 17))
    assert len(device.submitted) == 16


def test_a_program_that_only_waits_stays_at_one_thread(bench):
    report = bench.run(
        BELL
        + """
    import threading

    def main(backend, user_messenger):
        backend.run(bell(backend)).result()
        return threading.active_count()
"""
    )

    assert report.result == 1


def test_a_wait_for_the_device_is_a_status_and_no_interim_result(bench, device):
    device.hold.clear()

    async def release(_control):
        await bench.until(bench.statuses)
        device.hold.set()

    report = bench.run(RUN, meanwhile=release)

    assert {
        "status": "Running",
        "reason": "waiting for lab_device, position 3",
    } in report.statuses
    assert report.statuses[-2] == {"status": "Running", "reason": None}
    assert report.statuses[-1] == {"status": "Completed"}
    assert report.interim == []


def test_the_queue_of_a_device_does_not_count_as_wall_time(bench, device):
    device.hold.clear()

    async def release(_control):
        await bench.until(lambda: device.submitted)
        await asyncio.sleep(6.0)
        device.hold.set()

    report = bench.run(RUN, meanwhile=release, limits={"wall_time_s": 6.0})

    assert report.outcome.status is JobStatus.COMPLETED


def test_a_job_does_not_wait_for_a_device_for_ever(bench, device):
    device.hold.clear()

    report = bench.run(RUN, limits={"wall_time_s": 5.0, "device_wait_s": 0.2})

    assert report.outcome.code == "wall_time"
    assert len(device.cancelled) == 1


def test_a_program_is_asked_to_stop_while_it_waits_for_the_device(bench, device):
    device.hold.clear()

    async def stop(control):
        await bench.until(lambda: device.submitted)
        control.stop()
        device.hold.set()

    report = bench.run(
        BELL
        + """
    def main(backend, user_messenger):
        before = user_messenger.stop_requested
        backend.run(bell(backend)).result()
        return [before, user_messenger.stop_requested]
""",
        meanwhile=stop,
    )

    assert report.result == [False, True]


def test_cancelling_a_job_cancels_what_the_device_has_of_it(bench, device):
    device.hold.clear()

    async def cancel(control):
        await bench.until(lambda: device.submitted)
        control.cancel()

    report = bench.run(RUN, meanwhile=cancel)

    assert report.outcome.status is JobStatus.CANCELLED
    assert device.cancelled == [device.submitted[0][1]]
    assert report.outcome.usage.shots == 200


def test_a_program_may_cancel_what_it_asked_for(bench, device):
    device.hold.clear()

    report = bench.run(
        BELL
        + """
    def main(backend, user_messenger):
        job = backend.run(bell(backend))
        while not job.job_id():
            pass
        status = job.status().name
        job.cancel()
        try:
            job.result()
        except Exception as error:
            return [status, job.status().name, type(error).__name__, str(error)]
"""
    )

    job_id = device.submitted[0][1]
    assert report.result == [
        "QUEUED",
        "CANCELLED",
        "DeviceError",
        f"The job {job_id} on lab_device was cancelled.",
    ]


def test_what_a_program_leaves_behind_is_cancelled(bench, device):
    device.hold.clear()

    report = bench.run(
        BELL
        + """
    def main(backend, user_messenger):
        job = backend.run(bell(backend))
        while not job.job_id():
            pass
        return "gone"
"""
    )

    assert report.result == "gone"
    assert device.cancelled == [device.submitted[0][1]]


def test_a_failure_of_the_device_is_an_error_that_names_it(bench, device):
    device.states = [DeviceState(stage=DeviceStage.FAILED, message="laser is off")]

    report = bench.run(RUN)

    job_id = device.submitted[0][1]
    assert report.failure == (
        "program_error",
        f"program_runtime.errors.DeviceError: The job {job_id} on lab_device failed: laser is off",
    )
    assert report.outcome.usage.circuits == 1


def test_what_the_device_refuses_is_told_to_the_program(bench, device):
    device.refusals = [ValueError("calibration is under way")]

    report = bench.run(RUN)

    assert report.failure[1] == (
        "program_runtime.errors.DeviceError: lab_device refused the circuits: "
        "ValueError: calibration is under way"
    )
    assert report.outcome.usage.circuits == 0


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("shots=0", "shots is 0, expected a whole number from 1."),
        ("shots='many'", "shots is 'many', expected a whole number from 1."),
        ("colour='red'", "lab_device takes no option 'colour'; it takes "),
        ("noise=object()", "An option for 'lab_device' can not be sent to it"),
    ],
    ids=["zero", "text", "unknown", "unsendable"],
)
def test_an_option_that_can_not_be_honoured_is_an_error(bench, device, options, words):
    report = bench.run(
        BELL
        + f"""
    def main(backend, user_messenger):
        backend.run(bell(backend), {options}).result()
"""
    )

    assert words in report.failure[1]
    assert device.submitted == []


def test_circuits_that_do_not_fit_never_leave_the_program(bench, device):
    report = bench.run(
        """
    from qiskit import QuantumCircuit

    def main(backend, user_messenger):
        circuit = QuantumCircuit(3, 1)
        circuit.h(0)
        backend.run(circuit)
"""
    )

    assert report.failure[1].startswith(
        "program_runtime.errors.UnsupportedCircuitError: Circuit 0"
    )
    assert device.submitted == []


def test_too_many_circuits_for_one_message_are_refused_with_both_sizes(bench, device):
    report = bench.run(RUN, limits={"message_bytes": 100})

    assert "bytes encoded, the limit of one run is 100 bytes." in report.failure[1]
    assert device.submitted == []


def test_more_requests_than_are_allowed_at_once_fail_alone(bench, device):
    device.hold.clear()

    async def release(_control):
        await bench.until(lambda: len(device.submitted) == 64)
        device.hold.set()

    report = bench.run(
        BELL
        + """
    def main(backend, user_messenger):
        circuit = bell(backend)
        jobs = [backend.run(circuit, shots=1) for _ in range(70)]
        errors = []
        for job in jobs:
            try:
                job.result()
            except Exception as error:
                errors.append(str(error))
        return errors
""",
        meanwhile=release,
    )

    assert len(report.result) == 6
    assert report.result[0] == (
        "64 requests are under way, the limit is 64. Wait for some of them first."
    )


def test_a_job_without_a_broker_says_so(bench):
    bench._runner._broker, kept = None, bench._runner._broker
    try:
        report = bench.run(RUN)
    finally:
        bench._runner._broker = kept

    assert report.failure == (
        "bad_backend",
        "There is no broker here, so no device can be reached.",
    )


def test_a_device_that_is_gone_is_a_bad_backend(bench):
    report = bench.run(RUN, backend="lab_moved")

    assert report.failure == (
        "bad_backend",
        "No provider has a device called 'lab_moved'.",
    )


def test_jobs_of_a_session_reach_the_device_one_after_the_other(bench, device):
    reports = [bench.run(RUN, session="session_a") for _ in range(3)]

    assert [sum(report.result.values()) for report in reports] == [200] * 3
    assert [report.outcome.usage.shots for report in reports] == [200] * 3
    assert len({tag for tag, _ in device.submitted}) == 3


def test_a_program_waits_no_longer_than_it_wants(bench, device):
    device.hold.clear()

    report = bench.run(
        BELL
        + """
    def main(backend, user_messenger):
        try:
            backend.run(bell(backend)).result(timeout=0.1)
        except Exception as error:
            return [type(error).__name__, str(error)]
"""
    )

    assert report.result == [
        "RuntimeJobTimeoutError",
        "The job on 'lab_device' is not done after 0.1 s.",
    ]
