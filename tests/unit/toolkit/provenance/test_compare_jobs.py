"""In what two jobs differ."""

import json

import numpy as np
import pytest
from qiskit import QuantumCircuit
from qiskit.primitives import (
    BitArray,
    DataBin,
    PrimitiveResult,
    SamplerPubResult,
)
from qiskit.quantum_info import SparsePauliOp
from unit.toolkit.provenance.records import JOB, Record, events

from program_runtime import codec
from program_runtime.client.stream import Event
from toolkit import provenance
from toolkit.provenance.leaves import MOST, leaves


def options(**changed):
    return {**JOB["options"], **changed}


def row(rows, name):
    return next(row for row in rows if row.name == name)


def test_equal_jobs_differ_in_nothing():
    found = provenance.compare(Record(), Record(id="job_2"))
    assert found.first_difference is None
    assert found.parted_at is None
    assert all(row.same for row in (*found.inputs, *found.results))


def test_times_and_ids_are_no_difference():
    later = Record(id="job_2", log=events(-1.0, -1.5, start=900.0), ended=None)
    assert provenance.compare(Record(), later).first_difference is None


def test_an_input_is_the_first_difference_then_a_fact_then_what_was_said():
    one = Record(log=events(-1.0, -1.5))
    said = Record(log=events(-1.0, -1.6))
    seeded = Record(log=events(-1.0, -1.6), options=options(seed=8))
    given = Record(inputs={"iterations": 4}, options=options(seed=8))
    firsts = [
        provenance.compare(one, other).first_difference
        for other in (said, seeded, given)
    ]
    assert firsts == [
        "interim result 2.energy: -1.5 and -1.6",
        "seed: 7 and 8",
        "inputs.iterations: 3 and 4",
    ]


def test_where_the_numbers_part_is_said_beside_the_cause():
    other = Record(log=events(-1.0, -1.6), options=options(seed=8))
    found = provenance.compare(Record(), other)
    assert found.parted_at == "interim result 2.energy: -1.5 and -1.6"


def test_versions_are_compared_one_by_one():
    versions = {"python": "3.11.7", "qiskit": "2.7.0"}
    conditions = {**JOB["conditions"], "versions": versions}
    found = provenance.compare(Record(), Record(conditions=conditions))
    assert found.first_difference == "versions.qiskit: 2.6.2 and 2.7.0"


def test_numbers_of_the_results_stand_side_by_side_with_their_difference():
    one = Record(log=events(-1.0, result={"energy": -1.0, "word": "a"}))
    other = Record(log=events(-1.0, result={"energy": -1.25, "more": 1}))
    rows = provenance.compare(one, other).results
    energy = row(rows, "result.energy")
    assert (energy.one, energy.other, energy.difference) == (-1.0, -1.25, -0.25)
    assert row(rows, "result.word").other == "(not there)"
    assert row(rows, "result.more").difference is None


def test_curves_of_both_jobs_are_given():
    found = provenance.compare(Record(), Record(log=events(-1.0)))
    assert found.curves["energy"] == ([(1, -1.0), (2, -1.5)], [(1, -1.0)])


@pytest.mark.parametrize("swapped", [False, True], ids=["second", "first"])
def test_a_run_that_said_less_is_told_by_what_it_lacks(swapped):
    pair = [Record(log=events(-1.0, result=1)), Record(log=events(-1.0, -1.5))]
    found = provenance.compare(*(pair[::-1] if swapped else pair))
    assert found.parted_at.startswith(
        ("result, where", "interim result 2, where")[swapped]
    )


def test_a_job_without_a_result_is_compared_by_what_it_published():
    failed = Record(log=events(-1.0, -1.5)[:4])
    found = provenance.compare(Record(), failed)
    assert found.parted_at == "result: only the first has it"
    assert row(found.results, "result.energy").other == "(not there)"


def test_another_layout_of_the_same_json_is_no_difference():
    log = list(events(-1.0))
    log[2] = Event(3, 1.0, "interim", '{ "energy":-1.0 }')
    assert provenance.compare(Record(log=events(-1.0)), Record(log=log)).parted_at is (
        None
    )


def test_other_values_that_are_no_numbers_are_a_difference_too():
    circuits = [QuantumCircuit(1), QuantumCircuit(1, global_phase=1.0)]
    logs = [
        events(-1.0, result=json.loads(codec.encode(circuit))) for circuit in circuits
    ]
    found = provenance.compare(*(Record(log=log) for log in logs))
    assert found.parted_at == "result: beyond what is compared as numbers"


def test_not_a_number_is_itself():
    logs = [events(-1.0, result=float("nan")) for _ in range(2)]
    found = provenance.compare(*(Record(log=log) for log in logs))
    assert found.parted_at is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"a": [1, {"b": None}]}, {"v.a[0]": 1, "v.a[1].b": None}),
        (np.array([[1.5], [2.5]]), {"v[0][0]": 1.5, "v[1][0]": 2.5}),
        (np.float64(0.5), {"v": 0.5}),
        (SparsePauliOp(["ZZ"], [2.0]), {"v.ZZ": 2.0}),
        ("x" * 300, {"v": "x" * 200}),
    ],
    ids=["nested", "array", "scalar", "operator", "text"],
)
def test_values_are_taken_apart(value, expected):
    assert leaves(value, "v") == expected


def test_an_address_in_memory_is_no_difference():
    class Thing:
        pass

    assert leaves(Thing(), "v") == {"v": "<Thing>"}


def test_a_huge_value_is_looked_at_in_part():
    assert len(leaves(list(range(3 * MOST)), "v")) == MOST


def test_a_programs_own_encoding_is_compared_as_text():
    logs = [list(events(-1.0)) for _ in range(2)]
    logs[0][2] = Event(3, 1.0, "interim", "step one")
    logs[1][2] = Event(3, 1.0, "interim", "step two")
    found = provenance.compare(*(Record(log=log) for log in logs))
    assert found.parted_at == "interim result 1: step one and step two"


def test_large_values_that_are_alike_in_what_is_looked_at_still_differ():
    texts = ["x" * 300 + end for end in "ab"]
    found = provenance.compare(*(Record(log=events(-1.0, result=t)) for t in texts))
    assert found.parted_at == "result: beyond what is compared as numbers"


def test_results_of_samplers_are_compared_by_their_counts():
    data = DataBin(meas=BitArray.from_counts({"00": 3, "11": 5}))
    result = PrimitiveResult([SamplerPubResult(data, metadata={"shots": 8})])
    assert leaves(result, "result") == {
        "result[0].meas.00": 3,
        "result[0].meas.11": 5,
    }
