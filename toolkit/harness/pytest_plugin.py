"""The pytest plugin of program projects.

Every pytest run of an environment that holds the toolkit loads this module, so it
imports nothing of ours until a fixture is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from program_runtime.program.testing import RecordingMessenger
    from toolkit.harness.machine import Harness
    from toolkit.harness.run import HarnessRun
    from toolkit.project.project import Project

__all__ = ["ProgramRunner", "program_project", "recording_messenger", "run_program"]

pytest_plugins = (
    "toolkit.harness.backend_plugin",
    "toolkit.harness.cassette_plugin",
)


class ProgramRunner:
    """What the fixture ``run_program`` gives: call it to run the program."""

    def __init__(self, project: Project, harness: Harness) -> None:
        self._project = project
        self._harness = harness

    def __call__(
        self,
        inputs: Mapping[str, Any] | None = None,
        *,
        sample: str | None = None,
        backend: str = "aer_simulator",
        shots: int | None = None,
        seed: int | None = None,
        max_time_s: float | None = None,
        stop_after: int | None = None,
    ) -> HarnessRun:
        """Run the program as the service would.

        Args:
            inputs: By name; they win over those of the sample.
            sample: The name of a file in ``inputs/``, without ``.json``.
            backend: A name of the catalog.
            shots: Default number of shots.
            seed: Seed of the simulator.
            max_time_s: Ends the run as failed.
            stop_after: Asks it to finish now, after so many interim results.

        Returns:
            The run; ``.result`` raises if the program failed.
        """
        from toolkit import harness, project  # noqa: PLC0415 - see the docstring

        values: dict[str, Any] = {}
        if sample is not None:
            values = project.read_sample(project.sample_path(self._project, sample))
        return harness.run_project(
            self._project,
            {**values, **(inputs or {})},
            backend=backend,
            shots=shots,
            seed=seed,
            max_time_s=max_time_s,
            stop_after=stop_after,
            harness=self._harness,
        )


@pytest.fixture(scope="session")
def _qrt_harness() -> Iterator[Harness]:
    from toolkit.harness.machine import Harness  # noqa: PLC0415 - see the docstring

    with Harness() as harness:
        yield harness


@pytest.fixture
def program_project(request: pytest.FixtureRequest) -> Project:
    """The project that the test belongs to: the nearest program.json upward."""
    from toolkit import project  # noqa: PLC0415 - see the docstring

    return project.load_project(_root(request.path, request.config.rootpath))


@pytest.fixture
def run_program(program_project: Project, _qrt_harness: Harness) -> ProgramRunner:
    """Run the program through the harness: ``run_program({"n": 3}).result``."""
    return ProgramRunner(program_project, _qrt_harness)


@pytest.fixture
def recording_messenger() -> RecordingMessenger:
    """A messenger that keeps what the program publishes, to call ``main`` directly."""
    from program_runtime.program.testing import (  # noqa: PLC0415 - see the docstring
        RecordingMessenger,
    )

    return RecordingMessenger()


def _root(test: Path, rootdir: Path) -> Path:
    from toolkit import project  # noqa: PLC0415 - see the docstring

    root = project.find_root(test.parent) or project.find_root(rootdir)
    if root is None:
        pytest.fail(
            f"There is no program.json in {test.parent} or above it: this fixture "
            "works in a program project, made with `qrt new`.",
            pytrace=False,
        )
    return root
