"""How executions are divided into calls of the backend."""

import pytest

from program_runtime.primitives.executor_chunks import Part, plan_chunks


def planned(sizes, chunk_sizes=None, *, shots=1, most=None):
    return [
        [(part.item, part.start, part.stop) for part in chunk]
        for chunk in plan_chunks(sizes, chunk_sizes, shots=shots, most=most)
    ]


def test_a_backend_gets_no_more_circuits_than_it_takes():
    assert planned([2, 3], most=2) == [[(0, 0, 2)], [(1, 0, 2)], [(1, 2, 3)]]
    assert planned([3], [9], most=2) == [[(0, 0, 2)], [(0, 2, 3)]]


def test_many_shots_leave_room_for_few_circuits():
    chunks = planned([7], shots=400_000)
    assert [stop - start for [(_, start, stop)] in chunks] == [2, 2, 2, 1]
    assert planned([2], shots=10**7) == [[(0, 0, 1)], [(0, 1, 2)]]


def test_items_of_nothing_are_in_no_chunk():
    assert planned([0, 1, 0]) == [[(1, 0, 1)]]
    assert planned([0], [4]) == []
    assert planned([]) == []


@pytest.mark.parametrize("sizes", [[1000, 5, 0, 299], [300, 300], [1] * 700], ids=len)
def test_every_element_runs_once(sizes):
    parts = [Part(*part) for chunk in planned(sizes) for part in chunk]
    for item, size in enumerate(sizes):
        mine = [part for part in parts if part.item == item]
        assert [n for part in mine for n in range(part.start, part.stop)] == list(
            range(size)
        )
    assert sum(part.size for part in parts) == sum(sizes)
