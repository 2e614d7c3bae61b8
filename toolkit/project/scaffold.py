"""A new project from a cookiecutter template, without the network."""

from __future__ import annotations

import difflib
import json
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from toolkit.errors import TargetExistsError, TemplateError, UsageError
from toolkit.project import template_archive, template_record, template_source
from toolkit.project.settings import PYPROJECT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from toolkit.project.template_archive import File
    from toolkit.project.template_record import Record
    from toolkit.project.templates import Template

__all__ = ["checked_answers", "new_project", "recorded"]

# The question that the target folder's name answers, the likeliest first.
_NAMES = ("program_name", "project_slug", "name", "project_name")


def new_project(
    target: Path,
    *,
    template: str = "variational",
    answers: Mapping[str, str] | None = None,
    defaults: bool = True,
    trust: bool = False,
) -> Path:
    """Make a complete program project.

    Args:
        target: The folder to make; it may exist if it is empty.
        template: A built-in template's name, the path of a folder or a zip file, or
            the address of a zip file or a git repository.
        answers: Answers to the template's questions by name.
        defaults: Take the template's answer to every other question; if False,
            cookiecutter asks for them on the terminal.
        trust: Run the template's own code: hooks and extensions.

    Returns:
        The project's folder, absolute.

    Raises:
        TargetExistsError: The folder holds files, or is a file.
        TemplateNotFoundError: No such template.
        TemplateError: The template can not be fetched or rendered, or would run code
            of its own without ``trust``.
        UsageError: The template has no such question, or not this choice.
    """
    from toolkit.project import rendering  # noqa: PLC0415 - cookiecutter is heavy

    target = Path(target).absolute()
    _require_free(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    # Written beside the target, so that the last step is a rename and a failure
    # leaves nothing behind.
    with tempfile.TemporaryDirectory(prefix=".qrt-new-", dir=target.parent) as scratch:
        fetched = template_source.fetch(template, Path(scratch))
        given = checked_answers(fetched.template, answers or {}, target.name)
        files, final = rendering.render(
            fetched.template, given, ask=not defaults, trust=trust
        )
        record = template_record.record_of(fetched, final, target)
        made = Path(scratch) / "project"
        made.mkdir()
        template_archive.unpack(recorded(files, record), made)
        if target.exists():
            target.rmdir()
        made.rename(target)
    return target


def recorded(files: Mapping[str, File], record: Record) -> dict[str, File]:
    """Add to a project's files what `qrt template update` needs.

    Args:
        files: What the template made.
        record: Of the template and the answers.

    Raises:
        TemplateError: The template's pyproject.toml is no text.
    """
    content, is_executable = files.get(PYPROJECT, (b"", False))
    try:
        text = template_record.with_record(content.decode(), record)
    except UnicodeDecodeError as error:
        raise TemplateError(
            f"{PYPROJECT} of the template {record.name} is not in UTF-8: {error}"
        ) from error
    return {
        **files,
        PYPROJECT: (text.encode(), is_executable),
        template_record.BASE: (template_archive.pack(files), False),
    }


def _require_free(target: Path) -> None:
    if target.is_dir():
        held = sorted(path.name for path in target.iterdir())
        if held:
            raise TargetExistsError(
                f"The folder {target} is not empty: it holds {_few(held)}.",
                hint="Choose another folder, or empty this one.",
            )
    elif target.exists() or target.is_symlink():
        raise TargetExistsError(
            f"{target} is a file, not a folder.", hint="Choose another name."
        )


def _few(names: list[str], most: int = 3) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def checked_answers(
    source: Template, answers: Mapping[str, Any], folder: str
) -> dict[str, Any]:
    """Hold answers against a template's questions.

    Args:
        source: The template.
        answers: By question.
        folder: The project's folder, whose name answers the question for a name.

    Returns:
        The answers, with one more.

    Raises:
        UsageError: The template has no such question, or not this choice.
    """
    given = dict(answers)
    for name, answer in given.items():
        _require_question(source, name, answer)
        if isinstance(source.questions[name], dict) and isinstance(answer, str):
            given[name] = _object(name, answer)
    for name in _NAMES:
        if name in source.questions:
            given.setdefault(name, _slug(folder))
            break
    return given


def _object(name: str, answer: str) -> Any:
    try:
        return json.loads(answer)
    except ValueError as error:
        raise UsageError(
            f"{name} takes a JSON object, and {answer!r} is none.",
            hint=f"""Write -d {name}='{{"key": "value"}}'.""",
        ) from error


def _require_question(source: Template, name: str, answer: Any) -> None:
    if name not in source.questions:
        near = difflib.get_close_matches(name, source.questions, n=1)
        known = f"Its questions: {', '.join(source.questions)}."
        raise UsageError(
            f"The template {source.name} does not ask for {name!r}.",
            hint=f"Did you mean {near[0]!r}?" if near else known,
        )
    choices = source.questions[name]
    if isinstance(choices, list) and answer not in choices:
        raise UsageError(
            f"{name}={answer!r} is none of the template's choices.",
            hint=f"Choose one of: {', '.join(map(str, choices))}.",
        )


def _slug(folder: str) -> str:
    """Make a program's name, ``^[a-z0-9][a-z0-9_-]{0,62}$``, of a folder's."""
    text = re.sub(r"[^a-z0-9_-]+", "-", folder.lower()).strip("-_")
    return text[:63] or "program"
