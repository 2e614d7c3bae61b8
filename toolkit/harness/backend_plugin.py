"""The fixture ``backend_name``: tests that hold on every backend of a matrix.

Like the rest of the plugin it imports nothing of ours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

__all__ = ["DEFAULT", "FIXTURE"]

FIXTURE = "backend_name"
DEFAULT = "aer_simulator"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add what names the backends."""
    parser.getgroup("qrt", "quantum programs").addoption(
        "--qrt-backends",
        metavar="A,B",
        help="run the tests that ask for the fixture backend_name, and no others, "
        "once for each of these backends (qrt test --backends)",
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make one test for each backend of those that ask for it."""
    if FIXTURE in metafunc.fixturenames:
        names = _chosen(metafunc.config) or [DEFAULT]
        metafunc.parametrize(FIXTURE, names, ids=names)


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Leave out what has nothing to do with the backend."""
    if not _chosen(config):
        return
    asking = [item for item in items if FIXTURE in getattr(item, "fixturenames", ())]
    others = [item for item in items if item not in asking]
    config.hook.pytest_deselected(items=others)
    items[:] = asking


def _chosen(config: pytest.Config) -> list[str]:
    names = config.getoption("qrt_backends") or ""
    return [name.strip() for name in names.split(",") if name.strip()]
