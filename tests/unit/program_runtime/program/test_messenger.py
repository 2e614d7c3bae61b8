"""What a program says, and what it is told."""

import json
import threading

import numpy as np
import pytest

from program_runtime import codec
from program_runtime.errors import MessengerClosedError, UnserializableError
from program_runtime.program import UserMessenger
from program_runtime.program.messenger import StreamSink
from program_runtime.program.testing import RecordingSink


@pytest.fixture
def sink():
    return RecordingSink()


@pytest.fixture
def messenger(sink):
    return UserMessenger(sink)


def test_publish_sends_an_interim_result(messenger, sink):
    messenger.publish({"iteration": 1, "energy": -1.5})

    [(kind, text)] = sink.sent
    assert kind == "interim"
    assert json.loads(text) == {"iteration": 1, "energy": -1.5}


def test_publish_with_final_sends_the_result(messenger, sink):
    messenger.publish([1, 2], final=True)

    assert sink.sent == [("result", "[1, 2]")]


def test_arrays_and_complex_numbers_survive(messenger, sink):
    messenger.publish({"state": np.array([1, 1j]), "phase": 1j})

    decoded = codec.decode(sink.texts("interim")[0])
    assert decoded["phase"] == 1j
    assert np.array_equal(decoded["state"], [1, 1j])


def test_a_program_may_bring_its_own_encoder(messenger, sink):
    class Shouting(json.JSONEncoder):
        def default(self, o):
            return type(o).__name__.upper()

    messenger.publish({"value": object()}, encoder=Shouting)

    assert sink.texts("interim") == ['{"value": "OBJECT"}']


def test_an_unserialisable_message_names_its_path_and_nothing_is_sent(messenger, sink):
    with pytest.raises(UnserializableError, match=r'message\["history"\]\[1\]'):
        messenger.publish({"history": [1, threading.Lock()]})

    assert sink.sent == []


def test_a_metric_is_a_step_and_named_numbers(messenger, sink):
    messenger.metric(energy=-1.25, shots=100, step=3)
    messenger.metric(energy=0.0)

    assert [json.loads(text) for text in sink.texts("metric")] == [
        {"step": 3, "values": {"energy": -1.25, "shots": 100}},
        {"step": None, "values": {"energy": 0.0}},
    ]


def test_numpy_numbers_are_numbers(messenger, sink):
    messenger.metric(
        step=np.int64(2), a=np.float32(0.5), b=np.array(2), c=np.array([1.5])
    )

    assert sink.texts("metric") == [
        '{"step": 2, "values": {"a": 0.5, "b": 2, "c": 1.5}}'
    ]


@pytest.mark.parametrize(
    ("value", "error", "message"),
    [
        ("low", TypeError, "Metric 'energy' is 'low' of type str, expected a number."),
        (True, TypeError, "Metric 'energy' is True of type bool, expected a number."),
        (1j, TypeError, "Metric 'energy' is 1j of type complex, expected a number."),
        (float("nan"), ValueError, "Metric 'energy' is nan, expected a finite number."),
    ],
)
def test_a_metric_that_is_no_finite_number_is_refused(
    messenger, sink, value, error, message
):
    with pytest.raises(error) as caught:
        messenger.metric(energy=value)

    assert str(caught.value) == message
    assert sink.sent == []


def test_a_metric_without_values_is_refused(messenger):
    with pytest.raises(ValueError, match=r"got no values, expected metric\(name=numb"):
        messenger.metric(step=1)


def test_a_checkpoint_is_encoded_like_a_result(messenger, sink):
    messenger.checkpoint({"point": np.array([0.5])})

    [text] = sink.texts("checkpoint")
    assert codec.decode(text)["point"] == np.array([0.5])


def test_the_last_checkpoint_comes_back_decoded():
    text = codec.encode({"point": np.array([0.5]), "step": 3})
    messenger = UserMessenger(RecordingSink(restored=text))

    assert messenger.restored["step"] == 3
    assert messenger.restored["point"] == np.array([0.5])


def test_what_a_program_does_to_restored_state_does_not_stick():
    messenger = UserMessenger(RecordingSink(restored='{"steps": [1]}'))
    messenger.restored["steps"].append(2)

    assert messenger.restored == {"steps": [1]}


def test_nothing_is_restored_in_a_first_run(messenger):
    assert messenger.restored is None
    assert messenger.stop_requested is False


@pytest.mark.parametrize(
    "say",
    [
        lambda messenger: messenger.publish(1),
        lambda messenger: messenger.publish(1, final=True),
        lambda messenger: messenger.metric(a=1),
        lambda messenger: messenger.checkpoint(1),
    ],
)
def test_everything_after_main_returned_is_refused(messenger, sink, say):
    messenger.close()

    with pytest.raises(MessengerClosedError, match="after main returned"):
        say(messenger)
    assert sink.sent == []


def test_outside_a_run_results_are_printed(capsys):
    messenger = UserMessenger()
    messenger.publish({"iteration": 1})
    messenger.metric(energy=1.0)
    messenger.checkpoint([1])
    messenger.publish("done", final=True)

    assert capsys.readouterr().out == '{"iteration": 1}\n"done"\n'
    assert messenger.restored is None
    assert messenger.stop_requested is False


def test_a_stream_may_be_given():
    import io

    stream = io.StringIO()
    UserMessenger(StreamSink(stream)).publish(1)

    assert stream.getvalue() == "1\n"


def test_messages_of_several_threads_do_not_mix():
    class CarefulSink(RecordingSink):
        inside = 0
        overlaps = 0

        def send(self, kind, text):
            self.inside += 1
            self.overlaps += self.inside > 1
            super().send(kind, text)
            self.inside -= 1

    sink = CarefulSink()
    messenger = UserMessenger(sink)

    def speak(thread):
        for number in range(200):
            messenger.publish([thread, number])

    threads = [threading.Thread(target=speak, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    heard = [json.loads(text) for text in sink.texts("interim")]
    assert sink.overlaps == 0
    for name in range(4):
        assert [n for thread, n in heard if thread == name] == list(range(200))
