"""The blocks of docs/primitives-client.md are executed against a local service.

The last two are the examples of the retired client's overview.
"""

import re
import signal
from pathlib import Path

import pytest

from program_runtime.client import local

PAGE = Path(__file__).parents[2] / "docs" / "primitives-client.md"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
THETA_ENERGY = 1.5556


def blocks(language):
    found = BLOCK.findall(PAGE.read_text(encoding="utf-8"))
    return [text for kind, text in found if kind == language]


@pytest.fixture
def local_service(private_home, monkeypatch):
    """The service that the page finds on this machine; it ends with the test."""
    monkeypatch.setenv("QRT_DATA_DIR", str(private_home / "data"))
    yield
    for process in local._started:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


# A class of the overview goes with Qiskit 3; it is there as it was written.
@pytest.mark.filterwarnings("ignore:The class ``qiskit.circuit:DeprecationWarning")
@pytest.mark.timeout(180)
@pytest.mark.usefixtures("local_service")
def test_the_page_is_executed_and_the_overviews_examples_with_it(capsys):
    names, printed = {}, []
    for text in blocks("python"):
        exec(compile(text, str(PAGE), "exec"), names)
        printed.append(capsys.readouterr().out)
    for text in blocks("text"):
        assert text in printed
    in_session, with_callback = printed[-2:]
    sampled, estimated = in_session.splitlines()
    assert sampled.startswith("Sampler results: SamplerResult(quasi_dists=[{")
    assert estimated.startswith("Estimator results: EstimatorResult(values=array([")
    energy = float(re.search(r"array\(\[([-\d.]+)\]", estimated)[1])
    assert energy == pytest.approx(THETA_ENERGY, abs=0.3)
    assert with_callback.count("SamplerResult(quasi_dists=[{") == 2
