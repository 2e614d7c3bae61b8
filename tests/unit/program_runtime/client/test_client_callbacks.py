import json
import threading

import pytest

from program_runtime import errors
from program_runtime.client.job import RuntimeJob
from program_runtime.program import ResultDecoder


class Doubled(ResultDecoder):
    @classmethod
    def decode(cls, data):
        return super().decode(data) * 2


def test_a_callback_gets_interim_results_and_then_the_result(job, running):
    calls = []
    job.stream_results(lambda job_id, result: calls.append((job_id, result)))
    running.publish({"i": 1}, {"i": 2})
    running.append("metric", '{"step": 1, "values": {"energy": 1.0}}')
    running.append("log", "a line")
    running.finish('"done"')
    job.wait_for_final_state(timeout=5)
    assert calls == [("job_1", {"i": 1}), ("job_1", {"i": 2}), ("job_1", "done")]


def test_a_callback_is_called_once_a_message_across_dropped_sockets(
    contract, job, running
):
    contract.stream_faults = [
        {"drop_after": 311},
        {"drop_after": 1, "half_frame": True},
        {"repeat": 100, "drop_after": 400},
        {"lose": 700},
        {"refuse": 503},
        {"close_early": True, "code": 1001},
    ]
    calls = []
    job.stream_results(lambda _, result: calls.append(result))
    for start in range(0, 2000, 100):
        running.publish(*range(start, start + 100))
    running.finish('"end"')
    assert job.result(timeout=20) == "end"
    assert calls == [*range(2000), "end"]


def test_result_returns_after_the_last_callback_and_uses_its_text(
    contract, job, running
):
    calls = []
    job.stream_results(lambda _, result: calls.append(result))
    running.finish("5")
    assert job.result(timeout=5) == 5
    assert calls == [5]
    assert contract.seen("/results") == []


def test_a_callback_that_raises_is_logged_and_the_next_call_comes(job, running, caplog):
    calls = []

    def callback(job_id, result):
        calls.append(result)
        raise RuntimeError("my own mistake")

    job.stream_results(callback)
    running.publish(1)
    running.finish("2")
    job.wait_for_final_state(timeout=5)
    assert calls == [1, 2]
    assert caplog.messages == [
        "The callback failed for event 2 of job job_1.",
        "The callback failed for event 3 of job job_1.",
    ]
    assert "my own mistake" in caplog.text


def test_result_can_be_asked_for_in_the_callback(job, running):
    results = []
    done = threading.Event()

    def callback(job_id, result):
        results.append(job.result(timeout=5))
        done.set()

    job.stream_results(callback)
    running.finish("5")
    assert done.wait(5)
    assert results == [5]


def test_cancelled_streaming_calls_no_more_and_the_job_goes_on(job, running):
    calls, first = [], threading.Event()

    def callback(job_id, result):
        calls.append(result)
        job.cancel_result_streaming()
        first.set()

    job.stream_results(callback)
    running.publish(1, 2, 3)
    assert first.wait(5)
    running.finish("4")
    assert job.result(timeout=5) == 4
    assert calls == [1]


def test_only_one_callback_at_a_time(job, running):
    job.stream_results(lambda *_: None)
    with pytest.raises(errors.RuntimeInvalidStateError) as caught:
        job.stream_results(lambda *_: None)
    assert str(caught.value) == (
        "Job job_1 is streaming its results already. "
        "End that with cancel_result_streaming()."
    )
    running.finish()
    job.wait_for_final_state(timeout=5)


def test_a_final_job_is_streamed_from_its_beginning(job, running):
    running.publish(1)
    running.finish("2")
    calls = []
    job.stream_results(lambda _, result: calls.append(result))
    job.wait_for_final_state(timeout=5)
    job.stream_results(lambda _, result: calls.append(result))
    job.wait_for_final_state(timeout=5)
    assert calls == [1, 2, 1, 2]


def test_interim_and_final_results_may_have_decoders_of_their_own(contract, api):
    running = contract.add_job()
    job = RuntimeJob(api, running.to_json(), result_decoder=(ResultDecoder, Doubled))
    calls = []
    job.stream_results(lambda _, result: calls.append(result))
    running.publish("ab")
    running.finish('"cd"')
    assert job.result(timeout=5) == "cdcd"
    assert calls == ["ab", "cdcd"]


def test_a_sequence_of_three_decoders_is_refused(api, contract):
    with pytest.raises(ValueError, match=r"\(interim, final\), not 3"):
        RuntimeJob(
            api, contract.add_job().to_json(), result_decoder=[ResultDecoder] * 3
        )


def test_large_results_are_fetched_for_the_callback(contract, job, running):
    calls = []
    job.stream_results(lambda _, result: calls.append(result))
    running.append("interim", None, blob=json.dumps("x" * 70_000).encode())
    running.finish(None, blob=json.dumps("y" * 70_000).encode())
    assert job.result(timeout=5) == "y" * 70_000
    assert calls == ["x" * 70_000, "y" * 70_000]
    assert contract.seen("/results") == []


def test_a_stream_that_ends_for_good_is_said_in_the_log(api, caplog):
    body = {"id": "job_9", "program": {"id": "p"}, "state": {"status": "Queued"}}
    job = RuntimeJob(api, body)
    job.stream_results(lambda *_: None)
    with pytest.raises(errors.RuntimeJobNotFound):
        job.wait_for_final_state(timeout=5)
    assert caplog.messages == [
        "The results of job job_9 stopped streaming: There is no job 'job_9'."
    ]


def test_an_event_in_another_form_is_said_in_the_log(job, running, caplog):
    running.events.append({"seq": 2})
    running.finish()
    job.stream_results(lambda *_: None)
    assert job.result(timeout=5) == 42
    assert "Streaming the results of job job_1 failed." in caplog.messages


def test_waiting_for_a_slow_callback_ends_with_the_timeout(job, running):
    release = threading.Event()
    job.stream_results(lambda *_: release.wait(5))
    running.publish(1)
    running.finish()
    with pytest.raises(errors.RuntimeJobTimeoutError):
        job.result(timeout=0.1)
    release.set()
    assert job.result(timeout=5) == 42
