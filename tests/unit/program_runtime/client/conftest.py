import pytest
from contract_service import TOKEN, ContractService

from program_runtime.client.api import ServiceApi
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
