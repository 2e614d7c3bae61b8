"""What a checkpoint says beside the program's state."""

import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from program_runtime import codec
from program_runtime.execution.child.job_channel import ChannelSink, JobChannel
from program_runtime.program import UserMessenger
from program_runtime.program.saved_state import pack, unpack
from program_runtime.program.testing import local_backend

JSON = st.recursive(
    st.none() | st.integers() | st.text() | st.floats(allow_nan=False),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@given(state=JSON, executions=st.integers(0, 10**12))
def test_a_state_comes_back_as_it_was(state, executions):
    text = codec.encode(state)
    assert unpack(pack(text, executions)) == (text, executions)


@pytest.mark.parametrize(
    "text",
    ["1", "{}", '{"executions": 3}', '{"__type__": "seeded_state"}', '"__type__"', ""],
)
def test_other_texts_are_states(text):
    assert unpack(text) == (text, 0)


def test_what_joins_them_is_json_that_any_reader_understands():
    assert codec.decode(pack('{"a": 1}', 2)) == {
        "__type__": "seeded_state",
        "executions": 2,
        "state": {"a": 1},
    }


def test_the_messenger_of_a_run_saves_both():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        sink = ChannelSink(
            JobChannel(theirs), restored="1", stored_state=lambda text: pack(text, 7)
        )
        messenger = UserMessenger(sink)
        messenger.checkpoint([1])
        messenger.publish([2])
        sent = ours.recv(1000).decode()
    assert messenger.restored == 1
    assert pack("[1]", 7) in sent
    assert sent.endswith("[2]")


def test_a_backend_goes_on_with_the_seeds_of_an_earlier_run():
    first = local_backend(seed=5)
    seeds = [first._defaults()["seed_simulator"] for _ in range(4)]
    assert first.executions == 4
    second = local_backend(seed=5, executions=2)
    assert [second._defaults()["seed_simulator"] for _ in range(2)] == seeds[2:]
    assert local_backend(executions=2)._defaults() == {}
