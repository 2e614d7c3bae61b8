"""Brings what changed in a template into a project that came from it."""

from __future__ import annotations

import difflib
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from toolkit.errors import (
    DirtyProjectError,
    ProjectError,
    TemplateError,
    TemplateNotFoundError,
)
from toolkit.project import (
    scaffold,
    template_archive,
    template_merge,
    template_record,
    template_source,
)
from toolkit.project.settings import PYPROJECT
from toolkit.project.template_merge import Kind, Labels
from toolkit.project.whole_file import replace_file

if TYPE_CHECKING:
    from collections.abc import Mapping

    from toolkit.project.template_archive import File
    from toolkit.project.template_merge import Change
    from toolkit.project.template_record import Record
    from toolkit.project.template_source import Fetched

__all__ = ["Update", "plan_update"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """What a project would become."""

    root: Path
    old: Record | None
    """None: it is not known where the project came from."""
    new: Record
    changes: tuple[Change, ...]
    files: Mapping[str, File | None]
    """Every file to write, the record's included; None: to remove."""

    @property
    def conflicts(self) -> int:
        """How many places wait to be resolved by hand."""
        return sum(change.conflicts for change in self.changes)

    def diff(self) -> str:
        """Show the changes of the project's files as ``diff -u`` would."""
        return "".join(
            line
            for name, file in self.files.items()
            if name != template_record.BASE
            for line in _diff(name, _read(self.root / name), file)
        )

    def write(self) -> None:
        """Write the files, each as a whole; the record last.

        Raises:
            OSError: A file can not be written.
        """
        for name, file in self.files.items():
            path = self.root / name
            if file is None:
                path.unlink(missing_ok=True)
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            replace_file(path, file[0], mode=0o755 if file[1] else 0o644)


def plan_update(
    root: Path,
    *,
    template: str | None = None,
    answers: Mapping[str, str] | None = None,
    ask: bool = False,
    trust: bool = False,
    allow_dirty: bool = False,
) -> Update:
    """Merge a template's newest version into a project; nothing is written.

    Args:
        root: The project's folder.
        template: Where the template is now, if not where it was; a project without a
            record begins anew with it, and every difference is a conflict.
        answers: Answers that go before the recorded ones.
        ask: Ask for answers to new questions at the terminal.
        trust: Run the template's own code.
        allow_dirty: Even if git knows of changes that are not committed.

    Returns:
        The plan.

    Raises:
        ProjectError: The folder does not exist.
        DirtyProjectError: Changes are not committed.
        TemplateError: It is not known what the template made, or it can not be
            fetched or rendered.
        UsageError: An answer does not fit the template's questions.
    """
    from toolkit.project import rendering  # noqa: PLC0415 - cookiecutter is heavy

    root = Path(root).absolute()
    if not root.is_dir():
        raise ProjectError(f"{root} is no folder.")
    old = template_record.read_record(root / PYPROJECT)
    base = _base(root, old, template)
    if not allow_dirty:
        _require_clean(root)
    with tempfile.TemporaryDirectory(prefix="qrt-template-") as scratch:
        fetched = _fetch(template, old, root, Path(scratch))
        given = _answers(fetched, old, answers or {}, root.name)
        theirs, final = rendering.render(fetched.template, given, ask=ask, trust=trust)
    new = template_record.record_of(fetched, final, root)
    labels = Labels(
        base=old.label if old else "nothing", theirs=f"template {new.label}"
    )
    ours = {name: _ours(root, name) for name in {*base, *theirs}}
    held = {name: file for name, file in ours.items() if file is not None}
    changes = template_merge.merge(_plain(held), _plain(base), _plain(theirs), labels)
    files = _files(root, changes, theirs, old, new)
    return Update(root=root, old=old, new=new, changes=tuple(changes), files=files)


def _base(root: Path, old: Record | None, template: str | None) -> dict[str, File]:
    """Read what the template made when it was last merged."""
    path = root / template_record.BASE
    if old is not None and path.is_file():
        try:
            return template_archive.read_archive(path)
        except TemplateError as error:
            raise TemplateError(error.message, hint=_begin_anew(old)) from error
    if template is not None:
        return {}
    if old is None:
        raise TemplateError(
            f"{root} does not say which template it came from.",
            hint="Name it once: `qrt template update --template NAME -d NAME=ANSWER`; "
            "where your files differ from it is then a conflict.",
        )
    raise TemplateError(
        f"{root} does not hold what {old.label} made of it: there is no "
        f"{template_record.BASE}.",
        hint=_begin_anew(old),
    )


def _begin_anew(old: Record) -> str:
    return (
        f"Take {template_record.BASE} back from the project's history; or remove it "
        f"and begin anew with `qrt template update --template {old.name}`: where your "
        "files differ from the template is then a conflict."
    )


def _fetch(
    template: str | None, old: Record | None, root: Path, scratch: Path
) -> Fetched:
    if template is not None or old is None:
        return template_source.fetch(template or "", scratch)
    try:
        return template_source.fetch(template_record.address_of(old, root), scratch)
    except (TemplateError, TemplateNotFoundError) as error:
        raise TemplateError(
            f"{root} came from the template {old.name}. {error.message}",
            hint="Name where it is now: `qrt template update --template PATH/URL`.",
        ) from error


def _require_clean(root: Path) -> None:
    program = shutil.which("git")
    if program is None:
        return
    words = ["status", "--porcelain", "--untracked-files=no", "--", "."]
    done = subprocess.run(
        [program, "-C", str(root), *words], capture_output=True, check=False
    )
    changed = done.stdout.decode("utf-8", "replace").splitlines()
    if done.returncode or not changed:
        return  # No repository, or nothing to lose in it.
    names = ", ".join(line[3:] for line in changed[:3])
    more = f" and {len(changed) - 3} more" if len(changed) > 3 else ""  # noqa: PLR2004
    raise DirtyProjectError(
        f"There are changes that are not committed: {names}{more}.",
        hint="Commit them, so that the update can be looked at and taken back, or pass "
        "--allow-dirty.",
    )


def _answers(
    fetched: Fetched, old: Record | None, answers: Mapping[str, str], folder: str
) -> dict[str, Any]:
    """Take the recorded answers to the questions that there still are."""
    questions = fetched.template.questions
    recorded = {
        name: answer
        for name, answer in (old.answers if old else {}).items()
        if name in questions
    }
    return scaffold.checked_answers(fetched.template, {**recorded, **answers}, folder)


def _ours(root: Path, name: str) -> File | None:
    path = root / name
    inside = path.parent.resolve().is_relative_to(root.resolve())
    if path.is_symlink() or not inside:
        raise TemplateError(
            f"{path} is a link, or lies behind one, and is not written through.",
            hint="Put a file in its place.",
        )
    return _read(path)


def _read(path: Path) -> File | None:
    if not path.is_file():
        return None
    return path.read_bytes(), os.access(path, os.X_OK)


def _plain(files: Mapping[str, File]) -> dict[str, File]:
    """Leave the record out, which is no matter of a merge."""
    found = dict(files)
    if PYPROJECT in found:
        content, is_executable = found[PYPROJECT]
        text = template_record.without_record(content.decode("utf-8", "replace"))
        found[PYPROJECT] = (text.encode(), is_executable)
        if not text.strip():
            del found[PYPROJECT]
    return found


def _files(
    root: Path,
    changes: list[Change],
    theirs: Mapping[str, File],
    old: Record | None,
    new: Record,
) -> dict[str, File | None]:
    """Name what has to be written; nothing if all is as it was."""
    files = {c.path: c.file for c in changes if c.kind is not Kind.LEFT_OUT}
    base = template_archive.pack(theirs), False
    if not files and old == new and _read(root / template_record.BASE) == base:
        return {}
    held = files.get(PYPROJECT) or _read(root / PYPROJECT) or (b"", False)
    text = template_record.with_record(held[0].decode("utf-8", "replace"), new)
    files.pop(PYPROJECT, None)
    return {
        **files,
        PYPROJECT: (text.encode(), held[1]),
        template_record.BASE: base,
    }


def _diff(name: str, old: File | None, new: File | None) -> list[str]:
    before, after = (
        (file[0] if file else b"").decode("utf-8", "replace").splitlines(keepends=True)
        for file in (old, new)
    )
    names = (f"a/{name}" if old else "/dev/null", f"b/{name}" if new else "/dev/null")
    lines = difflib.unified_diff(before, after, names[0], names[1])
    return [line if line.endswith("\n") else f"{line}\n" for line in lines]
