"""Circuits run in as few calls as it takes, whatever a backend gives back."""

from types import SimpleNamespace

from program_runtime.primitives.execution import Runner

MACHINE = SimpleNamespace(is_ideal=False, max_circuits=2)


class Bench:
    """A backend that gives what it was told to."""

    def __init__(self, **data):
        self.data = data
        self.calls = []

    def run(self, circuits, **options):
        self.calls.append((len(circuits), options))
        results = [
            SimpleNamespace(data=SimpleNamespace(**self.data), shots=4)
            for _ in circuits
        ]
        return SimpleNamespace(result=lambda: SimpleNamespace(results=results))


def circuits(count):
    return [SimpleNamespace(num_qubits=1)] * count


def test_no_call_holds_more_circuits_than_the_backend_takes():
    bench = Bench(counts={"0x1": 4})
    found = Runner(bench, MACHINE, settings={"rep_delay": 1}, seed=7).counts(
        circuits(5), 4
    )
    assert found == [{"0x1": 4}] * 5
    assert [count for count, _ in bench.calls] == [2, 2, 1]
    seeds = [options["seed_simulator"] for _, options in bench.calls]
    assert seeds[0] == 7
    assert len(set(seeds)) == 3
    assert all(options["rep_delay"] == 1 for _, options in bench.calls)


def test_counts_stand_for_the_memory_of_a_backend_that_keeps_none():
    bench = Bench(counts={"0x1": 3, "0x0": 1})
    (outcomes,) = Runner(bench, MACHINE).memory(circuits(1), 4)
    assert sorted(outcomes) == ["0x0", "0x1", "0x1", "0x1"]


def test_a_circuit_that_measures_nothing_gives_zeros():
    runner = Runner(Bench(), MACHINE)
    assert runner.memory(circuits(1), 4) == [["0x0"] * 4]
    assert runner.counts(circuits(1), 4) == [{"0x0": 4}]
