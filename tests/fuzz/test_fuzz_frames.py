"""What a program that owns its end of the channel can send: anything, in any pieces."""

import asyncio
import codecs
import json
import socket
import tempfile
from pathlib import Path

import pytest
from fuzzing import count, fuzz, limits, memory_below
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from program_runtime.execution import Limits
from program_runtime.execution.budget import explain_fault, frame_caps
from program_runtime.execution.channel_reader import ChannelReader
from program_runtime.execution.events import Blob
from program_runtime.execution.frames import (
    HEADER,
    INLINE_BYTES,
    FrameKind,
    FrameReader,
    encode_frame,
)
from program_runtime.execution.intake import Intake
from program_runtime.execution.metric import check_metric
from program_runtime.execution.outcome import JobStatus
from program_runtime.execution.verdict import Verdict, read_child_report

MIB = 1024 * 1024
LIMITS = Limits(
    message_bytes=300_000,
    message_count=40,
    messages_bytes=500_000,
    result_bytes=200_000,
)
CAPS = frame_caps(LIMITS)
LAST = {FrameKind.RESULT, FrameKind.ERROR}

kinds = st.sampled_from([*CAPS] * 8 + [*FrameKind, 0, 6, 99, 255])
texts = st.text(st.characters(codec="utf-8"), max_size=30)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["values", "step", "code", "message", "traceback"]) | texts,
            inner,
            max_size=4,
        )
    ),
    max_leaves=10,
)
HOSTILE = {
    "nothing": "",
    "null": "null",
    "deep": "[" * 50_000,
    "beyond floats": '{"values":{"a":1e999}}',
    "NaN": '{"values":{"a":NaN}}',
    "many digits": '{"values":{"a":1' + "0" * 400 + "}}",
    "too many digits": '{"values":{},"step":1' + "0" * 5000 + "}",
    "half a pair": r'{"values":{"\ud800":1}}',
    "NUL": r'{"values":{"\u0000":1}}',
    "half a pair said": r'{"message":"\ud800"}',
    "NUL said": r'{"message":"\u0000\u001b[2J"}',
    "our own code": '{"code":"wall_time","message":"m"}',
    "long": json.dumps({"message": "m" * 90_000, "traceback": "\U0001f600" * 90_000}),
    "many values": json.dumps({"values": dict.fromkeys(map(str, range(1001)), 1)}),
}
hostile_texts = st.sampled_from(sorted(HOSTILE)).map(lambda name: HOSTILE[name])
reports = json_values.map(json.dumps) | hostile_texts | texts
large = st.builds(
    lambda size, tail: b"x" * size + tail,
    st.sampled_from([INLINE_BYTES - 1, INLINE_BYTES, INLINE_BYTES + 1, 200_000]),
    st.sampled_from([b""] * 6 + [b"\xff", b"\0", b"\xc3", "\u00e9".encode()]),
)
good = st.builds(
    encode_frame,
    st.sampled_from([FrameKind.INTERIM, FrameKind.CHECKPOINT, FrameKind.METRIC]),
    st.just(b'{"values":{"a":1}}'),
)
spooled = st.sampled_from([FrameKind.INTERIM, FrameKind.CHECKPOINT, FrameKind.RESULT])
forged = st.one_of(
    st.builds(encode_frame, kinds, reports.map(str.encode)),
    st.builds(encode_frame, spooled, large),
)
hostile = st.one_of(
    st.builds(encode_frame, kinds, st.binary(max_size=60)),
    st.builds(HEADER.pack, st.integers(0, 2**32 - 1), kinds),
    st.binary(max_size=20),
)
frames = st.sampled_from([good] * 6 + [forged] * 3 + [hostile]).flatmap(lambda of: of)
streams = st.lists(frames, max_size=8).map(b"".join)


def expected(stream):
    """What a reader makes of a whole stream, said as plainly as possible.

    Returns:
        The frames as ``(kind, bytes)``, and why reading stops.
    """
    frames, at = [], 0
    while len(stream) - at >= HEADER.size:
        size, kind = HEADER.unpack_from(stream, at)
        if kind not in CAPS:
            return frames, "unknown_kind"
        if size > CAPS[kind]:
            return frames, "too_large"
        start, at = at + HEADER.size, at + HEADER.size + size
        payload = stream[start:at]
        is_whole = len(payload) == size
        if not is_whole and size <= INLINE_BYTES:
            return frames, None
        try:
            text = codecs.getincrementaldecoder("utf-8")().decode(payload, is_whole)
        except UnicodeDecodeError:
            return frames, "not_text"
        if "\0" in text:
            return frames, "not_text"
        if is_whole:
            frames.append((kind, payload))
    return frames, None


def expected_end(frames):
    """How many frames become events, and what ends that."""
    size = 0
    for number, (kind, payload) in enumerate(frames):
        if kind in LAST:
            return number, "report"
        size += len(payload)
        if number >= LIMITS.message_count or size > LIMITS.messages_bytes:
            return number, "objection"
        if kind == FrameKind.METRIC:
            try:
                check_metric(payload.decode())
            except ValueError:
                return number, "objection"
    return len(frames), None


def content_of(payload):
    return payload.path.read_bytes() if isinstance(payload, Blob) else payload.encode()


class Recorded:
    """In place of a recorder: keeps what it is given."""

    def __init__(self):
        self.events = []

    def record(self, kind, payload, *, at):
        assert at > 0
        self.events.append((kind, payload))


class Channel(RuleBasedStateMachine):
    """One end forges, the other end reads and takes in."""

    @initialize()
    def open(self):
        count()
        self.folder = tempfile.TemporaryDirectory()
        self.spool = Path(self.folder.name)
        self.reader = FrameReader(caps=CAPS, spool_dir=self.spool)
        self.recorder = Recorded()
        self.intake = Intake(LIMITS, self.recorder)
        self.sent = b""
        self.frames = []

    def teardown(self):
        with self.folder:
            self.reader.close()
            assert len(list(self.spool.iterdir())) == self.blobs()

    def blobs(self):
        kept = [payload for _, payload in self.recorder.events]
        kept.append(self.intake.result)
        return sum(isinstance(payload, Blob) for payload in kept)

    @rule(data=streams, sizes=st.lists(st.integers(1, 300_000), min_size=1, max_size=4))
    def send(self, data, sizes):
        if self.reader.fault is None:
            self.sent += data
        at = 0
        while at < len(data):
            for size in sizes:
                space = self.reader.space()
                assert space
                piece = data[at : at + min(size, len(space))]
                space[: len(piece)] = piece
                at += len(piece)
                had_fault = self.fault is not None
                frames = self.reader.advance(len(piece))
                assert not (had_fault and frames)
                self.receive(frames)

    def receive(self, frames):
        self.frames += [(kind, content_of(payload)) for kind, payload in frames]
        self.intake.take(frames)

    @property
    def fault(self):
        return self.reader.fault

    @rule()
    def close(self):
        self.reader.close()
        if self.fault is None and self.reader.space().nbytes:
            # Nobody reads on after this; the state machine begins anew.
            self.reader = FrameReader(caps=CAPS, spool_dir=self.spool)
            self.sent = b"".join(encode_frame(kind, data) for kind, data in self.frames)

    @invariant()
    def the_frames_are_those_that_were_sent(self):
        frames, reason = expected(self.sent)
        assert self.frames == frames
        assert (self.fault and self.fault.reason) == reason

    @invariant()
    def memory_and_disk_are_bounded(self):
        space = self.reader.space()
        assert 0 < space.nbytes <= len(space.obj) == 256 * 1024
        files = [path.stat().st_size for path in self.spool.iterdir()]
        assert len(files) <= self.blobs() + (self.fault is None)
        assert sum(files) <= LIMITS.messages_bytes + 2 * max(CAPS.values())
        assert len(self.recorder.events) <= LIMITS.message_count

    @invariant()
    def a_fault_has_its_reason_in_words(self):
        if self.fault is not None:
            verdict = explain_fault(self.fault)
            assert verdict.status is JobStatus.FAILED
            assert verdict.message.isprintable()
            assert len(verdict.message) < 300

    @invariant()
    def frames_are_taken_up_to_the_last_one_that_counts(self):
        number, ending = expected_end(self.frames)
        assert len(self.recorder.events) == number
        assert (self.intake.report is not None) == (ending == "report")
        assert (self.intake.objection is not None) == (ending == "objection")
        if ending is not None:
            check_verdict(self.intake.report or self.intake.objection)


def test_whatever_is_sent_ends_in_events_and_a_verdict():
    steps = settings(limits(60), stateful_step_count=6)
    run_state_machine_as_test(Channel, settings=steps)


def check_verdict(verdict):
    assert isinstance(verdict, Verdict)
    if verdict.status is JobStatus.COMPLETED:
        assert verdict.code is verdict.message is None
        return
    assert verdict.status is JobStatus.FAILED
    assert verdict.code.isidentifier()
    for text in (verdict.message, verdict.traceback or ""):
        assert len(text) <= 64 * 1024
        assert "\0" not in text.encode().decode()


@fuzz(150, text=reports)
def test_any_report_is_a_failure_with_a_reason(text):
    verdict = read_child_report(text)
    assert verdict.status is JobStatus.FAILED
    assert verdict.message
    check_verdict(verdict)
    assert verdict.code not in {"wall_time", "storage", "cancelled"}


@fuzz(150, text=reports)
def test_any_metric_is_written_anew_or_refused(text):
    refused = None
    try:
        written = check_metric(text)
    except ValueError as error:
        refused = str(error)
    if refused is not None:
        assert refused.isprintable()
        assert len(refused) < 2_000
        return
    content = json.loads(written, parse_constant=pytest.fail)
    assert content.keys() == {"step", "values"}
    assert check_metric(written) == written
    assert len(written) <= 2 * len(text) + 30 * len(content["values"]) + 30
    json.dumps(content, ensure_ascii=False).encode()


@fuzz(15, data=streams, sizes=st.lists(st.integers(1, 50_000), min_size=1, max_size=3))
def test_a_socket_brings_what_was_sent_until_the_fault(data, sizes):
    async def read(folder):
        ours, theirs = socket.socketpair()
        frames = []
        with ours, theirs:
            ours.setblocking(False)
            theirs.setblocking(False)
            cutter = FrameReader(caps=CAPS, spool_dir=folder)
            reader = ChannelReader(ours, cutter, frames.extend)
            reader.start()
            loop, at = asyncio.get_running_loop(), 0
            while at < len(data):
                for size in sizes:
                    await loop.sock_sendall(theirs, data[at : at + size])
                    at += size
            theirs.shutdown(socket.SHUT_WR)
            await reader.ended
            found = [(kind, content_of(payload)) for kind, payload in frames]
            return found, cutter.fault and cutter.fault.reason

    with tempfile.TemporaryDirectory() as name:
        assert asyncio.run(read(Path(name))) == expected(data)


@pytest.mark.parametrize("kind", [*CAPS])
@pytest.mark.parametrize("claimed", [2**32 - 1, 64 * MIB])
def test_a_claimed_size_costs_no_memory(tmp_path, kind, claimed):
    caps = frame_caps(Limits())
    with memory_below(4 * MIB):
        reader = FrameReader(caps=caps, spool_dir=tmp_path)
        header = HEADER.pack(claimed, kind)
        reader.space()[: len(header)] = header
        assert reader.advance(len(header)) == []
        assert (reader.fault is not None) == (claimed > caps[kind])
        reader.close()


def test_a_large_result_goes_through_without_being_held(tmp_path):
    size = 64 * MIB
    with memory_below(8 * MIB):
        reader = FrameReader(caps=frame_caps(Limits()), spool_dir=tmp_path)
        frames, left = [], size + HEADER.size
        piece = memoryview(HEADER.pack(size, FrameKind.RESULT) + b"x" * 200_000)
        while left:
            part = piece[: min(left, len(reader.space()))]
            reader.space()[: len(part)] = part
            frames += reader.advance(len(part))
            left -= len(part)
            piece = memoryview(b"x" * 200_000)
    ((kind, blob),) = frames
    assert (kind, blob.size) == (FrameKind.RESULT, size)
