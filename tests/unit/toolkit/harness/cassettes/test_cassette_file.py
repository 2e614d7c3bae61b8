"""What a cassette looks like in its file, and what is no such file."""

import json

import pytest

from toolkit.errors import CassetteError, ExitCode, exit_code_of
from toolkit.harness import cassettes
from toolkit.harness.cassettes.call import Call, Recording
from toolkit.harness.cassettes.content import Content

CONTENT = Content(("1 qubits, 1 bits", "rx(%) 0", "measure 0 -> 0"), (0.1 + 0.2,))


def cassette():
    measured = Call(
        kind="run", content=CONTENT, shots=8, options={"method": "automatic"}
    )
    kept = Call(kind="run", content=CONTENT, shots=8, memory=True, options={})
    exact = Call(
        kind="estimate",
        content=Content(("1 qubits, 0 bits", "rx(p0) 0"), ()),
        options={},
        observables={"Z": 0.5},
        values=[[-0.0], [1.5]],
    )
    return cassettes.Cassette(
        backends={"lab": {"configuration": {"n_qubits": 1}}},
        recordings={
            "lab": [
                Recording(measured, {"shots": 8, "counts": {"0x0": 8}}),
                Recording(kept, {"shots": 8, "packed": "eJw="}),
                Recording(exact, {"evs": [0.5, 0.03536860083385144]}),
            ]
        },
        qiskit="2.0.0",
    )


@pytest.fixture
def path(tmp_path):
    return tmp_path / "deep" / "tape.json"


@pytest.fixture
def written(path):
    cassettes.save(cassette(), path)
    return json.loads(path.read_text())


def test_what_is_written_is_read(path, written):
    read = cassettes.load(path)

    assert read.name == "tape.json"
    assert (read.backends, read.qiskit) == (cassette().backends, "2.0.0")
    ours, theirs = cassette().recordings["lab"], read.recordings["lab"]
    assert [each.answer for each in theirs] == [each.answer for each in ours]
    for one, other in zip(ours, theirs, strict=True):
        assert one.call.shape == other.call.shape
        assert one.call.same_numbers(other.call)


def test_the_file_has_a_line_for_each_recording_and_each_gate(path, written):
    lines = path.read_text().splitlines()
    name = next(iter(written["circuits"]))

    assert lines[:4] == [
        "{",
        ' "format": "qrt-cassette",',
        ' "version": 1,',
        ' "qiskit": "2.0.0",',
    ]
    assert f'   "{CONTENT.lines[1]}",' in lines
    assert any(
        line.startswith(f'   {{"circuit": "{name}", "numbers": [0.3], ')
        for line in lines
    )


def test_circuits_and_observables_are_written_once(written):
    assert len(written["recordings"]["lab"]) == 3
    assert len(written["circuits"]) == 2
    assert list(written["observables"].values()) == [{"Z": 0.5}]


def test_writing_again_gives_the_same_bytes(path, written):
    before = path.read_bytes()
    cassettes.save(cassettes.load(path), path)

    assert path.read_bytes() == before
    assert [each.name for each in path.parent.iterdir()] == ["tape.json"]


def test_a_missing_cassette_says_how_to_record_one(path):
    with pytest.raises(
        CassetteError, match=r"There is no cassette .*tape\.json"
    ) as caught:
        cassettes.load(path)

    assert "qrt test -- --record" in caught.value.hint
    assert exit_code_of(caught.value) is ExitCode.USAGE


def test_a_cassette_of_another_version_says_what_to_do(path, written):
    path.write_text(json.dumps({**written, "version": 2}))
    with pytest.raises(
        CassetteError, match="is of version 2, this toolkit reads version 1"
    ) as e:
        cassettes.load(path)

    assert e.value.hint.startswith(
        "Use the toolkit that recorded it, or a newer one. Record"
    )


def test_a_folder_in_its_place_can_not_be_read_and_not_be_written(tmp_path):
    with pytest.raises(CassetteError, match="can not be read"):
        cassettes.load(tmp_path)
    with pytest.raises(CassetteError, match="can not be written"):
        cassettes.save(cassette(), tmp_path)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"format": "other"}', "[" * 100_000]
)
def test_something_else_is_called_damaged(path, text):
    path.parent.mkdir()
    path.write_text(text)
    with pytest.raises(CassetteError, match="is damaged") as caught:
        cassettes.load(path)

    assert caught.value.hint.startswith("Record it anew")


def test_a_file_that_is_no_text_can_not_be_read(path):
    path.parent.mkdir()
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(CassetteError, match="can not be read"):
        cassettes.load(path)


def _set(value, *keys):
    def change(data):
        for key in keys[:-1]:
            data = data[key]
        data[keys[-1]] = value

    return change


ROW = ("recordings", "lab", 0)


@pytest.mark.parametrize(
    "change",
    [
        _set([], "circuits"),
        _set({}, "circuits"),
        _set({"0": ["x 0"]}, "circuits"),
        _set({"0": 1}, "observables"),
        _set(7, "backends"),
        _set({}, "backends", "lab", "configuration"),
        _set({"lab": 7}, "recordings"),
        _set("row", *ROW),
        _set({"shots": 8}, *ROW, "answer"),
        _set("many", *ROW, "numbers"),
        _set([10**400], *ROW, "numbers"),
        _set([["x"]], "recordings", "lab", 2, "values"),
        _set({}, "recordings", "lab", 2, "answer"),
    ],
    ids=range(13),
)
def test_a_file_that_was_edited_wrongly_is_called_damaged(path, written, change):
    change(written)
    path.write_text(json.dumps(written))
    with pytest.raises(CassetteError, match="is damaged"):
        cassettes.load(path)


def test_a_gate_that_was_edited_is_noticed(path, written):
    name, lines = next(iter(written["circuits"].items()))
    lines[1] = "ry(%) 0"
    path.write_text(json.dumps(written))
    with pytest.raises(
        CassetteError, match=f"the circuit {name} is not what was recorded"
    ):
        cassettes.load(path)
