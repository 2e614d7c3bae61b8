import io
import json
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from program_runtime.codec import DecodeLimits, decode, encode
from program_runtime.codec.payloads import pack_plain
from program_runtime.errors import UndecodableError

MATRIX = sparse.random(6, 5, density=0.3, rng=np.random.default_rng(1))
COMPLEX = sparse.csr_matrix([[0, 1j], [2, 0]])


@pytest.mark.parametrize("kind", ["csr", "csc", "coo", "dia", "bsr"])
def test_sparse_matrices_cross_in_every_pairing(exchange, kind):
    for matrix in (sparse.csr_matrix(MATRIX), COMPLEX):
        for decoded in exchange(matrix.asformat(kind)):
            assert isinstance(decoded, sparse.spmatrix)
            assert decoded.format == kind
            assert np.array_equal(decoded.toarray(), matrix.toarray())


@pytest.mark.parametrize("kind", ["csr", "coo", "dia"])
def test_sparse_arrays_keep_being_arrays(exchange, kind):
    array = sparse.csr_array(MATRIX).asformat(kind)
    for decoded in exchange(array, [("ours", "ours"), ("ours", "official")]):
        assert isinstance(decoded, sparse.sparray)
        assert np.array_equal(decoded.toarray(), array.toarray())


def test_a_sparse_array_of_one_dimension_crosses(round_trip):
    array = sparse.coo_array(np.array([0, 1, 0, 2]))
    assert round_trip(array).toarray().tolist() == [0, 1, 0, 2]


def test_a_format_without_a_file_form_becomes_csr(round_trip):
    decoded = round_trip(MATRIX.asformat("lil"))
    assert decoded.format == "csr"
    assert np.array_equal(decoded.toarray(), MATRIX.toarray())


@settings(max_examples=15, deadline=None)
@given(
    rows=st.integers(1, 8),
    columns=st.integers(1, 8),
    density=st.floats(0, 1),
    seed=st.integers(0, 99),
)
def test_any_sparse_matrix_crosses(exchange, rows, columns, density, seed):
    matrix = sparse.csr_matrix(
        sparse.random(rows, columns, density, rng=np.random.default_rng(seed))
    )
    for decoded in exchange(matrix):
        assert np.array_equal(decoded.toarray(), matrix.toarray())


def archive(**members):
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **members)
    return buffer.getvalue()


def tagged(data):
    return json.dumps({"__type__": "spmatrix", "__value__": pack_plain(data)})


PARTS = {
    "format": b"csr",
    "shape": [2, 2],
    "data": np.ones(2),
    "indices": np.array([0, 1], dtype=np.int32),
    "indptr": np.array([0, 1, 2], dtype=np.int32),
}


def test_the_parts_that_the_hostile_cases_change_are_fine():
    assert decode(tagged(archive(**PARTS))).toarray().tolist() == [[1, 0], [0, 1]]
    assert decode(tagged(archive(**{**PARTS, "format": "csr"}))).shape == (2, 2)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"indices": np.array([0, 999_999], dtype=np.int32)}, "indices must be"),
        ({"indices": np.array([0, -7], dtype=np.int32)}, "indices must be"),
        ({"indptr": np.array([0, 5, 2], dtype=np.int32)}, "ind"),
        ({"shape": [10**12, 2]}, "ind"),
        ({"format": b"pickle"}, "sparse format 'pickle' is unknown"),
        ({f"extra_{index}": 1 for index in range(20)}, "archive has 25 members"),
    ],
)
def test_malformed_matrices_are_refused(changes, message):
    with pytest.raises(UndecodableError, match=message):
        decode(tagged(archive(**{**PARTS, **changes})))


@pytest.mark.parametrize(
    "data", [b"", b"PK\x03\x04 no archive", archive(**PARTS)[:-30]]
)
def test_no_archive_is_refused(data):
    with pytest.raises(UndecodableError, match="sparse matrix can not be read"):
        decode(tagged(data))


def test_archives_are_bounded_before_they_are_unpacked():
    bomb = archive(**{**PARTS, "data": np.zeros(2_000_000)})
    assert len(bomb) < 50_000
    with pytest.raises(
        UndecodableError, match="more than 1000000 bytes after decompression"
    ):
        decode(tagged(bomb), limits=DecodeLimits(decoded_bytes=1_000_000))


def test_a_member_that_lies_about_its_size_is_refused():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("format.npy", bytes(100_000))
    data = buffer.getvalue().replace(
        (100_000).to_bytes(4, "little"), (5).to_bytes(4, "little")
    )
    with pytest.raises(UndecodableError, match="tag 'spmatrix'"):
        decode(tagged(data))


def test_a_matrix_that_needs_pickle_is_refused():
    text = encode(sparse.csr_matrix([[1.0]]))
    assert decode(text).toarray().tolist() == [[1.0]]
    with pytest.raises(UndecodableError, match="pickled objects"):
        decode(tagged(archive(**{**PARTS, "data": np.array([None, 1], dtype=object)})))
