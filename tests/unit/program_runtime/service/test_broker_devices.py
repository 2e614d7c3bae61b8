"""What the service knows of devices, while its broker answers and while it does not."""

import asyncio
import json
import stat

import pytest

from program_runtime.backends.info import BackendInfo
from program_runtime.errors import BackendNotFoundError, ExecutionError
from program_runtime.service import broker_devices
from program_runtime.service.backends import Backends
from program_runtime.service.broker import make_broker
from program_runtime.service.broker_devices import BrokerDevices
from program_runtime.service.settings import Settings

DEVICE = BackendInfo(
    name="lab_one",
    simulator=False,
    description="A device.",
    source="provider:lab",
    num_qubits=2,
    brokered=True,
)
DESCRIPTION = {"configuration": {"n_qubits": 2}, "properties": {}, "status": {}}


class Broker:
    """Has one device, unless it is told to be out of order."""

    def __init__(self):
        self.works = True
        self.asked = 0
        self.described = 0

    async def devices(self):
        self.asked += 1
        await asyncio.sleep(0)
        if not self.works:
            raise ExecutionError("The broker can not be started.")
        return [DEVICE]

    async def describe(self, backend):
        self.described += 1
        return dict(DESCRIPTION)


@pytest.fixture
def broker():
    return Broker()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "cache" / "devices.json"


def test_the_first_answer_is_waited_for_and_kept_in_a_private_file(broker, path):
    async def work():
        devices = BrokerDevices(broker, path)
        assert devices.known() == []
        await devices.ready()
        await devices.ready()
        await devices.close()
        return devices.known()

    assert asyncio.run(work()) == [DEVICE]
    assert broker.asked == 1
    assert json.loads(path.read_text())[0]["name"] == "lab_one"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_devices_are_known_at_once_when_a_service_starts_again(broker, path):
    async def first():
        await BrokerDevices(broker, path).ready()

    asyncio.run(first())
    broker.works = False

    assert BrokerDevices(broker, path).has("lab_one")


def test_a_file_that_is_broken_is_no_file(broker, path):
    path.parent.mkdir()
    path.write_text('[{"name": 1}]')

    assert BrokerDevices(broker, path).known() == []


def test_a_broker_that_is_out_of_order_is_told_and_asked_again(
    broker, path, caplog, monkeypatch
):
    monkeypatch.setattr(broker_devices, "_FRESH_S", -1.0)
    broker.works = False

    async def work():
        devices = BrokerDevices(broker, path)
        await devices.ready()
        assert devices.known() == []
        broker.works = True
        await devices.ready()
        return devices.known()

    assert asyncio.run(work()) == [DEVICE]
    assert "the broker does not name its devices: The broker can not" in caplog.text


def test_who_wants_a_simulator_does_not_wait_for_ever(broker, path, monkeypatch):
    monkeypatch.setattr(broker_devices, "_FIRST_ANSWER_S", 0.01)

    async def never():
        await asyncio.Event().wait()

    broker.devices = never

    async def work():
        devices = BrokerDevices(broker, path)
        await devices.ready()
        known = devices.known()
        await devices.close()
        return known

    assert asyncio.run(work()) == []


def test_a_description_is_asked_for_once_in_a_while(broker, tmp_path):
    async def work():
        backends = Backends(tmp_path, broker=broker)
        found = [await backends.describe("lab_one") for _ in range(3)]
        sizes = await backends.num_qubits(DEVICE)
        await backends.close()
        return found, sizes

    found, size = asyncio.run(work())

    assert found == [DESCRIPTION] * 3
    assert (size, broker.described) == (2, 1)


def test_devices_stand_behind_the_own_backends_and_are_told_apart(broker, tmp_path):
    async def work():
        backends = Backends(tmp_path, broker=broker)
        await backends.ready()
        names = [info.name for info in backends.known()]
        brokered = [
            await backends.is_brokered(name)
            for name in (
                "lab_one",
                "aer_simulator",
                "ibmq_qasm_simulator",
                "mock_manila",
                "lab_sold",
            )
        ]
        return names, brokered, backends.resolve("lab_one"), backends

    names, brokered, found, backends = asyncio.run(work())

    assert names[0] == "aer_simulator"
    assert names[-1] == "lab_one"
    assert brokered == [True, False, False, False, True]
    assert found is DEVICE
    assert [backends.is_device(name) for name in ("lab_one", "aer_simulator")] == [
        True,
        False,
    ]
    with pytest.raises(BackendNotFoundError):
        backends.resolve("lab_sold")


def test_without_a_broker_there_are_no_devices(tmp_path):
    async def work():
        backends = Backends(tmp_path)
        await backends.ready()
        return await backends.is_brokered("lab_one")

    assert asyncio.run(work()) is False


def test_there_is_a_broker_only_where_there_is_a_provider(tmp_path, monkeypatch):
    monkeypatch.setattr("program_runtime.backends.plugins.providers", list)

    assert make_broker(Settings(data_dir=tmp_path)) is None
    assert make_broker(Settings(data_dir=tmp_path, ibm_url="https://x")) is None
    assert make_broker(Settings(data_dir=tmp_path, ibm_token="t")) is not None
    file = tmp_path / "account.json"
    assert make_broker(Settings(data_dir=tmp_path, ibm_account_file=file)) is not None


def test_a_token_is_in_no_text_of_the_settings(tmp_path):
    settings = Settings(data_dir=tmp_path, ibm_token="very-secret")

    assert "very-secret" not in f"{settings!r} {settings} {settings.model_dump_json()}"
