"""What a project knows of the template that it came from.

``[tool.qrt.template]`` of pyproject.toml names it, with version and answers; the hidden
zip file beside holds what it made of them. That is the base of a later merge: the
template itself may be gone, or installed in its newest version alone.
"""

from __future__ import annotations

import json
import os
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from toolkit.errors import TemplateError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from toolkit.project.template_source import Fetched

__all__ = [
    "BASE",
    "Record",
    "address_of",
    "read_record",
    "record_of",
    "with_record",
    "without_record",
]

BASE = ".qrt-template.zip"
_TABLE = "tool.qrt.template"
_HEADERS = (f"[{_TABLE}]", f"[{_TABLE}.answers]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Which template a project came from."""

    name: str
    version: str | None = None
    commit: str | None = None
    answers: Mapping[str, Any] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """The template and its version, for people."""
        version = self.version or (self.commit or "")[:12]
        return f"{self.name} {version}".rstrip()


def record_of(fetched: Fetched, answers: Mapping[str, Any], root: Path) -> Record:
    """Describe a template that was rendered with these answers.

    Args:
        fetched: The template.
        answers: To all of its questions.
        root: The project's folder. The path of a template that lies near it is
            written as seen from there: it is the same for others, and says nothing
            of whose machine it is on.
    """
    name = fetched.name
    if fetched.is_path and Path(name).is_relative_to(root.parent):
        near = Path(os.path.relpath(name, root))
        name = near.as_posix() if near.parts[0] == ".." else f"./{near.as_posix()}"
    return Record(
        name=name,
        version=fetched.template.version,
        commit=fetched.commit,
        answers={name: _plain(answer) for name, answer in answers.items()},
    )


def _plain(answer: Any) -> str | bool:
    """Give an answer the form in which it is read again."""
    if isinstance(answer, bool):
        return answer
    return json.dumps(answer) if isinstance(answer, dict | list) else str(answer)


def address_of(record: Record, root: Path) -> str:
    """Tell where the template of a project is, from wherever one stands."""
    near = record.name.startswith(("./", "../"))
    return os.path.normpath(root / record.name) if near else record.name


def read_record(pyproject: Path) -> Record | None:
    """Read what a project's pyproject.toml says of its template.

    Args:
        pyproject: The file.

    Returns:
        The record; None if there is none.

    Raises:
        TemplateError: The file can not be read, or the record makes no sense.
    """
    try:
        tables = tomllib.loads(pyproject.read_text(encoding="utf-8"))
        table = tables.get("tool", {}).get("qrt", {}).get("template")
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError, AttributeError) as error:
        raise TemplateError(
            f"{pyproject} can not be read: {error}",
            hint="Resolve its conflicts first, if it has any.",
        ) from error
    if table is None:
        return None
    name = table.get("name") if isinstance(table, dict) else None
    answers = table.get("answers", {}) if isinstance(table, dict) else None
    if not isinstance(name, str) or not isinstance(answers, dict):
        raise TemplateError(
            f"[{_TABLE}] of {pyproject} needs a name and a table of answers.",
            hint="Take it back from the project's history.",
        )
    texts = {
        k: table[k] for k in ("version", "commit") if isinstance(table.get(k), str)
    }
    return Record(name=name, answers=answers, **texts)


def with_record(pyproject: str, record: Record) -> str:
    """Write a record at the end of a pyproject.toml, in place of the old one."""
    end = "\r\n" if "\r\n" in pyproject else "\n"
    rest = without_record(pyproject.replace("\r\n", "\n")).rstrip("\n")
    text = "\n".join([rest, *_lines(record), ""]).lstrip("\n")
    return text.replace("\n", end)


def without_record(pyproject: str) -> str:
    """Take the record out; the comments before the next table stay."""
    kept: list[str] = []
    held: list[str] | None = None
    for line in pyproject.split("\n"):
        if line.strip() in _HEADERS:
            held = []
        elif held is None:
            kept.append(line)
        elif line.lstrip().startswith("[") or _is_marker(line):
            kept += [*held, line]
            held = None
        elif line.startswith("#"):
            held.append(line)
        elif line.strip():
            held = []
    return "\n".join([*kept, *(held or [])]).rstrip("\n") + "\n"


def _is_marker(line: str) -> bool:
    return line.startswith(("<<<<<<<", "=======", ">>>>>>>", "|||||||"))


def _lines(record: Record) -> Iterator[str]:
    yield ""
    yield _HEADERS[0]
    yield f"name = {_toml(record.name)}"
    for name in ("version", "commit"):
        value = getattr(record, name)
        if value:
            yield f"{name} = {_toml(value)}"
    yield ""
    yield _HEADERS[1]
    for name, answer in record.answers.items():
        yield f"{_toml(name)} = {_toml(answer)}"


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    # A JSON string is a valid TOML basic string once DEL is escaped.
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")
