"""Two hundred random circuits against their exact states."""

import numpy as np
import pytest
from primitive_samples import (
    call,
    random_circuit,
    random_observable,
    state_of,
    value_of,
    z_scores,
)

PARTS = 10
CIRCUITS = 20
PRECISION = 0.03
SHAPES = [((), (2,)), ((3,), (3,)), ((2, 1), (2,)), ((), ()), ((2,), ())]


def exact_values(circuit, values, observables, shape):
    """Compute every value from a state vector."""
    bindings = values.shape[:-1]
    rows = values.reshape(int(np.prod(bindings)), values.shape[-1])
    states = [state_of(circuit, row) for row in rows]
    states_at = np.arange(len(rows)).reshape(bindings)
    found = np.zeros(np.broadcast_shapes(bindings, shape))
    wanted = np.arange(len(observables)).reshape(shape)
    at, which = np.broadcast_arrays(states_at, wanted)
    for place in np.ndindex(*found.shape):
        found[place] = value_of(states[at[place]], observables[which[place]])
    return found


def nested(observables, shape):
    return observables[0] if shape == () else list(observables)


@pytest.mark.parametrize("part", range(PARTS))
def test_estimates_are_within_their_standard_errors_and_exact_ones_exact(
    estimator, part
):
    rng = np.random.default_rng(part)
    scores, spread = [], []
    for index in range(CIRCUITS):
        number = part * CIRCUITS + index
        circuit = random_circuit(rng, 1 + number % 12, depth=2)
        bindings, shape = SHAPES[number % len(SHAPES)]
        values = rng.uniform(-3, 3, (*bindings, circuit.num_parameters))
        count = int(np.prod(shape))
        observables = [random_observable(rng, circuit.num_qubits) for _ in range(count)]
        sent = nested(observables, shape)
        result = call(
            estimator,
            pubs=[(circuit, sent, values, PRECISION), (circuit, sent, values, 0)],
            options={"simulator": {"seed_simulator": number}},
            version=2,
        )
        exact = exact_values(circuit, values, observables, shape)
        np.testing.assert_allclose(result[1].data.evs, exact, atol=1e-9)
        assert not np.any(result[1].data.stds)
        measured = result[0].data
        assert measured.evs.shape == measured.stds.shape == exact.shape
        found = z_scores(measured.evs, measured.stds, exact, floor=2e-3)
        scores += found.ravel().tolist()
        # What is nearly certain is off by less than anything.
        spread += found[measured.stds > PRECISION / 3].tolist()
    # Five standard errors at most, and their spread neither too small nor too large.
    assert np.abs(scores).max() < 5
    assert 0.65 < np.std(spread) < 1.35
