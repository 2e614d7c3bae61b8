"""The fixture ``cassette``: call ``main``, and take its quantum calls from a tape.

Like the rest of the plugin it imports nothing of ours until a fixture is asked for.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Literal

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from pathlib import Path

    from qiskit.providers import BackendV2

    from program_runtime.program.backend import ProgramBackend
    from toolkit.harness.cassettes.tape import Tape

__all__ = ["TestCassette", "cassette", "recording_mode"]

Mode = Literal["none", "once", "all"]
_FAILED = pytest.StashKey[bool]()
_PROPERTY = "qrt_cassette"


class TestCassette:
    """What the fixture ``cassette`` gives: backends for ``main``."""

    __test__ = False

    def __init__(self, tape: Tape) -> None:
        self._tape = tape

    @property
    def path(self) -> Path:
        """The file."""
        return self._tape.path

    @property
    def recording(self) -> bool:
        """Whether circuits really run in this test, and are recorded."""
        return self._tape.recording

    @property
    def unplayed(self) -> int:
        """How many recordings nobody has asked for yet."""
        return self._tape.unplayed

    def backend(
        self,
        source: str | Callable[[], BackendV2] = "aer_simulator",
        *,
        shots: int | None = None,
        seed: int | None = None,
        executions: int = 0,
    ) -> ProgramBackend:
        """Make the ``backend`` that ``main`` takes.

        Args:
            source: A name of the catalog, or a function that makes a backend: it is
                called to record only, and its name is that of the backend.
            shots: Default number of shots.
            seed: Seed of the simulator, for the recording.
            executions: How many a run that is resumed had begun already.

        Raises:
            DeviceError: It is not on the tape.
        """
        return self._tape.backend(source, shots=shots, seed=seed, executions=executions)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add what says whether cassettes are recorded."""
    group = parser.getgroup("qrt", "quantum programs")
    group.addoption(
        "--record",
        action="store_const",
        const="all",
        dest="qrt_record",
        help="record every cassette anew; the same as --qrt-record=all",
    )
    group.addoption(
        "--qrt-record",
        choices=("none", "once", "all"),
        dest="qrt_record",
        help="none: replay only (the default where CI is set); once: record what has "
        "no cassette yet (the default elsewhere); all: record anew",
    )


def recording_mode(config: pytest.Config) -> Mode:
    """Say what may be recorded.

    Args:
        config: With the options of the command line.

    Returns:
        What ``--qrt-record`` says; else nothing where ``CI`` is set, and only what has
        no cassette elsewhere.
    """
    chosen: Mode | None = config.getoption("qrt_record")
    return chosen or ("none" if os.environ.get("CI") else "once")


@pytest.fixture
def cassette(request: pytest.FixtureRequest) -> Iterator[TestCassette]:
    """Quantum calls from a file: ``main(cassette.backend(shots=100), messenger)``."""
    from toolkit.errors import CassetteError  # noqa: PLC0415 - see the docstring
    from toolkit.harness.cassettes.tape import Tape  # noqa: PLC0415 - likewise

    path, mode = _path(request), recording_mode(request.config)
    recording = mode == "all" or (mode == "once" and not path.exists())
    try:
        tape = Tape(path, recording=recording)
    except CassetteError as error:
        hint = f" {error.hint}" if error.hint else ""
        pytest.fail(f"{error}{hint}", pytrace=False)
    with tape:
        yield TestCassette(tape)
    failed = request.node.stash.get(_FAILED, False)
    for line in _conclude(tape, failed=failed):
        request.node.user_properties.append((_PROPERTY, line))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Remember a failure: half a program must not be recorded."""
    report = yield
    if report.when == "call" and not report.passed:
        item.stash[_FAILED] = True
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was recorded, and what nobody plays any more."""
    lines = [
        text
        for reports in terminalreporter.stats.values()
        for report in reports
        if getattr(report, "when", "") == "teardown"
        for name, text in report.user_properties
        if name == _PROPERTY
    ]
    if lines:
        terminalreporter.section("cassettes")
        for line in lines:
            terminalreporter.line(line)


def _conclude(tape: Tape, *, failed: bool) -> Iterator[str]:
    if tape.recording and failed:
        yield f"{tape.path.name}: not recorded, the test did not pass"
    elif tape.recording:
        yield f"{tape.path.name}: recorded {tape.save()} circuits"
    elif tape.unplayed and not failed:
        yield (
            f"{tape.path.name}: {tape.unplayed} recordings were not played; record "
            "anew (--record) to drop them"
        )


def _path(request: pytest.FixtureRequest) -> Path:
    names = [request.cls.__name__] if request.cls is not None else []
    name = re.sub(r"[^\w.\[\]-]+", "-", ".".join([*names, request.node.name]))
    return request.path.parent / "cassettes" / request.path.stem / f"{name}.json"
