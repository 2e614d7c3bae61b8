"""Options: each is taken, passed on, or warned of."""

from types import SimpleNamespace

import pytest

from program_runtime.errors import BadInputsError
from program_runtime.primitives.machine import machine_of
from program_runtime.primitives.options import Options
from program_runtime.primitives.simulation import run_settings, simulator_machine
from program_runtime.program.brokered import BrokeredBackend
from program_runtime.program.testing import local_backend


def device():
    """Make what a program sees of real hardware, as far as options go."""
    return SimpleNamespace(
        options=SimpleNamespace(shots=100), device=object.__new__(BrokeredBackend)
    )


def test_none_is_the_same_as_not_given():
    options = Options({"execution": {"rep_delay": None}, "default_shots": None})
    assert options.take("default_shots", 5) == 5
    assert options.warnings() == []


def test_what_is_taken_is_not_warned_of():
    options = Options({"zne": {"a": 1, "b": 2}, "other": {"c": {"d": 3}}})
    assert options.take_all("zne") == {"a": 1, "b": 2}
    options.ignore("missing", "it is not there")
    assert options.warnings() == [
        "The option other.c.d is not known here: it has no effect."
    ]
    assert len(options.warnings()) == 1


def test_a_switch_that_is_off_needs_no_warning():
    options = Options({"wish": False, "other": True})
    options.ignore("wish", "nobody can")
    options.ignore("other", "nobody can")
    assert options.warnings() == ["The option other has no effect: nobody can."]


def test_a_real_device_is_given_what_it_is_asked_for():
    options = Options({"execution": {"rep_delay": 0.1, "init_qubits": False}})
    machine = SimpleNamespace(name="lab")
    found = run_settings(options, machine, device())
    assert found == {"rep_delay": 0.1, "init_qubits": False}
    assert options.warnings() == []


def test_a_real_device_has_no_noise_model_and_no_seed():
    options = Options(
        {"simulator": {"noise_model": {"errors": []}, "seed_simulator": 0}}
    )
    machine = SimpleNamespace(name="lab", is_aer=False)
    assert simulator_machine(options, machine) == (machine, {}, None)
    assert options.warnings() == [
        f"The option simulator.{name} has no effect: lab is no simulator."
        for name in ("noise_model", "seed_simulator")
    ]


def test_a_noise_model_makes_a_simulator_measure():
    machine = machine_of(local_backend())
    noise = {"errors": [], "x90_gates": []}
    found, settings, _ = simulator_machine(
        Options({"simulator": {"noise_model": noise}}), machine
    )
    assert machine.is_ideal
    assert not found.is_ideal
    assert settings["noise_model"].is_ideal()


def test_what_is_no_noise_model_is_refused():
    options = Options({"simulator": {"noise_model": "loud"}})
    with pytest.raises(BadInputsError, match="is of type str, expected a NoiseModel"):
        simulator_machine(options, machine_of(local_backend()))
