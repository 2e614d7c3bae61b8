"""How the retired client gets to a service, and what it finds to run on."""

import os

from checks import check, equal, raises
from qiskit import QuantumCircuit, transpile
from qiskit_ibm_runtime import QiskitRuntimeService
from retired_account import (
    CHANNEL,
    CRN,
    INSTANCE,
    ROOT,
    SERVICE,
    TOKEN,
    URL,
    VERSION,
    log_in,
    name_of,
)


def run():
    with check("the account is the one that was asked for"):
        account = SERVICE.active_account()
        equal(account["channel"], CHANNEL)
        equal(account["url"], URL)
    with check("a saved account"):
        QiskitRuntimeService.save_account(
            channel=CHANNEL, token=TOKEN, url=URL, instance=INSTANCE, name="lab"
        )
        names = {name_of(each) for each in QiskitRuntimeService(name="lab").backends()}
        assert "fake_manila" in names, names
        QiskitRuntimeService.delete_account(name="lab")
    with check("no argument at all, from the environment"):
        told = {"CHANNEL": CHANNEL, "URL": URL, "TOKEN": TOKEN, "INSTANCE": INSTANCE}
        os.environ.update({"QISKIT_IBM_" + name: told[name] for name in told})
        assert QiskitRuntimeService().backends()
        for name in told:
            del os.environ["QISKIT_IBM_" + name]
    with check("an address that ends with a slash"):
        if CHANNEL == "ibm_quantum" or VERSION > (0, 8):  # 0.8 wants .cloud at its end
            assert log_in(url=URL + "/").backends()
    if CHANNEL == "ibm_quantum":
        with check("no instance needs to be named"):
            assert log_in(instance=None).backends()
        with check("an instance that is not there"):
            with raises(Exception, "ibm-q/open/other"):
                log_in(instance="ibm-q/open/other").backends(
                    instance="ibm-q/open/other"
                )
    else:
        with check("the prefix without .cloud"):
            if VERSION > (0, 8):
                assert log_in(url=ROOT + "/experimental").backends()
        with check("another instance is refused"):
            with raises(Exception, "There is no instance"):
                log_in(instance=CRN.replace("a/local", "a/other")).backends()
    with check("a wrong token is refused"):
        with raises(Exception, "401"):
            log_in(token="qrt_wrong").backends()
    _backends()


def _backends():
    with check("backends are listed, other names too"):
        names = {name_of(each) for each in SERVICE.backends()}
        assert {"aer_simulator", "ibmq_qasm_simulator", "fake_manila"} <= names, names
    for name in ("aer_simulator", "ibmq_qasm_simulator"):
        with check("a simulator without calibration: " + name):
            backend = SERVICE.backend(name)
            equal(name_of(backend), name)
            configuration = backend.configuration()
            assert configuration.simulator
            assert configuration.max_shots > 0
            assert not backend.properties()
            # Version 0.9 and later stumble here without a gate named delay.
            assert "h" in backend.target.operation_names
    with check("a device with its calibration"):
        backend = SERVICE.backend("fake_manila")
        configuration = backend.configuration()
        equal((configuration.n_qubits, configuration.simulator), (5, False))
        assert backend.properties().t1(0) > 0
        assert backend.properties().readout_error(0) > 0
        assert backend.defaults() is None or not backend.defaults()
        assert 0 < backend.target["cx"][(0, 1)].error < 1
    with check("a circuit is transpiled for a device"):
        circuit = QuantumCircuit(3, 3)
        circuit.h(0)
        circuit.ccx(0, 1, 2)
        circuit.measure(range(3), range(3))
        backend = SERVICE.backend("fake_manila")
        names = set(transpile(circuit, backend, seed_transpiler=1).count_ops())
        assert names <= {"cx", "rz", "sx", "x", "measure", "barrier"}, names
    with check("the status of a backend"):
        status = SERVICE.backend("fake_manila").status()
        equal((status.operational, status.status_msg), (True, "active"))
        assert status.pending_jobs >= 0
    with check("backends by what they have"):
        found = SERVICE.backends(min_num_qubits=20, simulator=False, operational=True)
        assert found
        assert all(each.configuration().n_qubits >= 20 for each in found)
    with check("the least busy backend"):
        assert SERVICE.least_busy(min_num_qubits=5, simulator=False)
    with check("a backend that is not there"):
        with raises(Exception, "No backend matches"):
            SERVICE.backend("ibm_nowhere")
