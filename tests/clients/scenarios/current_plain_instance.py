"""A service whose instance has a plain name: the client rewrites no address."""

import os

from checks import check, equal
from qiskit_ibm_runtime import QiskitRuntimeService

ROOT, TOKEN = os.environ["ROOT"], os.environ["TOKEN"]

with check("a plain instance needs neither resolver nor magic word"):
    service = QiskitRuntimeService(token=TOKEN, url=ROOT + "/api/v1")
    equal(service.active_instance(), "lab")
    equal(service.backend("fake_manila").num_qubits, 5)
with check("a plain instance by its name, over https"):
    assert ROOT.startswith("https:")
    QiskitRuntimeService(token=TOKEN, url=ROOT + "/api/v1", instance="lab")
