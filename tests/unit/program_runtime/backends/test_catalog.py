"""The catalog: names, aliases, and what happens when there is none."""

import subprocess
import sys

import pytest

from program_runtime import backends
from program_runtime.backends import fake_devices
from program_runtime.errors import BackendNotFoundError


def test_the_simulator_is_known_under_its_old_name():
    info = backends.resolve("ibmq_qasm_simulator")

    assert info.name == "aer_simulator"
    assert info.simulator


def test_fake_devices_announce_that_they_are_no_simulators():
    fakes = [info for info in backends.known() if info.source == "fake"]

    assert len(fakes) >= 4
    assert not any(info.simulator for info in fakes)
    assert {info.name for info in fakes} >= {"fake_manila", "fake_torino"}


def test_every_known_name_resolves_to_itself():
    for info in backends.known():
        assert backends.resolve(info.name) == info


def test_a_misspelt_name_gets_a_suggestion_and_the_list():
    with pytest.raises(BackendNotFoundError) as caught:
        backends.resolve("aer_simulatr")

    assert str(caught.value).startswith(
        "No backend is called 'aer_simulatr'. Did you mean 'aer_simulator'? "
        "Known backends: aer_simulator, ibmq_qasm_simulator, fake_manila,"
    )


def test_a_name_like_no_other_gets_the_list_only():
    with pytest.raises(BackendNotFoundError) as caught:
        backends.load("zzz")

    assert "Did you mean" not in str(caught.value)
    assert "Known backends: aer_simulator" in str(caught.value)


def test_a_fake_device_without_its_extra_says_what_to_install(monkeypatch):
    monkeypatch.setattr(fake_devices, "_PACKAGE", "no_such_package")

    with pytest.raises(BackendNotFoundError) as caught:
        backends.resolve("fake_manila")

    assert str(caught.value) == (
        "Backend 'fake_manila' needs the package qiskit-ibm-runtime. "
        "Install it: pip install 'qiskit-program-toolkit[fake-devices]'."
    )
    assert [info.name for info in backends.known()] == ["aer_simulator"]


def test_listing_backends_imports_neither_qiskit_nor_numpy():
    code = (
        "import sys; from program_runtime import backends; backends.known();"
        "backends.resolve('fake_torino');"
        "print(sorted({'qiskit','numpy','qiskit_ibm_runtime'} & set(sys.modules)))"
    )

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert done.stdout == "[]\n"


def test_the_loaded_simulator_is_ideal():
    backend = backends.load("aer_simulator")

    assert backend.name == "aer_simulator"
    assert backend.options.noise_model is None


@pytest.mark.parametrize("info", fake_devices.FAKE_DEVICES, ids=lambda info: info.name)
def test_the_table_agrees_with_the_snapshot(info):
    from qiskit_ibm_runtime import fake_provider

    device = getattr(fake_provider, fake_devices._CLASSES[info.name][0])()

    assert device.name == info.name
    assert device.num_qubits == info.num_qubits
    assert {"if_else", "for_loop", "switch_case"} <= set(device.operation_names)


def test_a_loaded_fake_device_carries_noise_and_wiring():
    backend = backends.load("fake_manila")

    assert backend.name == "fake_manila"
    assert backend.num_qubits == 5
    assert {"cx", "measure"} <= set(backend.options.noise_model.noise_instructions)
    assert (0, 1) in backend.coupling_map.get_edges()
    assert (0, 4) not in backend.coupling_map.get_edges()
    assert backend.online_date.year == 2021


def test_each_load_gives_a_backend_of_its_own():
    first, second = backends.load("aer_simulator"), backends.load("aer_simulator")
    first.set_options(shots=7)

    assert second.options.shots == 1024
