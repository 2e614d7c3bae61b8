"""The doubles that authors use in their own tests."""

import numpy as np
import pytest

from program_runtime import program
from program_runtime.errors import BackendNotFoundError, UnserializableError
from program_runtime.program import ResultDecoder
from program_runtime.program.testing import RecordingMessenger, local_backend


def test_the_recording_messenger_remembers_each_kind_apart():
    messenger = RecordingMessenger()
    messenger.publish({"energy": np.float64(-1.0), "point": np.array([1.0])})
    messenger.metric(energy=-1.0, step=1)
    messenger.checkpoint({"step": 1})
    messenger.publish("done", final=True)

    assert messenger.messages[0]["energy"] == -1.0
    assert isinstance(messenger.messages[0]["point"], np.ndarray)
    assert messenger.metrics == [{"step": 1, "values": {"energy": -1.0}}]
    assert messenger.checkpoints == [{"step": 1}]
    assert messenger.final == "done"


def test_it_refuses_what_the_service_would_refuse():
    with pytest.raises(UnserializableError):
        RecordingMessenger().publish(object())


def test_a_fresh_one_is_empty():
    messenger = RecordingMessenger()

    assert messenger.messages == messenger.metrics == messenger.checkpoints == []
    assert messenger.final is None
    assert messenger.restored is None
    assert messenger.stop_requested is False


def test_it_can_be_primed_with_a_checkpoint():
    assert RecordingMessenger(restored={"step": 3}).restored == {"step": 3}


def test_it_asks_to_stop_after_so_many_interim_results():
    messenger = RecordingMessenger(stop_after=2)
    asked = []
    for number in range(3):
        messenger.publish(number)
        messenger.metric(number=number)
        asked.append(messenger.stop_requested)

    assert asked == [False, True, True]


def test_local_backend_refuses_an_unknown_name():
    with pytest.raises(BackendNotFoundError, match="Did you mean 'fake_manila'"):
        local_backend("fake_manil")


def test_the_decoder_reads_encoded_values():
    decoded = ResultDecoder.decode('{"__type__": "complex", "__value__": [1.0, 2.0]}')

    assert decoded == 1 + 2j


def test_the_decoder_hands_back_what_is_no_json():
    assert ResultDecoder.decode("Hello, {world") == "Hello, {world"


def test_the_room_exports_its_public_names():
    for name in program.__all__:
        assert getattr(program, name).__name__ == name
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        getattr(program, "nothing")  # noqa: B009 - the point is the look-up
