"""Where templates are: in the installed package, or beside it in a checkout."""

from __future__ import annotations

import difflib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import toolkit
from toolkit.errors import TemplateError, TemplateNotFoundError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Template", "built_in", "is_address", "locate", "read_template"]

MANIFEST = "cookiecutter.json"
_ADDRESS = re.compile(r"^(https?|git|ssh|file)(\+\w+)?://|^git@|^(gh|gl|bb):")


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A cookiecutter template on this machine."""

    name: str
    folder: Path
    questions: Mapping[str, Any]
    """Name -> default (a text that may be a Jinja expression, or a list of choices)."""
    version: str | None


def built_in() -> dict[str, Path]:
    """Find the templates that come with the toolkit: name -> folder, sorted."""
    package = Path(toolkit.__file__).parent
    for folder in (package / "templates", package.parent / "templates"):
        found = {m.parent.name: m.parent for m in sorted(folder.glob(f"*/{MANIFEST}"))}
        if found:
            return found
    return {}


def is_address(template: str) -> bool:
    """Whether the text is a URL that has to be fetched."""
    return bool(_ADDRESS.match(template))


def locate(template: str) -> Path:
    """Find a template on this machine.

    Args:
        template: The name of a built-in one, or the path of a folder or a zip file.

    Returns:
        Its folder, or the zip file.

    Raises:
        TemplateNotFoundError: Nothing has this name; the hint names the nearest.
    """
    known = built_in()
    if template in known:
        return known[template]
    path = Path(template).expanduser()
    if (path / MANIFEST).is_file() or (path.is_file() and path.suffix == ".zip"):
        return path
    if path.is_dir():
        raise TemplateNotFoundError(
            f"The folder {template} is no template: it holds no {MANIFEST}."
        )
    near = difflib.get_close_matches(template, known, n=1)
    hint = f"Did you mean {near[0]!r}? " if near else ""
    raise TemplateNotFoundError(
        f"There is no template {template!r}.",
        hint=f"{hint}Built in: {', '.join(known)}; a path or a URL works too.",
    )


def read_template(folder: Path, name: str) -> Template:
    """Read a template's questions and version.

    Args:
        folder: The folder that holds cookiecutter.json.
        name: What the user called it.

    Returns:
        The template.

    Raises:
        TemplateError: The manifest can not be read.
    """
    path = folder / MANIFEST
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as err:
        raise TemplateError(f"{path} can not be read: {err}") from err
    if not isinstance(manifest, dict):
        raise TemplateError(f"{path} holds no object.")
    version = manifest.get("_version")
    return Template(
        name=name,
        folder=folder,
        questions={k: v for k, v in manifest.items() if not k.startswith("_")},
        version=version if isinstance(version, str) else None,
    )
