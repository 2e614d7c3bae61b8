"""Every sample is published to a real service and gives there what it gives here."""

import json
from pathlib import Path

import numpy as np
import pytest
from acceptance import live_service

from program_runtime import metadata
from toolkit import harness, project, publish

SAMPLES = Path(__file__).parents[2] / "samples"
NAMES = [path.parent.name for path in sorted(SAMPLES.glob("*/program.json"))]
SEED = 7
EXACT = -1.857275030202
DEVICES = {"readout_mitigation": "fake_manila"}


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    with live_service.serving(tmp_path_factory.mktemp("samples")) as service:
        yield service


@pytest.fixture(scope="module")
def warm():
    with harness.Harness() as machine:
        yield machine


@pytest.fixture(scope="module")
def published(service, tmp_path_factory):
    """Publish a sample once, through the toolkit; returns project and release."""
    client = service.client()
    done = {}

    def once(name):
        if name not in done:
            loaded = project.load_project(SAMPLES / name)
            plan = publish.plan_publish(
                loaded,
                client.api,
                out_dir=tmp_path_factory.mktemp("dist"),
                strict=True,
                labels=["stable"],
            )
            assert (plan.verdict, plan.findings) == (publish.Verdict.NEW, ())
            done[name] = loaded, publish.publish(plan, client.api)
        return done[name]

    return once


@pytest.fixture(scope="module")
def both(service, warm, published):
    """Run a sample's inputs on the service and in the harness; returns both."""
    runs = {}

    def run(name, sample):
        if (name, sample) not in runs:
            loaded, release = published(name)
            plain = project.read_sample(project.sample_path(loaded, sample))
            backend = DEVICES.get(name, "aer_simulator")
            inputs = metadata.coerce_inputs(
                loaded.metadata.spec.get("parameters") or {}, plain
            )
            messages = []
            job = service.client().run(
                f"{release.program}:stable",
                inputs,
                options={"backend": backend, "seed": SEED},
                callback=lambda _, message: messages.append(message),
            )
            local = harness.run_project(
                loaded, plain, backend=backend, seed=SEED, harness=warm
            )
            job.wait_for_final_state(100)
            runs[name, sample] = job, messages, local
        return runs[name, sample]

    return run


def samples():
    return [
        pytest.param(name, path.stem, id=f"{name}-{path.stem}")
        for name in NAMES
        for path in sorted((SAMPLES / name / "inputs").glob("*.json"))
    ]


def assert_same(one, other):
    """Hold that two values are equal, numbers up to the last bits of a sum."""
    assert type(one) is type(other)
    if isinstance(one, dict):
        assert list(one) == list(other)
        one, other = list(one.values()), list(other.values())
    if isinstance(one, list | tuple):
        assert len(one) == len(other)
        for left, right in zip(one, other, strict=True):
            assert_same(left, right)
    elif isinstance(one, np.ndarray):
        assert (one.dtype, one.shape) == (other.dtype, other.shape)
        np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-12)
    elif isinstance(one, float):
        assert one == pytest.approx(other, rel=1e-9, abs=1e-12, nan_ok=True)
    else:
        assert one == other


def test_all_five_samples_are_run():
    assert len(NAMES) == 5
    assert {name for name, _ in (each.values for each in samples())} == set(NAMES)


@pytest.mark.parametrize(("name", "sample"), samples())
def test_the_result_is_that_of_the_local_run(both, name, sample):
    job, messages, local = both(name, sample)
    assert local.ok, local.outcome
    assert_same(job.result(), local.result)
    assert messages[-1] is not None
    assert_same(messages[-1], job.result())


@pytest.mark.parametrize(("name", "sample"), samples())
def test_interim_results_and_metrics_are_those_of_the_local_run(both, name, sample):
    job, messages, local = both(name, sample)
    assert local.interim
    assert_same(messages[:-1], local.interim)
    assert_same(job.interim_results(), local.interim)
    metrics = [
        {"step": each["step"], "values": each["values"]}
        for each in job.metrics()["metrics"]
    ]
    assert_same(metrics, local.metrics)
    assert job.logs() == local.logs


@pytest.mark.parametrize(("name", "sample"), samples())
def test_what_the_service_sent_fits_the_schemas_of_the_sample(both, name, sample):
    job, messages, _ = both(name, sample)
    spec = json.loads((SAMPLES / name / "program.json").read_text())["spec"]
    schema = spec["return_values"]
    assert metadata.validate_value(schema, job.result(), path="result") == []
    for message in messages[:-1]:
        schema = spec["interim_results"]
        assert metadata.validate_value(schema, message, path="interim") == []


@pytest.mark.parametrize("name", NAMES)
def test_publishing_again_changes_nothing(service, published, tmp_path, name):
    loaded, release = published(name)
    api = service.client().api
    plan = publish.plan_publish(loaded, api, out_dir=tmp_path)
    assert plan.verdict is publish.Verdict.UNCHANGED
    again = publish.publish(plan, api)
    assert (again.created, again.digest) == (False, release.digest)
    assert api.release(release.program, "stable")["digest"] == release.digest


def test_vqe_reaches_the_ground_energy_on_the_service(both):
    job, _, _ = both("vqe", "h2")
    assert job.result()["energy"] == pytest.approx(EXACT, abs=0.02)


def test_the_command_runs_a_sample_as_its_readme_says(service, published):
    loaded, release = published("vqe")
    ran = service.qrt(
        "submit", release.program, "-i", "@inputs/h2.json", "--seed", SEED,
        "--follow", cwd=loaded.root,
    )  # fmt: skip
    assert json.loads(ran.stdout)["energy"] == pytest.approx(EXACT, abs=0.02)
