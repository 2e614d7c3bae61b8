"""The account of the retired client, and what its versions do not have in common."""

import logging
import os
import uuid

import qiskit_ibm_runtime
from qiskit_ibm_runtime import QiskitRuntimeService

# The client says by warnings what the service is asked about here.
logging.getLogger("qiskit_ibm_runtime").setLevel(logging.CRITICAL)
logging.getLogger("qiskit_ibm_provider").setLevel(logging.CRITICAL)

VERSION = tuple(int(part) for part in qiskit_ibm_runtime.__version__.split(".")[:2])
CHANNEL = os.environ["CHANNEL"]
ROOT, TOKEN, PLAIN_TOKEN = (
    os.environ[name] for name in ("ROOT", "TOKEN", "USER_TOKEN")
)
CRN = "crn:v1:bluemix:public:quantum-computing:local:a/local:qrt::"
INSTANCE = {"ibm_quantum": "ibm-q/open/main", "ibm_cloud": CRN}[CHANNEL]
URL = ROOT if CHANNEL == "ibm_quantum" else ROOT + "/experimental.cloud"
BACKEND = "aer_simulator"
WAIT_S = 120


def log_in(token=TOKEN, **account):
    """Return a service object of its own."""
    account = {"channel": CHANNEL, "url": URL, "instance": INSTANCE, **account}
    return QiskitRuntimeService(token=token, **account)


SERVICE = log_in()


def fresh(name):
    """Return a name that no program has."""
    return "{}-{}".format(name, uuid.uuid4().hex[:8])


def metadata(name, **more):
    """Return what a program needs beside its source."""
    known = {"name": name, "max_execution_time": 300, "description": "Of the tests."}
    return {**known, **more}


def start(program_id, inputs=None, service=SERVICE, **options):
    """Run a program; what is no option goes to ``run`` itself."""
    own = ("callback", "result_decoder", "session_id", "start_session")
    more = {name: options.pop(name) for name in own if name in options}
    options = {"backend": BACKEND, **options}
    return service.run(program_id, inputs=inputs or {}, options=options, **more)


def name_of(backend):
    """Return a backend's name, which was a method once."""
    return backend.name() if callable(backend.name) else backend.name
