import copy

import numpy as np
import pytest
from qiskit.providers.fake_provider import GenericBackendV2
from qiskit.transpiler import CouplingMap

from program_runtime import errors
from program_runtime.client.primitives import EstimatorOptions, Options, SamplerOptions


def refusal(make):
    with pytest.raises(errors.InvalidValueError) as caught:
        make()
    return str(caught.value)


def test_options_begin_with_the_defaults_of_the_retired_client():
    options = Options()
    assert (options.optimization_level, options.resilience_level) == (None, None)
    assert options.max_execution_time is None
    assert options.execution.shots == 4000
    assert options.execution.init_qubits is True
    assert options.transpilation.skip_transpilation is False
    assert options.environment.log_level == "WARNING"


def test_everything_that_is_wrong_is_named_at_once():
    said = refusal(
        lambda: Options(
            optimization_level=7,
            shots=0,
            optimisation_level=1,
            execution={"shot": 0, "shots": -1},
            simulator={"coupling_map": 3},
            transpilation=5,
        )
    )
    assert said == (
        "Invalid options.\n"
        "  optimization_level: 7 is no whole number from 0 to 3\n"
        "  shots: is no option (It belongs to execution: execution={'shots': ...}.)\n"
        "  optimisation_level: is no option (Did you mean 'optimization_level'?)\n"
        "  execution.shot: is no option (Did you mean 'shots'?)\n"
        "  execution.shots: -1 is no whole number from 1 on\n"
        "  simulator.coupling_map: 3 is neither a CouplingMap nor a list of pairs of "
        "qubits\n"
        "  transpilation: 5 is no dict of options"
    )


def test_a_refused_update_changes_nothing():
    options = Options(resilience_level=1)
    refusal(lambda: options.update(resilience_level=0, execution={"shots": 0}))
    assert options == Options(resilience_level=1)


def test_an_attribute_is_checked_when_it_is_set():
    options = Options()
    options.execution.shots = 12
    said = refusal(lambda: setattr(options.execution, "shots", "many"))
    assert said == ("Invalid options.\n  shots: 'many' is no whole number from 1 on")
    assert options.execution.shots == 12


def test_an_attribute_that_is_no_option_is_answered_with_the_closest():
    with pytest.raises(AttributeError) as caught:
        Options().executon  # noqa: B018 - looking it up is the test
    assert str(caught.value) == "'executon' is no option. Did you mean 'execution'?"
    said = refusal(lambda: setattr(Options(), "executon", 1))
    assert said.endswith("executon: is no option (Did you mean 'execution'?)")


def test_a_group_that_was_taken_out_follows_an_update_of_the_whole():
    options = EstimatorOptions()
    zne = options.resilience.zne
    options.update(resilience={"zne": {"noise_factors": [1, 2, 3]}})
    assert zne.noise_factors == [1, 2, 3]


def test_a_group_may_be_given_as_an_object():
    execution = Options(execution={"shots": 7}).execution
    options = Options(execution=execution)
    execution.shots = 8
    assert options.execution.shots == 7


def test_copies_are_set_apart():
    options = Options(execution={"shots": 7})
    for twin in (Options.of(options), copy.deepcopy(options)):
        assert twin == options
        twin.execution.shots = 8
        assert options.execution.shots == 7


@pytest.mark.parametrize("kind", [Options, SamplerOptions])
def test_what_are_no_options_is_refused(kind):
    assert kind.of(None) == kind()
    assert f"Give a dict, or {kind.__name__}(...)." in refusal(lambda: kind.of(3))


def test_a_flat_name_finds_its_group():
    options = Options().overridden(
        {"shots": 5, "execution": {"init_qubits": False}, "callback": print}
    )
    assert options.execution.to_dict() == {"shots": 5, "init_qubits": False}
    assert options.environment.callback is print
    assert Options.of({"seed_simulator": 3}).simulator.seed_simulator == 3
    said = refusal(lambda: Options().overridden({"shot": 5}))
    assert said == (
        "Invalid options.\n  shot: is no option "
        "(Did you mean 'shots', which belongs to execution?)"
    )
    assert "Options: optimization_level" in refusal(lambda: Options(zzz=1))


def test_the_inputs_of_a_v1_program_are_those_of_the_retired_client():
    options = Options(
        optimization_level=2,
        resilience_level=1,
        transpilation={"initial_layout": {0: 2, 1: 0}},
        simulator={
            "seed_simulator": np.int64(4),
            "coupling_map": CouplingMap([(0, 1)]),
            "basis_gates": ["cx"],
            "noise_model": {"errors": []},
        },
    )
    assert options.to_inputs() == {
        "transpilation_settings": {
            "skip_transpilation": False,
            "initial_layout": [2, 0],
            "coupling_map": [[0, 1]],
            "basis_gates": ["cx"],
            "optimization_settings": {"level": 2},
        },
        "resilience_settings": {"level": 1},
        "run_options": {
            "shots": 4000,
            "init_qubits": True,
            "noise_model": {"errors": []},
            "seed_simulator": 4,
        },
    }
    assert type(options.simulator.seed_simulator) is int


def test_what_the_program_does_not_see_goes_to_the_service():
    options = Options(
        max_execution_time=60,
        environment={"job_tags": ["a"], "log_level": "INFO", "callback": print},
    )
    assert options.to_runtime_options() == {
        "max_execution_time": 60,
        "log_level": "INFO",
        "job_tags": ["a"],
    }


@pytest.mark.parametrize(
    ("group", "name", "value", "said"),
    [
        (
            "transpilation",
            "layout_method",
            "noise_adaptive",
            "'noise_adaptive' was removed from Qiskit; use 'sabre'",
        ),
        (
            "transpilation",
            "routing_method",
            "best",
            "'best' is none of 'basic', 'lookahead', 'sabre', 'none'",
        ),
        ("transpilation", "initial_layout", [1, 1], "[1, 1] names a qubit twice"),
        (
            "transpilation",
            "initial_layout",
            {1: 0},
            "{1: 0} has other keys than the qubits 0 to 0",
        ),
        (
            "transpilation",
            "initial_layout",
            [0, "a"],
            "[0, 'a'] is no list of physical qubits",
        ),
        (
            "transpilation",
            "approximation_degree",
            2,
            "2 is no number from 0 to 1",
        ),
        ("execution", "init_qubits", 1, "1 is neither True nor False"),
        ("execution", "shots", True, "True is no whole number from 1 on"),
        ("environment", "callback", "f", "'f' can not be called"),
        ("environment", "job_tags", "tag", "'tag' is no list"),
        ("environment", "job_tags", ["a", 1], "[1]: 1 is no string"),
        (
            "environment",
            "log_level",
            "LOUD",
            "'LOUD' is none of 'DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL'",
        ),
        (
            "simulator",
            "noise_model",
            3,
            "int is neither a NoiseModel nor its dict",
        ),
        ("resilience", "noise_factors", [1], "has 1 values; at least 2 are needed"),
        (
            "resilience",
            "noise_factors",
            [1, 0.5],
            "[1]: 0.5 is no number from 1 on",
        ),
    ],
)
def test_each_wrong_value_is_answered_with_what_is_allowed(group, name, value, said):
    full = refusal(lambda: Options(**{group: {name: value}}))
    assert full == f"Invalid options.\n  {group}.{name}: {said}"


def test_an_extrapolation_needs_enough_noise_factors():
    said = refusal(
        lambda: Options(
            resilience={"noise_factors": [1, 2], "extrapolator": "CubicExtrapolator"}
        )
    )
    assert said == (
        "Invalid options.\n  resilience.noise_factors: has 2 values; "
        "CubicExtrapolator needs at least 4"
    )


def test_a_simulator_takes_the_noise_of_a_backend():
    options = SamplerOptions()
    options.simulator.set_backend(GenericBackendV2(2, seed=1))
    wire = options.to_inputs()["options"]["simulator"]
    assert [0, 1] in wire["coupling_map"]
    assert "cx" in wire["basis_gates"]
    assert "measure" not in wire["basis_gates"]
    assert type(wire["noise_model"]).__name__ == "NoiseModel"


def test_only_what_is_set_goes_into_the_inputs_of_a_v2_program():
    assert SamplerOptions().to_inputs() == {
        "options": {},
        "version": 2,
        "support_qiskit": True,
    }
    options = EstimatorOptions(
        resilience_level=1,
        default_precision=0.1,
        dynamical_decoupling={"enable": True},
        twirling={"num_randomizations": "auto"},
        simulator={"coupling_map": CouplingMap([(0, 1)])},
        experimental={"image": "lab/base:1", "more": 1},
        environment={"job_tags": ["a"]},
        max_execution_time=30,
    )
    assert options.to_inputs() == {
        "options": {
            "default_precision": 0.1,
            "dynamical_decoupling": {"enable": True},
            "twirling": {"num_randomizations": "auto"},
            "simulator": {"coupling_map": [[0, 1]]},
            "experimental": {"more": 1},
        },
        "version": 2,
        "support_qiskit": True,
        "resilience_level": 1,
    }
    assert options.to_runtime_options() == {
        "max_execution_time": 30,
        "log_level": "WARNING",
        "job_tags": ["a"],
        "image": "lab/base:1",
    }


def test_v2_options_that_exclude_each_other_are_refused():
    said = refusal(
        lambda: EstimatorOptions(
            resilience={
                "zne_mitigation": True,
                "pec_mitigation": True,
                "measure_mitigation": False,
                "measure_noise_learning": {"num_randomizations": 3},
                "zne": {"noise_factors": [1], "extrapolator": "linear"},
            }
        )
    )
    assert said == (
        "Invalid options.\n"
        "  resilience.pec_mitigation: and zne_mitigation exclude each other "
        "(Set one of them to False.)\n"
        "  resilience.measure_noise_learning: is set, but measure_mitigation is "
        "False\n"
        "  resilience.zne.noise_factors: has 1 values; 'linear' needs at least 2"
    )


@pytest.mark.parametrize(
    ("kind", "given", "said"),
    [
        (SamplerOptions, {"default_shots": 0}, "0 is no whole number from 1 on"),
        (EstimatorOptions, {"default_precision": 0}, "0 is no number above 0"),
        (EstimatorOptions, {"resilience_level": 3}, "3 is no whole number from 0 to 2"),
        (SamplerOptions, {"experimental": 1}, "1 is no dict"),
    ],
    ids=["shots", "precision", "resilience", "experimental"],
)
def test_v2_values_out_of_range_are_refused(kind, given, said):
    (name,) = given
    assert refusal(lambda: kind(**given)) == f"Invalid options.\n  {name}: {said}"


def test_what_a_rule_allows_stays_as_it_is():
    given = {
        "resilience": {"layer_noise_model": ["learned"], "zne_mitigation": None},
        "simulator": {"coupling_map": [[0, 1], (1, 2)]},
    }
    options = EstimatorOptions(**given)
    assert options.to_inputs()["options"] == {
        "resilience": {"layer_noise_model": ["learned"]},
        "simulator": {"coupling_map": [[0, 1], (1, 2)]},
    }


def test_a_choice_of_two_kinds_names_both():
    said = refusal(lambda: SamplerOptions(twirling={"num_randomizations": "many"}))
    assert said.endswith(
        "twirling.num_randomizations: 'many' is no whole number from 1 on and is none "
        "of 'auto'"
    )


def test_options_are_shown_and_listed():
    options = Options(optimization_level=3)
    assert repr(options) == (
        "Options(optimization_level=3, "
        "transpilation=TranspilationOptions(skip_transpilation=False), "
        "execution=ExecutionOptions(shots=4000, init_qubits=True), "
        "environment=EnvironmentOptions(log_level='WARNING'))"
    )
    assert repr(SamplerOptions(default_shots=1)).startswith(
        "SamplerOptions(default_shots=1"
    )
    assert {"execution", "update", "resilience_level"} <= set(dir(options))
    assert options != SamplerOptions()
    with pytest.raises(TypeError):
        hash(options)
