import sys
import threading
import types

import pytest
from contract_service import TOKEN, ContractService

from program_runtime.client.api import ServiceApi, retrying
from program_runtime.client.job import RuntimeJob
from program_runtime.client.service import QiskitRuntimeService


@pytest.fixture
def contract():
    service = ContractService()
    yield service
    service.close()


@pytest.fixture
def api(contract):
    api = ServiceApi(contract.url, TOKEN)
    yield api
    api.close()


@pytest.fixture
def service(contract):
    service = QiskitRuntimeService(channel="server", url=contract.url, token=TOKEN)
    yield service
    service.api.close()


@pytest.fixture
def job(contract, api):
    contract.add_job()
    return RuntimeJob(api, contract.jobs["job_1"].to_json())


@pytest.fixture
def running(contract, job):
    return contract.jobs[job.job_id()]


@pytest.fixture
def no_retry(monkeypatch):
    """Leave the service's absence to whoever waits, not to the HTTP library."""
    monkeypatch.setattr(retrying, "_RETRY", 0)


class Notebook:
    """What a notebook's IPython would show."""

    def __init__(self):
        self.shell = types.SimpleNamespace(kernel=True)
        self.shown, self.updates = [], []
        self.updated = threading.Event()

    def display(self, content, *, raw=False, display_id=False):
        self.shown.append(content)
        return self

    def update(self, content, *, raw=False):
        self.updates.append(content)
        self.updated.set()


@pytest.fixture
def notebook(monkeypatch):
    """Put a notebook around the test."""
    made = Notebook()
    package, display = types.ModuleType("IPython"), types.ModuleType("IPython.display")
    package.get_ipython = lambda: made.shell
    package.display, display.display = display, made.display
    monkeypatch.setitem(sys.modules, "IPython", package)
    monkeypatch.setitem(sys.modules, "IPython.display", display)
    return made
