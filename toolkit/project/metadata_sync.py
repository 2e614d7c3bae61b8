"""Brings program.json to what the signature and docstring of main say."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from toolkit.project.project import METADATA
from toolkit.project.signature_schema import parameters_schema
from toolkit.project.whole_file import replace_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from toolkit.project.project import Project

__all__ = ["Change", "Sync", "plan_sync"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing that program.json says otherwise than main."""

    input: str
    keyword: str | None
    """Of its schema; None: the input itself is new, or gone."""
    old: str | None
    """JSON text; None where there was nothing."""
    new: str | None

    def __str__(self) -> str:
        name = f"{self.input}: "
        if self.keyword is None:
            return f"{name}{'added' if self.old is None else 'removed'}"
        name += self.keyword
        if self.old is None or self.new is None:
            word = "added" if self.old is None else "removed"
            return f"{name} {self.new or self.old} {word}"
        return f"{name} {self.old} -> {self.new}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sync:
    """What a project's program.json would become."""

    project: Project
    changes: tuple[Change, ...]
    schema: Mapping[str, Any]

    def write(self) -> None:
        """Write it, if anything changes; all but the inputs' schema stays as it is.

        Raises:
            OSError: The file can not be written.
        """
        if not self.changes:
            return
        path = self.project.root / METADATA
        document = json.loads(path.read_bytes())
        spec = document.get("spec")
        document["spec"] = spec if isinstance(spec, dict) else {}
        document["spec"]["parameters"] = dict(self.schema)
        text = json.dumps(document, indent=2, ensure_ascii=False)
        replace_file(path.resolve(), f"{text}\n".encode())


def plan_sync(project: Project) -> Sync:
    """Compare program.json with main.

    Raises:
        ProjectError: The signature can not become a schema; lists every problem.
    """
    known = project.metadata.spec.get("parameters")
    known = known if isinstance(known, dict) else {}
    schema = parameters_schema(project.interface, known)
    changes = tuple(_changes(known, schema))
    return Sync(project=project, changes=changes, schema=schema)


def _changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    before, after = _inputs(old), _inputs(new)
    for name in dict.fromkeys((*before, *after)):
        if name not in before or name not in after:
            gone, come = _text(before, name), _text(after, name)
            yield Change(input=name, keyword=None, old=gone, new=come)
            continue
        was, becomes = before[name], after[name]
        for key in dict.fromkeys((*was, *becomes)):
            said, says = _text(was, key), _text(becomes, key)
            if said != says:
                yield Change(input=name, keyword=key, old=said, new=says)


def _inputs(schema: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return what each input must be, and whether there must be one."""
    needed = schema.get("required") or ()
    return {
        name: {**(held if isinstance(held, dict) else {}), "required": name in needed}
        for name, held in (schema.get("properties") or {}).items()
    }


def _text(values: Mapping[str, Any], key: str) -> str | None:
    if key not in values:
        return None
    return json.dumps(values[key], ensure_ascii=False, sort_keys=True)
