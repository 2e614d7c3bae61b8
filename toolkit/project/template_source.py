"""Brings a template to this machine: by name, path, zip file or address."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

from toolkit.errors import TemplateError
from toolkit.project import template_archive, templates

if TYPE_CHECKING:
    from pathlib import Path

    from toolkit.project.templates import Template

__all__ = ["Fetched", "fetch", "without_password"]

_LONGEST_S = 120.0
_MOST_BYTES = 20 * 1024 * 1024
_USER = re.compile(r"(https?://)[^/\s'\"]*@")
_COMMIT = re.compile(r"[0-9a-f]{7,40}")
_ABBREVIATIONS = {
    "gh": "https://github.com/{}.git",
    "gl": "https://gitlab.com/{}.git",
    "bb": "https://bitbucket.org/{}.git",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A template that is here, and where it was."""

    template: Template
    name: str
    """To find it again: a built-in name, an absolute path, or an address."""
    is_path: bool = False
    commit: str | None = None
    """Of a git repository."""


def fetch(template: str, scratch: Path) -> Fetched:
    """Make a template readable.

    Args:
        template: The name of a built-in one, the path of a folder or a zip file, or
            the address of a zip file or a git repository; ``#REF`` behind the latter
            names a branch, a tag or a commit.
        scratch: A folder for what is fetched; it outlives the answer.

    Returns:
        The template; nothing of it has run.

    Raises:
        TemplateNotFoundError: Nothing is there.
        TemplateError: It can not be fetched, or is no template.
    """
    if not templates.is_address(template):
        return _from_disk(template, scratch)
    name, address = without_password(template), _expanded(template)
    bare, _, reference = address.partition("#")
    if urlsplit(bare).path.endswith(".zip"):
        archive = _download(bare, scratch / "template.zip")
        folder = _unpacked(archive, scratch / "template")
        return Fetched(template=templates.read_template(folder, name), name=name)
    folder, commit = _clone(bare, reference, scratch / "template")
    found = templates.read_template(folder, name)
    return Fetched(template=found, name=name, commit=commit)


def without_password(address: str) -> str:
    """Leave out of an address what must be neither stored nor shown."""
    parts = urlsplit(address)
    if not parts.scheme.endswith(("http", "https")) or "@" not in parts.netloc:
        return address
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def _from_disk(template: str, scratch: Path) -> Fetched:
    found = templates.locate(template)
    is_path = template not in templates.built_in()
    name = os.path.normpath(found.absolute()) if is_path else template
    if not found.is_dir():
        found = _unpacked(found, scratch / "template")
    source = templates.read_template(found, name)
    return Fetched(template=source, name=name, is_path=is_path)


def _unpacked(archive: Path, folder: Path) -> Path:
    try:
        template_archive.unpack(template_archive.read_archive(archive), folder)
    except OSError as error:
        raise TemplateError(f"{archive} can not be read: {error}") from error
    # Code hosts put one folder around everything.
    for candidate in (folder, *sorted(folder.glob("*/"))):
        if (candidate / templates.MANIFEST).is_file():
            return candidate
    raise TemplateError(f"{archive} holds no template: no {templates.MANIFEST}.")


def _expanded(template: str) -> str:
    short, colon, rest = template.partition(":")
    if colon and short in _ABBREVIATIONS:
        name, mark, reference = rest.partition("#")
        return _ABBREVIATIONS[short].format(name) + mark + reference
    return template.removeprefix("git+")


def _clone(address: str, reference: str, folder: Path) -> tuple[Path, str]:
    words = ["clone", "--quiet"]
    is_commit = bool(_COMMIT.fullmatch(reference))
    if not is_commit:
        words.append("--depth=1")
        if reference:
            words.append(f"--branch={reference}")
    _git([*words, "--", address, str(folder)], address)
    if is_commit:
        _git(["-C", str(folder), "checkout", "--quiet", "--detach", reference], address)
    return folder, _git(["-C", str(folder), "rev-parse", "HEAD"], address)


def _git(words: list[str], address: str) -> str:
    program = shutil.which("git")
    if program is None:
        raise TemplateError(
            f"The template {without_password(address)} is a git repository, and git "
            "is not installed.",
            hint="Install git, or give the path of a copy.",
        )
    try:
        done = subprocess.run(
            [program, *words],
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=_LONGEST_S,
            env={**os.environ, "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"},
            check=True,
        )
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode("utf-8", "replace").strip() or str(error)
        raise _unfetched(address, said) from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise _unfetched(address, str(error)) from error
    return done.stdout.decode().strip()


def _download(address: str, path: Path) -> Path:
    import requests  # noqa: PLC0415 - only where something is fetched

    try:
        with requests.get(address, stream=True, timeout=30) as answer:
            answer.raise_for_status()
            size = 0
            with path.open("wb") as file:
                for chunk in answer.iter_content(64 * 1024):
                    size += len(chunk)
                    if size > _MOST_BYTES:
                        raise _unfetched(address, f"it has over {_MOST_BYTES} bytes")
                    file.write(chunk)
    except (requests.RequestException, OSError) as error:
        raise _unfetched(address, str(error)) from error
    return path


def _unfetched(address: str, reason: str) -> TemplateError:
    plain = without_password(address)
    # Who did not answer may say the address in another spelling.
    reason = _USER.sub(r"\1", reason.replace(address, plain))
    return TemplateError(f"The template {plain} can not be fetched: {reason}")
