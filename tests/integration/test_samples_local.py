"""Every sample is a clean project, passes its own tests and runs as on the service."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from toolkit import checks, harness, project

SAMPLES = Path(__file__).parents[2] / "samples"
NAMES = [path.parent.name for path in sorted(SAMPLES.glob("*/program.json"))]
GROUND_ENERGY = -1.857275030202
REPLAYED = ("--qrt-record=none",)  # a test without its cassette fails


@pytest.fixture(scope="module")
def warm():
    """One pool of children for all runs."""
    with harness.Harness() as machine:
        yield machine


@pytest.fixture
def run(warm):
    """Run one sample input of a sample program."""

    def run_sample(name, sample, **options):
        loaded = project.load_project(SAMPLES / name)
        inputs = project.read_sample(project.sample_path(loaded, sample))
        return harness.run_project(loaded, inputs, harness=warm, seed=7, **options)

    return run_sample


def test_the_samples_of_the_issue_are_there():
    assert NAMES == [
        "hello_world",
        "qaoa",
        "quantum_kernel_alignment",
        "readout_mitigation",
        "vqe",
    ]


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_has_no_findings(name):
    assert checks.run_checks(SAMPLES / name, strict=True) == []


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_is_a_complete_project(name):
    root = SAMPLES / name
    for part in ("README.md", "pyproject.toml", ".qrtignore", "tests/test_program.py"):
        assert (root / part).is_file()
    assert list(root.glob("inputs/*.json"))
    assert f'name = "{name.replace("_", "-")}"' in (root / "pyproject.toml").read_text()


@pytest.mark.parametrize("name", NAMES)
def test_a_samples_own_tests_pass(name):
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *REPLAYED],
        cwd=SAMPLES / name,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr


def test_hello_world_says_hello(run):
    outcome = run("hello_world", "short")

    assert outcome.result == "Hello, World!"
    assert [sum(each["counts"].values()) for each in outcome.interim] == [1024] * 3
    assert outcome.report.ok


def test_vqe_converges_to_the_ground_energy_of_hydrogen(run):
    outcome = run("vqe", "h2")
    energies = [each["energy"] for each in outcome.interim]

    assert outcome.result["energy"] == pytest.approx(GROUND_ENERGY, abs=0.02)
    assert energies[-1] < energies[0]
    assert [each["values"]["energy"] for each in outcome.metrics] == energies
    assert outcome.report.ok


def test_vqe_converges_with_shot_noise_too(run):
    outcome = run("vqe", "h2", shots=4000)

    assert outcome.result["energy"] == pytest.approx(GROUND_ENERGY, abs=0.05)


def test_qaoa_finds_the_maximum_cut(run):
    outcome = run("qaoa", "ten_nodes")

    assert outcome.result["best_cut"] == 13
    assert outcome.result["best_mean_cut"] > outcome.result["first_mean_cut"]
    assert outcome.report.ok


def test_the_aligned_kernel_is_better_than_the_first(run):
    outcome = run("quantum_kernel_alignment", "six_points")

    assert outcome.result["alignment"] > outcome.result["first_alignment"] + 0.2
    assert outcome.result["kernel"].shape == (6, 6)
    assert outcome.report.ok


def test_mitigated_values_are_closer_to_the_ideal_ones_than_raw_ones(run):
    outcome = run("readout_mitigation", "ghz", backend="fake_manila")

    for estimate in outcome.result:
        assert abs(1 - estimate["mitigated"]) < 0.5 * abs(1 - estimate["raw"])
    assert outcome.report.ok
