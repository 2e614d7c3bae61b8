"""A project as the checks see it: read once, whatever state it is in."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from program_runtime import metadata
from program_runtime.errors import BadMetadataError
from toolkit import bundle
from toolkit.checks import ignores, import_scan
from toolkit.checks.preferences import Preferences, read_preferences
from toolkit.errors import InterfaceError, ProjectError
from toolkit.project import interface, settings
from toolkit.project.project import METADATA, SOURCE

if TYPE_CHECKING:
    import ast
    from pathlib import Path

    from program_runtime.metadata import ProgramMetadata
    from toolkit.bundle import Collection
    from toolkit.checks.ignores import Comment
    from toolkit.project.interface import Interface
    from toolkit.project.settings import ProjectFile

__all__ = ["CheckContext", "Module"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """One Python file that the program reaches."""

    path: str
    """Relative to the project, with slashes."""
    tree: ast.Module | None
    error: InterfaceError | None = None
    """Why there is no tree."""
    source: bytes = b""


class CheckContext:
    """What the checks share; every property works on a broken project too."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @cached_property
    def collection(self) -> Collection:
        """The files of the bundle."""
        return bundle.collect(self.root)

    @cached_property
    def local_names(self) -> frozenset[str]:
        """The names under which the bundle's own modules are imported."""
        return frozenset(
            name.split("/", 1)[0].split(".", 1)[0]
            for name in self.collection.files
            if name.endswith((".py", ".so", ".pyd"))
        )

    @cached_property
    def modules(self) -> tuple[Module, ...]:
        """program.py and the files of the bundle that it reaches by imports."""
        found: dict[str, Module] = {}
        waiting = [SOURCE]
        while waiting:
            path = waiting.pop(0)
            if path in found or not (self.root / path).is_file():
                continue
            found[path] = module = self._parse(path)
            if module.tree is not None:
                for name in import_scan.imports(module.tree):
                    waiting.extend(self.local_files(name, path))
        return tuple(found.values())

    def local_files(self, imported: import_scan.Import, importer: str) -> list[str]:
        """List the bundle's files that an import loads, packages included."""
        loaded = []
        dotted = import_scan.absolute(imported, importer)
        parts = dotted.split(".") if dotted else []
        for length in range(1, len(parts) + 1):
            base = "/".join(parts[:length])
            loaded += [
                name
                for name in (f"{base}.py", f"{base}/__init__.py")
                if name in self.collection.files
            ]
        return loaded

    @property
    def program(self) -> ast.Module | None:
        """The tree of program.py; None if it is missing or no Python."""
        for module in self.modules:
            if module.path == SOURCE:
                return module.tree
        return None

    @cached_property
    def interface(self) -> Interface | InterfaceError | None:
        """What ``main`` takes, or why that is unknown; None without a tree."""
        if self.program is None:
            return None
        try:
            return interface.read_interface(self.program)
        except InterfaceError as err:
            return err

    @cached_property
    def metadata_bytes(self) -> bytes | OSError:
        """The content of program.json, or why it can not be read."""
        try:
            return (self.root / METADATA).read_bytes()
        except OSError as err:
            return err

    @cached_property
    def metadata(self) -> ProgramMetadata | BadMetadataError | None:
        """The metadata, or all its problems; None without the file."""
        if isinstance(self.metadata_bytes, OSError):
            return None
        try:
            return metadata.parse_metadata(self.metadata_bytes)
        except BadMetadataError as err:
            return err

    @cached_property
    def spec(self) -> dict[str, Any]:
        """The schemas, also of metadata that has problems elsewhere."""
        if isinstance(self.metadata_bytes, OSError):
            return {}
        try:
            found = metadata.parse_metadata(self.metadata_bytes, strict_version=False)
        except BadMetadataError:
            return self._raw_spec()
        return dict(found.spec)

    def _raw_spec(self) -> dict[str, Any]:
        try:
            raw = json.loads(self.metadata_bytes)  # type: ignore[arg-type]
        except (ValueError, RecursionError):
            return {}
        spec = raw.get("spec") if isinstance(raw, dict) else None
        return spec if isinstance(spec, dict) else {}

    @property
    def parameters(self) -> dict[str, Any] | None:
        """The schema of the inputs if it can be used."""
        schema = self.spec.get("parameters")
        if not isinstance(schema, dict) or metadata.check_schema(schema):
            return None
        return schema

    @cached_property
    def pyproject(self) -> ProjectFile | ProjectError:
        """What pyproject.toml says, or what is wrong with it."""
        try:
            return settings.read_pyproject(self.root)
        except ProjectError as err:
            return err

    @cached_property
    def preferences(self) -> Preferences:
        """How the project wants to be checked."""
        if isinstance(self.pyproject, ProjectError):
            return Preferences()
        return read_preferences(self.pyproject.settings)

    @cached_property
    def comments(self) -> tuple[Comment, ...]:
        """What comments in the program's files say to the checks."""
        return tuple(
            comment
            for module in self.modules
            if module.tree is not None
            for comment in ignores.comments_of(module.source, module.path)
        )

    def _parse(self, path: str) -> Module:
        try:
            source = (self.root / path).read_bytes()
        except OSError as err:
            error = InterfaceError(
                f"{path} can not be read: {err}", reason="unreadable", line=None
            )
            return Module(path=path, tree=None, error=error)
        try:
            tree = interface.parse_source(source, path)
            return Module(path=path, tree=tree, source=source)
        except InterfaceError as err:
            return Module(path=path, tree=None, error=err)
