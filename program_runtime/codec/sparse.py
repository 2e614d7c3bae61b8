"""SciPy's sparse matrices on the wire: the NPZ format.

The archive is read here and not by SciPy, which believes the sizes that the
archive claims and does not look whether the indices lie inside of the matrix.
"""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any

from scipy import sparse

from program_runtime.codec.arrays import load_npy
from program_runtime.codec.payloads import pack_plain, unpack_plain
from program_runtime.errors import UndecodableError

if TYPE_CHECKING:
    from program_runtime.codec.limits import Budget

_WRITABLE = frozenset({"csc", "csr", "bsr", "dia", "coo"})
_COMPRESSED = frozenset({"csc", "csr", "bsr"})
_MEMBERS = 16


def encode_sparse(value: Any) -> dict[str, Any]:
    """Tag a sparse matrix; a format that NPZ lacks becomes CSR."""
    buffer = io.BytesIO()
    sparse.save_npz(buffer, value if value.format in _WRITABLE else value.tocsr())
    return {"__type__": "spmatrix", "__value__": pack_plain(buffer.getvalue())}


def decode_sparse(value: Any, budget: Budget) -> Any:
    """Rebuild a sparse matrix or array."""
    parts = _read_archive(unpack_plain(value, budget), budget)
    kind = parts["format"].item()
    name = kind.decode() if isinstance(kind, bytes) else str(kind)
    if name not in _WRITABLE:
        raise UndecodableError(f"The sparse format {name[:20]!r} is unknown.")
    suffix = "array" if "_is_array" in parts and parts["_is_array"].item() else "matrix"
    build = getattr(sparse, f"{name}_{suffix}")
    shape = tuple(int(length) for length in parts["shape"])
    data = parts["data"]
    if name == "dia":
        return build((data, parts["offsets"]), shape=shape)
    if name == "coo":
        coords = parts["coords"] if "coords" in parts else (parts["row"], parts["col"])
        return build((data, tuple(coords)), shape=shape)
    result = build((data, parts["indices"], parts["indptr"]), shape=shape)
    result.check_format(full_check=True)
    return result


def _read_archive(data: bytes, budget: Budget) -> dict[str, Any]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            if len(members) > _MEMBERS:
                raise UndecodableError(f"The archive has {len(members)} members.")
            # Reading a member stops at the size that was counted here.
            budget.take_bytes(sum(member.file_size for member in members))
            return {
                member.filename.removesuffix(".npy"): load_npy(
                    iter((archive.read(member),)), budget
                )
                for member in members
            }
    except (zipfile.BadZipFile, OSError, NotImplementedError, EOFError) as err:
        raise UndecodableError(f"The sparse matrix can not be read: {err}.") from err
