"""The arrows of the architecture: imports go down, toolkit imports program_runtime."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
# From the top of the house to its cellar.
RUNTIME_ROOMS = [
    "service",
    "client",
    "primitives",
    "execution",
    "program",
    "bundle",
    "environments",
    "metadata",
    "codec",
    "backends",
    "errors",
]
TOOLKIT_ROOMS = [
    "cli",
    "doctor",
    "publish",
    "provenance",
    "harness",
    "checks",
    "bundle",
    "project",
    "errors",
]
ROOMS = {"program_runtime": RUNTIME_ROOMS, "toolkit": TOOLKIT_ROOMS}


def imported_modules(source, *, package):
    """Every dotted name that a module imports, with ``from`` names appended."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parents = package.split(".")
                kept = parents[: len(parents) - node.level + 1]
                base = ".".join([*kept, *([base] if base else [])])
            yield from (f"{base}.{alias.name}" for alias in node.names)


def wrong_arrow(importer, imported):
    """Say why this arrow may not be drawn, or None."""
    source, target = importer.split("."), imported.split(".")
    if source[0] == "program_runtime" and target[0] == "toolkit":
        return f"{importer} imports {imported}: program_runtime never needs toolkit"
    if source[0] != target[0] or len(source) < 2 or len(target) < 2:
        return None
    rooms = ROOMS[source[0]]
    if source[1] not in rooms:
        return f"{importer}: the room {source[1]} is not in the architecture"
    if target[1] in rooms and rooms.index(target[1]) < rooms.index(source[1]):
        return f"{importer} imports {imported}: that arrow goes up"
    return None


def all_modules():
    for package in ROOMS:
        for path in sorted((ROOT / package).rglob("*.py")):
            dotted = path.relative_to(ROOT).with_suffix("").parts
            if "templates" not in dotted and "versions" not in dotted:
                yield path, dotted


def test_imports_only_go_down():
    wrong = []
    for path, dotted in all_modules():
        is_package = dotted[-1] == "__init__"
        name = ".".join(dotted[:-1] if is_package else dotted)
        package = name if is_package else ".".join(dotted[:-1])
        wrong += [
            reason
            for imported in imported_modules(path.read_text(), package=package)
            if (reason := wrong_arrow(name, imported))
        ]
    assert wrong == []


@pytest.mark.parametrize(
    ("importer", "imported", "reason"),
    [
        ("program_runtime.codec.encoder", "toolkit.checks", "never needs toolkit"),
        ("program_runtime.codec.encoder", "program_runtime.client", "goes up"),
        ("toolkit.project.manifest", "toolkit.cli.run", "goes up"),
        ("toolkit.kitchen.oven", "toolkit.project", "not in the architecture"),
    ],
)
def test_an_arrow_that_runs_the_wrong_way_is_seen(importer, imported, reason):
    assert reason in wrong_arrow(importer, imported)


def test_arrows_that_go_down_are_fine():
    assert wrong_arrow("toolkit.cli.run", "program_runtime.execution") is None
    assert wrong_arrow("program_runtime.client.job", "program_runtime.codec") is None


def test_relative_imports_are_resolved():
    found = list(imported_modules("from ..client import job", package="a.b"))
    assert found == ["a.client.job"]
