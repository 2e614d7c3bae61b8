"""A service that takes jobs and runs none, and its backends."""

from program_runtime import errors
from program_runtime.client.backend import IBMBackend


class SessionApi:
    """Sessions, and the facts of one backend."""

    def __init__(self):
        self.calls, self.answer = [], {"id": "session_1", "mode": "dedicated"}

    def open_session(self, **wanted):
        self.calls.append(("open", wanted))
        return {"id": "session_1"}

    def session(self, session_id):
        self.calls.append(("look", session_id))
        return self.answer

    def close_session(self, session_id):
        self.calls.append(("close", session_id))

    def cancel_session(self, session_id):
        self.calls.append(("cancel", session_id))

    def backend_configuration(self, name):
        sizes = {"aer_simulator": 4, "fake_line": 3}
        return {"n_qubits": sizes[name], "max_shots": 5000}


class Service:
    """Keeps what it was asked to run."""

    def __init__(self):
        self.api, self.runs = SessionApi(), []
        self.simulator = self._backend("aer_simulator", simulator=True)
        self.device = self._backend("fake_line", simulator=False)

    def _backend(self, name, *, simulator):
        facts = {"name": name, "simulator": simulator}
        return IBMBackend(name, self.api, service=self, facts=facts)

    def backend(self, name):
        aliases = {"ibmq_qasm_simulator": "aer_simulator"}
        for backend in (self.simulator, self.device):
            if backend.name == aliases.get(name, name):
                return backend
        raise errors.BackendNotFoundError(f"There is no backend {name!r}.")

    def run(self, program_id, inputs, options, callback=None, **more):
        self.runs.append((program_id, inputs, options, callback, more))
        return f"job {len(self.runs)}"

    @property
    def inputs(self):
        return self.runs[-1][1]

    @property
    def options(self):
        options = self.runs[-1][2]
        return options if isinstance(options, dict) else options.to_request()
