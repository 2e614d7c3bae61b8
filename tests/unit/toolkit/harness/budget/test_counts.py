"""Calls are added up, and parted by what the program publishes."""

from dataclasses import replace

from toolkit.harness.budget.counts import Counts, QuantumCall, by_iteration, total

ONE = Counts(calls=1, pubs=1, circuits=2, shots=200, depth=7, qpu_s=2.5)


def call(at, **changes):
    return QuantumCall(at=at, counts=replace(ONE, **changes))


def test_sums_are_sums_and_sizes_are_those_of_the_largest_circuit():
    both = total([call(1), call(2, depth=9, two_qubit_gates=3, shots=100)])

    assert both == Counts(
        calls=2, pubs=2, circuits=4, shots=300, depth=9, two_qubit_gates=3, qpu_s=5.0
    )
    assert total([]) == Counts()


def test_one_unknown_time_makes_the_sum_unknown():
    assert total([call(1), call(2, qpu_s=None)]).qpu_s is None


def test_an_iteration_ends_with_the_first_message_after_a_call():
    # publish and metric of one iteration come together, and a greeting before all
    iterations, rest = by_iteration(
        [call(1.0), call(1.5), call(3.0), call(9.0)], [0.5, 2.0, 2.1, 4.0]
    )

    assert [each.calls for each in iterations] == [2, 1]
    assert rest.calls == 1


def test_without_messages_all_is_after_the_last_one():
    assert by_iteration([call(2), call(1)], []) == ([], total([call(1), call(2)]))
