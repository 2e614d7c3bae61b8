"""Variables for official clients, from the command."""

import json
import shlex
import subprocess

import pytest
from unit.toolkit.cli import json_forms

from program_runtime.client.secret import Secret
from toolkit.cli import _service

URL = "http://127.0.0.1:1"
CRN = "crn:v1:bluemix:public:quantum-computing:local:a/o'lab:qrt::"


@pytest.fixture
def reached(api, monkeypatch):
    """A service that the command has found already."""
    found = _service.Reached(url=URL, token=Secret("qrt_planted"), trust=True)
    monkeypatch.setattr(_service, "reach", lambda out: found)
    monkeypatch.setattr(_service, "open_api", lambda reached: api)
    api.version = lambda: {"instance": CRN}


def test_a_shell_takes_what_is_printed(qrt, reached):
    told = qrt("env")
    script = f'{told.stdout}\nprintf \'%s\\n\' "$QISKIT_IBM_INSTANCE" "$IAM_URL"'
    shown = subprocess.run(
        ["sh", "-c", script], capture_output=True, text=True, check=True
    )
    assert shown.stdout == f"{CRN}\n{URL}\n"
    assert f"export QISKIT_IBM_TOKEN={shlex.quote('qrt_planted')}\n" in told.stdout
    assert told.stderr == f"for the current client of u_a at {URL}\n"


def test_the_same_comes_as_json(qrt, reached):
    found = json.loads(qrt("env", "--client", "retired", "--json").stdout)
    json_forms.check("env", found)
    assert found["QISKIT_IBM_URL"] == f"{URL}/experimental.cloud"


def test_what_will_not_work_is_said_beside_it(qrt, reached):
    told = qrt("env", "--client", "retired")
    assert "warning: the retired client streams over https alone" in told.stderr


def test_another_client_is_refused(qrt, reached):
    assert "'newest'" in qrt("env", "--client", "newest", code=2).stderr
