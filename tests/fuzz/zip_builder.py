"""Zip archives byte by byte: whatever a header can claim, an entry here can."""

import struct
import zlib
from dataclasses import dataclass, field

LOCAL = struct.Struct("<4s5H3L2H")
CENTRAL = struct.Struct("<4s4B4HL2L5H2L")
END = struct.Struct("<4s4H2LH")
END_64 = struct.Struct("<4sQ2H2L4Q")
LOCATOR_64 = struct.Struct("<4sLQL")
STORED, DEFLATED = 0, 8
FILE, UTF8 = 0o100644 << 16, 0x800


@dataclass
class Entry:
    """One file; ``claims`` replaces what is true in both headers or in one."""

    name: bytes
    content: bytes = b""
    method: int = STORED
    flags: int = UTF8
    attributes: int = FILE
    extra: bytes = b""
    comment: bytes = b""
    claims: dict = field(default_factory=dict)
    """``crc``, ``packed``, ``size``, ``method``, ``flags``, ``offset``, ``disk``."""
    local_name: bytes | None = None
    local_claims: dict = field(default_factory=dict)


def deflated(content, level=9):
    """Deflate without a header, as archives hold it."""
    stream = zlib.compressobj(level, zlib.DEFLATED, -15)
    return stream.compress(content) + stream.flush()


def build(entries, *, end=None, zip64=None, prefix=b"", between=b"", suffix=b""):
    """Return the archive.

    Args:
        entries: Its files, in order.
        end: Replaces fields of the last record: ``entries``, ``length``, ``offset``,
            ``disk``, ``comment``.
        zip64: Adds the records of large archives, with these fields.
        prefix: Before all, not counted in the offsets.
        between: Before the directory, counted.
        suffix: After all.
    """
    body, directory = bytearray(), bytearray()
    for entry in entries:
        offset = len(body)
        packed = deflated(entry.content) if entry.method == DEFLATED else entry.content
        true = {
            "crc": zlib.crc32(entry.content),
            "packed": len(packed),
            "size": len(entry.content),
            "method": entry.method,
            "flags": entry.flags,
            "offset": offset,
            "disk": 0,
        }
        body += _local(entry, {**true, **entry.local_claims}) + packed
        directory += _central(entry, {**true, **entry.claims})
    body += between
    ending = _ending(len(entries), len(directory), len(body), end or {}, zip64)
    return b"".join((prefix, body, directory, ending, suffix))


def _local(entry, said):
    name = entry.name if entry.local_name is None else entry.local_name
    sizes = (said["crc"], said["packed"], said["size"], len(name), 0)
    head = (b"PK\x03\x04", 20, said["flags"], said["method"], 0, 33)
    return LOCAL.pack(*head, *sizes) + name


def _central(entry, said):
    head = (b"PK\x01\x02", 20, 3, 20, 0, said["flags"], said["method"], 0, 33)
    sizes = (said["crc"], said["packed"], said["size"], len(entry.name))
    rest = (len(entry.extra), len(entry.comment), said["disk"], 0, entry.attributes)
    fixed = CENTRAL.pack(*head, *sizes, *rest, said["offset"])
    return fixed + entry.name + entry.extra + entry.comment


def _ending(count, length, offset, end, zip64):
    records = b""
    if zip64 is not None:
        said = {"entries": count, "length": length, "offset": offset, **zip64}
        numbers = (said["entries"], said["entries"], said["length"], said["offset"])
        records += END_64.pack(b"PK\x06\x06", 44, 45, 45, 0, 0, *numbers)
        records += LOCATOR_64.pack(b"PK\x06\x07", 0, offset + length, 1)
    said = {"entries": count, "length": length, "offset": offset}
    said |= {"disk": 0, "comment": b"", **end}
    numbers = (said["disk"], said["disk"], said["entries"], said["entries"])
    places = (said["length"], said["offset"], len(said["comment"]))
    return records + END.pack(b"PK\x05\x06", *numbers, *places) + said["comment"]
