"""Archives that nobody's tool makes: refused in words, or unpacked inside their folder."""

import json
import os
import stat
import tempfile
from pathlib import Path

import pytest
from fuzzing import fuzz, is_printable, memory_below
from hypothesis import strategies as st
from zip_builder import DEFLATED, END, FILE, STORED, UTF8, Entry, build

from program_runtime.bundle import (
    BundleLimits,
    check_source,
    inspect_bundle,
    read_bundle,
    unpack_bundle,
)
from program_runtime.errors import BadBundleError

MIB = 1024 * 1024
SOURCE = b"def main(backend, user_messenger, **inputs):\n    return inputs\n"
METADATA = json.dumps({"name": "hello", "version": "1.0.0"}).encode()
GOOD = [
    Entry(b"program.json", METADATA),
    Entry(b"program.py", SOURCE, DEFLATED),
    Entry(b"data/table.txt", b"1 2 3\n" * 50, DEFLATED),
]
LIMITS = BundleLimits(
    archive_bytes=MIB, total_bytes=2 * MIB, file_bytes=MIB, files=50, name_bytes=100
)
MESSAGE_CHARACTERS = 20_000


def rarely(strategy, otherwise):
    """Draw from a strategy once in six times: one lie at a time gets further."""
    return st.sampled_from([otherwise] * 5 + [strategy]).flatmap(
        lambda chosen: (
            chosen if isinstance(chosen, st.SearchStrategy) else st.just(chosen)
        )
    )


hostile_names = st.sampled_from(
    [
        b"program.py",
        b"PROGRAM.PY",
        b"program.json",
        b"program.py/x",
        b"data",
        b"data/",
        b"data/table.txt/",
        b"../out",
        b"a/../../out",
        b"/etc/passwd",
        b"~/x",
        b"C:x",
        b"..\\out",
        b"..",
        b".",
        b"./a",
        b"a//b",
        b"a/.",
        b"",
        b"/",
        b"//",
        b"\0",
        b"program.py\0.txt",
        b"a\x1b[31m",
        b"a\nb",
        b"a\x7f\xc2\x85",
        b"a\xff",
        b"\xed\xa0\x80",
        "\u202egnp.exe".encode(),
        "\u202e/program.py".encode(),
        "\u2028".encode(),
        "e\u0301".encode(),
        "\u00e9".encode(),
        b"ss",
        "\u00df".encode(),
        b"n" * 300,
        b"d/" * 20 + b"x",
        b".out.",
        b"CON",
        b"a ",
        b"a.",
    ]
)
names = hostile_names | st.text(max_size=12).map(lambda t: t.encode(errors="replace"))
contents = st.one_of(
    st.binary(max_size=60),
    st.sampled_from([b"", bytes(20_000), bytes(3 * MIB), METADATA, SOURCE]),
)
words = st.sampled_from([0, 1, 2, 0x14, 0x7FFF, 0xFFFF]) | st.integers(0, 0xFFFF)
longs = st.sampled_from([0, 1, 46, 2**31, 2**32 - 1]) | st.integers(0, 5000)
quads = longs | st.sampled_from([2**32, 2**40, 2**63, 2**64 - 1])
claims = st.fixed_dictionaries(
    {},
    optional={
        "crc": longs,
        "packed": longs,
        "size": longs,
        "method": st.sampled_from([0, 1, 8, 9, 12, 14, 93, 99]),
        "flags": st.sampled_from([0, 1, 0x8, 0x20, 0x40, 0x41, 0x800, 0x2000, 0xFFFF]),
        "offset": longs,
        "disk": words,
    },
)
kinds = st.sampled_from(
    [
        *(stat.S_IFREG, stat.S_IFLNK, stat.S_IFDIR, stat.S_IFCHR, stat.S_IFBLK),
        *(stat.S_IFIFO, stat.S_IFSOCK, 0, 0xF000),
    ]
)
attributes = st.one_of(
    st.just(FILE),
    st.builds(lambda kind, mode: (kind | mode) << 16, kinds, st.integers(0, 0o7777)),
    st.integers(0, 2**32 - 1),
)
extras = st.one_of(
    st.just(b""),
    st.binary(max_size=40),
    # The sizes of a large archive, cut anywhere.
    st.builds(
        lambda values, cut: (
            b"\x01\x00"
            + (8 * len(values)).to_bytes(2, "little")
            + b"".join(value.to_bytes(8, "little") for value in values)[:cut]
        ),
        st.lists(quads, max_size=4),
        st.integers(0, 32),
    ),
    # Another name, as Info-ZIP writes it.
    st.builds(lambda name: b"up" + len(name).to_bytes(2, "little") + name, names),
)
entries = st.builds(
    Entry,
    name=names,
    content=contents,
    method=st.sampled_from([STORED, DEFLATED]),
    flags=rarely(st.just(0), UTF8),
    attributes=rarely(attributes, FILE),
    extra=rarely(extras, b""),
    comment=rarely(st.binary(max_size=5), b""),
    claims=rarely(claims, {}),
    local_name=rarely(names, None),
    local_claims=rarely(claims, {}),
)
ends = st.fixed_dictionaries(
    {},
    optional={
        "entries": words,
        "length": longs,
        "offset": longs,
        "disk": words,
        "comment": st.binary(max_size=30),
    },
)
large_ends = st.fixed_dictionaries(
    {}, optional={"entries": quads, "length": quads, "offset": quads}
)
pieces = rarely(st.binary(max_size=30) | st.just(build(GOOD)), b"")
archives = st.builds(
    build,
    st.lists(entries | st.sampled_from(GOOD), max_size=4),
    end=rarely(ends, {}),
    zip64=rarely(large_ends, None),
    prefix=pieces,
    between=pieces,
    suffix=pieces,
)


@st.composite
def damaged(draw):
    """A good bundle with bytes changed, cut out, put in or repeated.

    Half of them get a last record that fits what was done before it.
    """
    content = bytearray(build(GOOD))
    mended = draw(st.booleans())
    if mended:
        del content[-END.size :]
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(content)))
        upto = draw(st.integers(at, min(len(content), at + 60)))
        kind = draw(st.sampled_from(["flip", "cut", "put", "repeat", "zero"]))
        if kind == "flip":
            content[at : at + 1] = bytes([draw(st.integers(0, 255))])
        elif kind == "cut":
            del content[at:upto]
        elif kind == "put":
            content[at:at] = draw(st.binary(max_size=20))
        elif kind == "repeat":
            content[upto:upto] = content[at:upto]
        else:
            content[at:upto] = bytes(upto - at)
    if mended:
        start = max(0, content.find(b"PK\1\2"))
        count, length = content.count(b"PK\1\2"), len(content) - start
        content += END.pack(b"PK\5\6", 0, 0, count, count, length, start, 0)
    return bytes(content)


def refusal(call):
    """Return whether a call was refused, which it must be in readable words."""
    try:
        call()
    except BadBundleError as error:
        refused = error
    else:
        return False
    text = str(refused)
    assert text.startswith("The bundle ")
    assert is_printable(text), ascii(text)
    assert len(text) <= MESSAGE_CHARACTERS
    assert all(is_printable(str(problem)) for problem in refused.problems)
    return True


def names_in(folder):
    return {path.name for path in folder.iterdir()}


def check_unpacked(folder):
    """Only regular files and folders, none that is more than it should be."""
    total = 0
    for place, folders, files in os.walk(folder):
        for name in [*folders, *files]:
            status = os.lstat(Path(place) / name)
            mode = stat.S_IMODE(status.st_mode)
            if name in files:
                assert stat.S_ISREG(status.st_mode)
                assert mode == 0o644
                assert status.st_nlink == 1
                total += status.st_size
            else:
                assert stat.S_ISDIR(status.st_mode)
                assert not mode & 0o7022
    assert total <= LIMITS.total_bytes


def examine(content):
    """Read, inspect and unpack an archive; nothing may appear outside of its folder."""
    with tempfile.TemporaryDirectory() as name:
        parent = Path(name)
        (parent / "out").mkdir()
        path = parent / "bundle.zip"
        path.write_bytes(content)
        unreadable = refusal(lambda: read_bundle(path, limits=LIMITS))
        refused = refusal(lambda: inspect_bundle(path, limits=LIMITS))
        assert refused or not unreadable
        target = parent / "out" / "program"
        assert unreadable == refusal(lambda: unpack_bundle(path, target, limits=LIMITS))
        assert target.exists() != unreadable
        assert names_in(parent) == {"bundle.zip", "out"}
        assert names_in(parent / "out") == (set() if unreadable else {"program"})
        check_unpacked(parent / "out")
        return not unreadable


def test_the_archive_that_is_mutated_is_a_good_one():
    assert examine(build(GOOD))


@fuzz(300, content=archives)
def test_whatever_headers_claim_nothing_leaves_the_folder(content):
    examine(content)


@fuzz(300, content=damaged())
def test_a_damaged_bundle_is_refused_or_read(content):
    examine(content)


@fuzz(100, content=st.binary(max_size=400) | st.binary(max_size=80).map(b"PK".__add__))
def test_bytes_that_are_no_archive_are_refused(content):
    assert not examine(content)


def many(count):
    return [Entry(b"f%d" % number) for number in range(count)]


def zeros(mib, *, claims=None, name=b"a"):
    return Entry(name, bytes(mib * MIB), DEFLATED, claims=claims or {})


@pytest.mark.parametrize(
    ("entries", "options", "message"),
    [
        (lambda: [zeros(50)] * 2, {}, "stands twice"),
        (
            lambda: [zeros(40, name=b"%d" % n) for n in range(3)],
            {},
            "unpacks to 120.0 MiB",
        ),
        (lambda: [zeros(60)], {}, "a: unpacks to 60.0 MiB"),
        (lambda: [zeros(20, claims={"size": 9})], {}, "damaged"),
        (lambda: many(30_000), {}, "has 30,000 files, 2,000 are allowed"),
        (lambda: many(35_000), {"end": {"entries": 1}}, "has 35,000 files"),
        (lambda: many(45_000), {"end": {"entries": 1}}, "too large for 2,000 files"),
        (lambda: many(100_000), {"zip64": {}, "end": {"entries": 0}}, "over 4 GiB"),
        (
            lambda: [Entry(b"../%d" % n) for n in range(1_900)],
            {},
            "leads out of the bundle",
        ),
        (lambda: [Entry(b"a")], {"zip64": {"length": 2**63}}, "over 4 GiB"),
        (lambda: [Entry(b"a" * 65_000)] * 70, {}, "too large for 2,000 files"),
    ],
    ids=[
        *("twice", "total", "large", "lying", "many", "uncounted", "long directory"),
        *("large form", "hostile names", "endless directory", "long names"),
    ],
)
def test_bombs_take_little_memory(tmp_path, entries, options, message):
    path = tmp_path / "bundle.zip"
    path.write_bytes(build(entries(), **options))
    for use in (read_bundle, inspect_bundle):
        with memory_below(60 * MIB), pytest.raises(BadBundleError) as caught:
            use(path)
        assert message in str(caught.value)
        assert len(str(caught.value)) < MESSAGE_CHARACTERS


lines = st.sampled_from(
    [
        *("def main(backend, user_messenger):", "async def main(*a):", "main = 1"),
        *("    return 1", "    yield", "if x:", "elif x:", "else:", "try:", "with x:"),
        *(
            "except* E:",
            "class main:",
            "main: int",
            "lambda: (yield)",
            "\f",
            "\0",
            "\\",
        ),
        *("# coding: utf-16", "# coding: idna", "# coding: undefined", "\ufeff", "'''"),
        *("x = (" * 150, "x" + ".a" * 3000, "-" * 5000 + "1", "f'{" * 20, "\ud800"),
        *("1" + "+1" * 900, "\u202e", "match x:", "    case {**a}:", "9" * 5000),
    ]
)
sources = st.one_of(
    st.lists(lines | st.text(max_size=10), max_size=12).map("\n".join),
    st.binary(max_size=60),
)


@fuzz(300, source=sources, encoding=st.sampled_from(["utf-8", "utf-16", "latin-1"]))
def test_any_source_is_fit_or_refused(source, encoding):
    texts = [source]
    if isinstance(source, str):
        texts.append(source.encode(encoding, errors="replace"))
    for text in texts:
        problems = check_source(text)
        assert all(is_printable(str(problem)) for problem in problems), problems
        assert len(str(problems)) < 1000
