import json
import math
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta, timezone

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from qiskit_ibm_runtime import RuntimeDecoder as OfficialDecoder

from program_runtime.codec import (
    DecodeLimits,
    RuntimeDecoder,
    RuntimeEncoder,
    decode,
    encode,
)
from program_runtime.errors import UndecodableError

PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.complex_numbers(allow_nan=False, allow_infinity=False)
    | st.datetimes(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@settings(max_examples=50, deadline=None)
@given(value=PLAIN)
def test_nested_containers_cross_in_every_pairing(exchange, value):
    assert all(decoded == value for decoded in exchange(value))


@pytest.mark.parametrize(
    "value",
    [
        datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC),
        datetime(2026, 1, 2, 3, 4, 5),  # noqa: DTZ001 - without a zone on purpose
        datetime(2026, 1, 2, tzinfo=timezone(timedelta(hours=5, minutes=30))),
        1 - 2j,
        {1, 2, 3},
        {"a", None, 1.5},
        set(),
        [{"a": [{1 + 1j}]}],
    ],
)
def test_pythons_own_types_cross_in_every_pairing(exchange, value):
    assert all(decoded == value for decoded in exchange(value))


def test_a_date_becomes_the_midnight_of_its_day(exchange):
    midnight = datetime(2026, 1, 2)  # noqa: DTZ001
    assert list(exchange(date(2026, 1, 2))) == [midnight] * 3


def test_a_tuple_becomes_a_list(exchange):
    assert list(exchange({"pair": (1, (2,))})) == [{"pair": [1, [2]]}] * 3


def test_a_frozen_set_becomes_an_equal_plain_set(round_trip):
    decoded = round_trip(frozenset({1, 2}))
    assert decoded == frozenset({1, 2})
    assert type(decoded) is set


def test_tuples_in_a_set_come_back_as_tuples(round_trip):
    assert round_trip({(0, 1), (1, (2, 3))}) == {(0, 1), (1, (2, 3))}


@pytest.mark.parametrize(
    ("scalar", "expected"),
    [
        (np.float64(0.1), 0.1),
        (np.float32(0.5), 0.5),
        (np.float16(0.5), 0.5),
        (np.longdouble(0.5), 0.5),
        (np.int64(-3), -3),
        (np.uint8(255), 255),
        (np.bool_(True), True),
        (np.complex64(1 + 2j), 1 + 2j),
        (np.complex128(1 + 2j), 1 + 2j),
        (np.str_("text"), "text"),
    ],
)
def test_numpy_scalars_become_python_numbers_that_officials_read(scalar, expected):
    text = encode([scalar])
    for decoded in (decode(text)[0], json.loads(text, cls=OfficialDecoder)[0]):
        assert decoded == expected
        assert type(decoded) is type(expected)


def test_a_numpy_date_becomes_a_datetime(round_trip):
    expected = datetime(2026, 1, 2, 3, 4, 5)  # noqa: DTZ001
    assert round_trip(np.datetime64("2026-01-02T03:04:05")) == expected


@pytest.mark.parametrize(
    "scalar",
    [
        np.datetime64("2026-01-02T03:04:05.123456789"),
        np.timedelta64(5, "s"),
        np.void(b"abc"),
    ],
)
def test_numpy_scalars_without_an_exact_python_value_become_arrays(round_trip, scalar):
    decoded = round_trip(scalar)
    assert decoded.shape == ()
    assert decoded.dtype == scalar.dtype
    assert decoded[()] == scalar


def test_nan_and_infinity_are_the_tokens_that_official_clients_read():
    text = encode([math.nan, math.inf, -math.inf])
    assert text == "[NaN, Infinity, -Infinity]"
    for decoded in (
        decode(text),
        json.loads(text, cls=OfficialDecoder),
        json.loads(text),
    ):
        assert math.isnan(decoded[0])
        assert decoded[1:] == [math.inf, -math.inf]


def test_nan_keeps_its_meaning_inside_of_tagged_values(round_trip):
    decoded = round_trip(complex(math.nan, -math.inf))
    assert math.isnan(decoded.real)
    assert decoded.imag == -math.inf


def test_integer_keys_become_text_as_json_has_it(exchange):
    assert list(exchange({1: "a"})) == [{"1": "a"}] * 3


def test_plain_values_are_written_as_json_dumps_writes_them():
    value = {"iteration": 3, "energy": -1.85, "note": "ä\ud800", "ok": [True, None]}
    assert encode(value) == json.dumps(value)


def test_a_function_becomes_null_with_a_warning():
    with pytest.warns(
        UserWarning, match="A function can not be serialised, it is sent as null"
    ):
        assert encode({"callback": print}) == '{"callback": null}'


def test_a_class_becomes_null_even_if_its_objects_could_be_sent():
    with pytest.warns(UserWarning, match="A function can not be serialised"):
        assert encode([Report]) == "[null]"


class Report:
    def to_json(self):
        return '{"a": 1}'


def test_an_objects_own_json_is_decoded_to_its_text(exchange):
    assert list(exchange(Report())) == ['{"a": 1}'] * 3


def test_the_classes_fit_the_json_module():
    text = json.dumps({"z": 1j}, cls=RuntimeEncoder, indent=1)
    assert json.loads(text, cls=RuntimeDecoder) == {"z": 1j}
    assert json.loads('{"z": 1.5}', cls=RuntimeDecoder, parse_float=str) == {"z": "1.5"}
    assert json.loads("[1.5]", cls=RuntimeDecoder) == [1.5]


def test_a_derived_encoder_adds_a_type_and_keeps_the_others():
    class WithBytes(RuntimeEncoder):
        def default(self, o):
            return o.hex() if isinstance(o, bytes) else super().default(o)

    assert encode([b"\x01", 1j], encoder=WithBytes) == (
        '["01", {"__type__": "complex", "__value__": [0.0, 1.0]}]'
    )


def test_a_derived_decoder_sees_every_object():
    class Upper(RuntimeDecoder):
        def object_hook(self, o):
            return (
                {key.upper(): value for key, value in o.items()}
                if "a" in o
                else super().object_hook(o)
            )

    text = encode({"a": 1j})
    assert decode(text, decoder=Upper) == {"A": 1j}
    assert decode('{"a": 1}', decoder=Upper, limits=DecodeLimits(depth=1)) == {"A": 1}


def test_a_foreign_decoder_is_bounded_too():
    assert decode('{"__type__": "set"}', decoder=json.JSONDecoder) == {
        "__type__": "set"
    }
    with pytest.raises(UndecodableError, match="nests 3 levels deep; the limit is 2"):
        decode("[[[" + "]]]", decoder=json.JSONDecoder, limits=DecodeLimits(depth=2))


def test_one_decoder_decodes_many_texts_each_within_the_limits():
    decoder = RuntimeDecoder(limits=DecodeLimits(elements=300))
    text = encode([1] * 200)
    assert [decoder.decode(text) for _ in range(3)] == [[1] * 200] * 3


def test_bytes_are_read_as_utf_8():
    assert decode('["ä"]'.encode()) == ["ä"]


@pytest.mark.parametrize(
    "value",
    [
        {"__type__": "unheard of", "__value__": [1]},
        {"__type__": ["no", "text"], "__value__": 1},
        {"__type__": None},
        {"__type__": 5},
    ],
)
def test_objects_with_other_tags_stay_dicts(exchange, value):
    assert decode(encode(value)) == value


def test_a_tag_with_escaped_letters_is_a_tag():
    assert decode('{"\\u005f_type__": "complex", "__value__": [1, 2]}') == 1 + 2j


def test_importing_and_plain_values_need_neither_numpy_nor_qiskit():
    code = (
        "import sys; from program_runtime.codec import decode, encode;"
        "assert decode(encode({'a': [1, 1j, {2}]})) == {'a': [1, 1j, {2}]};"
        "print([name for name in ('numpy', 'qiskit', 'scipy') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
