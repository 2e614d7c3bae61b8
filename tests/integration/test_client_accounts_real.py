"""Accounts, backends and curves of the client against a real service."""

import json
import subprocess
import sys
from datetime import timedelta

import pytest
from client_services import end

from program_runtime import QiskitRuntimeService, errors
from program_runtime.client import local

CURVE = """
def main(backend, user_messenger, *, steps):
    for step in range(steps):
        user_messenger.publish({"step": step, "energy": -float(step)})
        user_messenger.metric(step=10 * step, loss=0.5)
    return backend.name
"""
METADATA = {"name": "curve", "spec": {"parameters": {}}}
INSTANCE = "crn:v1:bluemix:public:quantum-computing:local:a/local:qrt::"


@pytest.fixture(scope="module")
def there(tmp_path_factory):
    """The url and the token of a service."""
    root = tmp_path_factory.mktemp("accounts")
    profile = local.ensure_local_service(root / "data", config_dir=root / "config")
    service = QiskitRuntimeService(url=profile.url, token=profile.token)
    service.upload_program(CURVE, METADATA)
    service.api.close()
    yield profile.url, profile.token.reveal()
    end(root / "data")


@pytest.fixture
def service(there):
    made = QiskitRuntimeService(url=there[0], token=there[1])
    yield made
    made.api.close()


@pytest.mark.parametrize("suffix", ["", "/experimental", "/experimental.cloud"])
def test_an_account_of_the_official_clients_reaches_our_service(
    there, private_home, suffix
):
    folder = private_home / ".qiskit"
    folder.mkdir()
    entry = {"channel": "ibm_cloud", "url": there[0] + suffix, "token": there[1]}
    entry |= {"instance": INSTANCE, "verify": True, "is_default_account": True}
    (folder / "qiskit-ibm.json").write_text(json.dumps({"lab": entry}))
    code = (
        "from program_runtime import QiskitRuntimeService\n"
        "service = QiskitRuntimeService()\n"
        "print(service.channel, service.program('curve').name)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["ibm_cloud", "curve"]


def test_a_wrong_instance_is_refused_with_the_right_one(there, service):
    provider = "ibm-q/open/main"
    named = {"crn": INSTANCE, "name": "qrt", "provider": provider}
    assert service.instances() == [named]
    for right in ("qrt", INSTANCE, provider):
        QiskitRuntimeService(url=there[0], token=there[1], instance=right).programs()
    wrong = QiskitRuntimeService(url=there[0], token=there[1], instance="lab")
    with pytest.raises(
        errors.ApiError, match="There is no instance 'lab' here"
    ) as caught:
        wrong.programs()
    assert INSTANCE in str(caught.value)


def test_a_wrong_token_is_refused_with_what_to_do(there):
    wrong = QiskitRuntimeService(channel="ibm_cloud", url=there[0], token="qrt_wrong")
    with pytest.raises(errors.NotAuthorizedError) as caught:
        wrong.backends()
    assert str(caught.value) == (
        "The token is not valid: it is wrong, was replaced or was revoked. Get a new one "
        "by `qrt user rotate NAME`, then `qrt login`."
    )


def test_a_run_is_watched_from_its_first_number_to_its_last(service):
    pytest.importorskip("matplotlib").use("Agg")
    plt = pytest.importorskip("matplotlib.pyplot")
    job = service.run("curve", {"steps": 4}, {"backend": "aer_simulator"})
    (line,) = job.plot("energy").lines
    assert list(line.get_ydata()) == [0, -1, -2, -3]
    assert list(job.plot("loss").lines[0].get_xdata()) == [0, 10, 20, 30]
    assert job.result() == job.backend().name == "aer_simulator"
    assert job.done()
    assert "loss 0.5" in service.job(job.job_id())._repr_mimebundle_()["text/plain"]
    assert job.usage() == 0
    plt.close("all")


def test_jobs_are_found_by_what_they_are(service):
    job = service.run("curve", {"steps": 1}, {"job_tags": ["mine"]})
    job.result()
    before = job.creation_date - timedelta(seconds=1)
    found = service.jobs(
        program_id="curve", job_tags=["mine"], pending=False, instance="qrt"
    )
    assert [each.job_id() for each in found] == [job.job_id()]
    assert service.jobs(job_tags=["mine"], pending=True) == []
    assert service.jobs(backend_name="fake_none", job_tags=["mine"]) == []
    assert service.jobs(job_tags=["mine"], created_before=before) == []
