"""The bytes of the channel, cut anywhere."""

import hashlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from program_runtime.execution.frames import (
    INLINE_BYTES,
    FrameFault,
    FrameKind,
    FrameReader,
    encode_frame,
)

CAPS = {FrameKind.INTERIM: 10**6, FrameKind.RESULT: 10**6}


def feed(reader, data, sizes=None):
    """Feed in pieces of these sizes, again and again."""
    frames = []
    sizes = sizes or [len(data)]
    while data:
        for size in sizes:
            piece = data[: min(size, len(reader.space()))]
            reader.space()[: len(piece)] = piece
            frames += reader.advance(len(piece))
            data = data[len(piece) :]
            if reader.fault is not None:
                return frames
    return frames


def text_of(payload):
    if isinstance(payload, str):
        return payload
    data = payload.path.read_bytes()
    assert payload.size == len(data)
    assert payload.digest == "sha256:" + hashlib.sha256(data).hexdigest()
    return data.decode()


texts = st.one_of(
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
    st.integers(INLINE_BYTES - 3, INLINE_BYTES * 5).map(lambda n: "é" * (n // 2)),
)


@settings(
    max_examples=50,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    messages=st.lists(
        st.tuples(st.sampled_from([FrameKind.INTERIM, FrameKind.RESULT]), texts),
        max_size=8,
    ),
    sizes=st.lists(st.integers(1, 100_000), min_size=1, max_size=4),
)
def test_what_was_sent_arrives_however_it_is_cut(tmp_path, messages, sizes):
    reader = FrameReader(caps=CAPS, spool_dir=tmp_path)
    data = b"".join(encode_frame(kind, text.encode()) for kind, text in messages)
    sizes = sizes if len(data) < 5_000 else [max(size, 500) for size in sizes]
    frames = feed(reader, data, sizes)
    assert [(kind, text_of(payload)) for kind, payload in frames] == messages
    assert reader.fault is None


@settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.binary(max_size=2000), sizes=st.lists(st.integers(1, 500), min_size=1))
def test_arbitrary_bytes_end_in_frames_or_a_fault(tmp_path, data, sizes):
    reader = FrameReader(caps=CAPS, spool_dir=tmp_path)
    for kind, payload in feed(reader, data, sizes):
        assert kind in CAPS
        assert len(text_of(payload)) <= CAPS[kind]
    reader.close()


def test_payloads_over_64_kib_go_to_a_file(tmp_path):
    reader = FrameReader(caps=CAPS, spool_dir=tmp_path)
    small, large = b"x" * INLINE_BYTES, b"x" * (INLINE_BYTES + 1)
    frames = feed(
        reader,
        encode_frame(FrameKind.INTERIM, small) + encode_frame(FrameKind.RESULT, large),
    )
    assert frames[0] == (FrameKind.INTERIM, small.decode())
    assert frames[1][1].path.read_bytes() == large
    assert frames[1][1].path.parent == tmp_path


def test_a_length_over_the_cap_is_refused_before_its_bytes_come(tmp_path):
    reader = FrameReader(caps={FrameKind.INTERIM: 10}, spool_dir=tmp_path)
    good = encode_frame(FrameKind.INTERIM, b"0123456789")
    frames = feed(reader, good + b"\x00\x00\x00\x0b\x01")
    assert frames == [(FrameKind.INTERIM, "0123456789")]
    assert reader.fault == FrameFault(
        reason="too_large", kind=FrameKind.INTERIM, size=11, limit=10
    )


def test_an_unknown_kind_is_refused(tmp_path):
    reader = FrameReader(caps=CAPS, spool_dir=tmp_path)
    assert feed(reader, encode_frame(99)) == []
    assert reader.fault == FrameFault(reason="unknown_kind", kind=99, size=0)


@pytest.mark.parametrize(
    ("payload", "detail"),
    [
        (b"\xff", "'utf-8' codec can't decode byte 0xff"),
        (b"a\0b", "it contains the character NUL"),
        (b"x" * INLINE_BYTES + b"\xff", "'utf-8' codec can't decode byte 0xff"),
        (b"x" * INLINE_BYTES + b"\0", "it contains the character NUL"),
        (b"x" * INLINE_BYTES + b"\xc3", "unexpected end of data"),
    ],
)
def test_what_is_no_text_is_refused_and_not_kept(tmp_path, payload, detail):
    reader = FrameReader(caps=CAPS, spool_dir=tmp_path)
    assert feed(reader, encode_frame(FrameKind.INTERIM, payload)) == []
    assert reader.fault.reason == "not_text"
    assert detail in reader.fault.detail
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_gone_is_a_storage_fault(tmp_path):
    reader = FrameReader(caps=CAPS, spool_dir=tmp_path / "gone")
    feed(reader, encode_frame(FrameKind.INTERIM, b"x" * (INLINE_BYTES + 1)))
    assert reader.fault.reason == "storage"
    assert "No such file or directory" in reader.fault.detail


def test_a_payload_that_never_ends_is_dropped_at_close(tmp_path):
    reader = FrameReader(caps=CAPS, spool_dir=tmp_path)
    frame = encode_frame(FrameKind.INTERIM, b"x" * (INLINE_BYTES + 1))
    assert feed(reader, frame[:-1]) == []
    assert len(list(tmp_path.iterdir())) == 1
    reader.close()
    reader.close()
    assert list(tmp_path.iterdir()) == []
