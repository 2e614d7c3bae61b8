"""Mocks: what dry runs of the official client run on."""

import dataclasses

import pytest

from program_runtime import backends
from program_runtime.backends import catalog, mocks, plugins
from program_runtime.errors import BackendNotFoundError


def test_every_simulated_backend_has_a_mock_of_the_name_that_clients_ask_for():
    names = [mock.name for mock in mocks.mocks_of(backends.known())]

    assert names[:2] == ["mock_simulator", "mock_manila"]
    assert len(names) == len(backends.known())


def test_mocks_are_found_by_name_and_not_listed():
    assert backends.resolve("mock_manila").source == "mock"
    assert backends.resolve("mock_qasm_simulator").name == "mock_simulator"
    assert not any(info.source == "mock" for info in backends.known())


def test_a_mock_has_the_noise_of_the_backend_that_it_stands_for():
    mock, twin = backends.load("mock_manila"), backends.load("fake_manila")

    assert mock.name == "mock_manila"
    assert mock.target.operation_names == twin.target.operation_names
    assert "cx" in twin.options.noise_model.noise_instructions
    assert mock.options.noise_model == twin.options.noise_model


def test_a_device_has_no_mock_that_a_dry_run_could_reach(monkeypatch):
    device = dataclasses.replace(
        backends.resolve("fake_manila"), name="lab_device", source="lab:make"
    )
    monkeypatch.setattr(plugins, "registered", lambda: {"lab_device": device})

    assert "lab_device" in [info.name for info in catalog.known()]
    with pytest.raises(
        BackendNotFoundError, match="No backend is called 'mock_device'"
    ):
        backends.resolve("mock_device")


def test_the_simulators_size_is_the_one_that_it_gives_itself():
    assert (
        backends.resolve("aer_simulator").num_qubits
        == backends.load("aer_simulator").num_qubits
    )
