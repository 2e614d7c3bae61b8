"""What a package exports is what its ``__all__`` says, complete and importable."""

import ast
import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PACKAGES = sorted(
    ".".join(path.parent.relative_to(ROOT).parts)
    for top in ("program_runtime", "toolkit")
    for path in (ROOT / top).rglob("__init__.py")
    if "versions" not in path.parts and "migrations" not in path.parts
)


def names_brought_in(package):
    """Public names that the package's ``__init__`` binds by import or definition."""
    source = (ROOT.joinpath(*package.split(".")) / "__init__.py").read_text()
    for node in ast.parse(source).body:
        if isinstance(node, ast.ImportFrom) and node.module != "__future__":
            own = node.level > 0 or (node.module or "").startswith(
                ("program_runtime", "toolkit")
            )
            if own:
                yield from (alias.asname or alias.name for alias in node.names)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name


@pytest.mark.parametrize("package", PACKAGES)
def test_every_exported_name_is_in_all(package):
    module = importlib.import_module(package)
    exported = getattr(module, "__all__", [])
    public = {n for n in names_brought_in(package) if not n.startswith("_")}
    assert public <= set(exported)


@pytest.mark.parametrize("package", PACKAGES)
def test_every_name_in_all_can_be_had(package):
    module = importlib.import_module(package)
    exported = getattr(module, "__all__", [])
    assert [name for name in exported if not hasattr(module, name)] == []
    assert len(set(exported)) == len(exported)
