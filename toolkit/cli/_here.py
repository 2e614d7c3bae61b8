"""The project that the command is called in, as far as a few milliseconds tell.

`toolkit.project` knows projects; importing it costs what judging a schema needs.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

METADATA = "program.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """What the folders around the working directory say."""

    root: Path
    settings: Mapping[str, Any]
    """The table ``[tool.qrt]`` of pyproject.toml."""

    @property
    def program(self) -> str | None:
        """The program's name, where program.json can be read."""
        name = self._metadata().get("name")
        return name if isinstance(name, str) else None

    @property
    def parameters(self) -> dict[str, Any]:
        """The schema of the program's inputs; empty where program.json has none."""
        spec = self._metadata().get("spec")
        found = spec.get("parameters") if isinstance(spec, dict) else None
        return found if isinstance(found, dict) else {}

    @property
    def samples(self) -> dict[str, Path]:
        """The sample inputs by name."""
        from toolkit.project.samples import list_samples  # noqa: PLC0415

        return list_samples(self.root)

    def _metadata(self) -> dict[str, Any]:
        """Read program.json; nothing where it can not be read."""
        try:
            found = json.loads((self.root / METADATA).read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}


def find(start: Path | None = None) -> Here | None:
    """Find the project of a folder, or of one above it.

    Raises:
        ProjectError: Its pyproject.toml can not be read.
    """
    folder = (start or Path.cwd()).absolute()
    for root in (folder, *folder.parents):
        if (root / METADATA).is_file():
            from toolkit.project.settings import read_pyproject  # noqa: PLC0415

            return Here(root=root, settings=read_pyproject(root).settings)
    return None
