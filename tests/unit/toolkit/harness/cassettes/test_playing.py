"""Which recording answers which call, and what is said when none does."""

import pytest

from toolkit.harness.cassettes.call import Call, Recording
from toolkit.harness.cassettes.content import Content
from toolkit.harness.cassettes.player import NotOnTapeError, Player

LINES = ("1 qubits, 1 bits", "rx(%) 0", "measure 0 -> 0")


def call(angle=0.5, *, lines=LINES, shots=100, **more):
    content = Content(tuple(lines), (angle,))
    return Call(
        **{"kind": "run", "content": content, "shots": shots, "options": {}, **more}
    )


def estimate(values, observables):
    return Call(
        kind="estimate",
        content=Content(("1 qubits, 0 bits", "rx(p0) 0"), ()),
        options={},
        observables=observables,
        values=values,
    )


def answer(number):
    return {"shots": 100, "counts": {"0x0": number}}


def player(*calls):
    recordings = [Recording(each, answer(n)) for n, each in enumerate(calls)]
    return Player(recordings, tape="tape.json (lab)")


def objection(tape, asked):
    with pytest.raises(NotOnTapeError) as caught:
        tape.play(asked)
    return str(caught.value)


def test_calls_are_answered_in_any_order():
    tape = player(call(0.1), call(0.2))

    assert tape.play(call(0.2)) == answer(1)
    assert tape.play(call(0.1)) == answer(0)
    assert tape.unplayed == 0


def test_equal_calls_are_answered_in_their_order():
    tape = player(call(), call(0.9), call())

    assert [tape.play(call()), tape.play(call())] == [answer(0), answer(2)]
    assert tape.unplayed == 1


def test_the_last_bits_of_an_angle_do_not_matter():
    tape = player(call(0.1 + 0.2), call(1e6))

    assert tape.play(call(0.3)) == answer(0)
    assert tape.play(call(1e6 + 1e-4)) == answer(1)


def test_an_angle_beside_the_border_of_rounding_is_found():
    """Keys that are rounded would put these two apart."""
    tape = player(call(0.12345678949999))

    assert tape.play(call(0.12345678950001)) == answer(0)


def test_another_angle_is_shown_against_the_nearest_recording():
    tape = player(call(3.0), call(0.5))
    tape.play(call(3.0))

    assert objection(tape, call(0.6)).splitlines()[:5] == [
        (
            "This circuit is not on tape.json (lab). The nearest of its 2 recordings is "
            "number 2, not played yet (- recorded, + asked):"
        ),
        "…",
        " 1 qubits, 1 bits",
        "-rx(0.5) 0",
        "+rx(0.6) 0",
    ]


def test_another_gate_is_shown_and_the_reason_that_it_may_have():
    told = objection(player(call()), call(lines=(LINES[0], "ry(%) 0", LINES[2])))

    assert "-rx(0.5) 0\n+ry(0.5) 0" in told
    assert "transpile with seed_transpiler" in told


@pytest.mark.parametrize(
    ("asked", "lines"),
    [
        ({"shots": 200}, "-100 shots\n+200 shots"),
        ({"memory": True}, "-100 shots\n+100 shots with memory"),
        ({"options": {"method": "statevector"}}, '+option method: "statevector"'),
    ],
)
def test_other_shots_or_options_are_shown(asked, lines):
    assert lines in objection(player(call()), call(**asked))


def test_a_call_that_is_asked_too_often_says_how_often_it_was_recorded():
    tape = player(call(), call())
    tape.play(call())
    tape.play(call())

    told = objection(tape, call())
    assert "is on tape.json (lab) 2 times, and it is asked for once more" in told
    assert "  rx(0.5) 0" in told


def test_an_empty_tape_shows_what_was_asked():
    assert "Nothing is recorded on tape.json (lab)" in objection(player(), call())


def test_a_long_difference_is_cut():
    lines = ("1 qubits, 0 bits", *["x 0"] * 100)
    other = ("1 qubits, 0 bits", *["y 0"] * 100)
    told = objection(player(call(lines=lines)), call(lines=other))

    assert "more lines" in told
    assert len(told.splitlines()) < 30


def test_exact_values_are_found_by_angles_and_observables():
    tape = player(
        estimate([[0.1]], {"Z": 1.0}),
        estimate([[0.2]], {"Z": 1.0}),
        estimate([], {"X": 1}),
    )

    assert tape.play(estimate([[0.2]], {"Z": 1.0 + 1e-12})) == answer(1)
    told = objection(tape, estimate([[0.1]], {"Z": 2.0}))
    assert "-1 Z\n+2 Z" in told


def test_as_many_angles_in_another_shape_are_another_call():
    tape = player(estimate([[0.1], [0.2]], {"Z": 1.0}))

    assert "not on" in objection(tape, estimate([[0.1, 0.2]], {"Z": 1.0}))


def test_an_array_of_a_gate_is_shown_in_its_place():
    lines = ("1 qubits, 0 bits", "unitary(% 2) 0", "rx(%) 0")
    one, other = (
        Call(kind="run", content=Content(lines, numbers), options={})
        for numbers in ((1.0, 0.0, 0.5), (1.0, 0.25, 0.5))
    )

    told = objection(player(one), other)
    assert "-unitary([1 0]) 0\n+unitary([1 0.25]) 0\n rx(0.5) 0" in told
