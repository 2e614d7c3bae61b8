"""A new project from a cookiecutter template, without the network."""

from __future__ import annotations

import difflib
import json
import re
import tempfile
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from subprocess import CalledProcessError
from typing import TYPE_CHECKING, Any

from toolkit.errors import TargetExistsError, TemplateError, UsageError
from toolkit.project import templates
from toolkit.project.settings import PYPROJECT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from toolkit.project.templates import Template

__all__ = ["new_project"]

# The question that the target folder's name answers, the likeliest first.
_NAMES = ("program_name", "project_slug", "name", "project_name")


def new_project(
    target: Path,
    *,
    template: str = "variational",
    answers: Mapping[str, str] | None = None,
    defaults: bool = True,
) -> Path:
    """Make a complete program project.

    Args:
        target: The folder to make; it may exist if it is empty.
        template: A built-in template's name, a path, or a URL.
        answers: Answers to the template's questions by name.
        defaults: Take the template's answer to every other question; if False,
            cookiecutter asks for them on the terminal.

    Returns:
        The project's folder, absolute.

    Raises:
        TargetExistsError: The folder holds files, or is a file.
        TemplateNotFoundError: No such template.
        TemplateError: The template can not be rendered.
        UsageError: The template has no such question, or not this choice.
    """
    target = Path(target).absolute()
    _require_free(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    # Rendered beside the target, so that the last step is a rename and a failure
    # leaves nothing behind.
    with tempfile.TemporaryDirectory(prefix=".qrt-new-", dir=target.parent) as scratch:
        source = templates.read_template(_obtain(template, Path(scratch)), template)
        given = _complete(source, dict(answers or {}), target)
        rendered, final = _render(source, given, Path(scratch), ask=not defaults)
        _record(rendered, source, final)
        if target.exists():
            target.rmdir()
        rendered.rename(target)
    return target


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


def _obtain(template: str, scratch: Path) -> Path:
    if not templates.is_address(template):
        found = templates.locate(template)
        if found.is_dir():
            return found
        template = str(found)
    from cookiecutter.exceptions import (  # noqa: PLC0415 - heavy
        CookiecutterException,
    )
    from cookiecutter.repository import determine_repo_dir  # noqa: PLC0415 - heavy

    clones = scratch / "clones"
    clones.mkdir()
    try:
        folder, _ = determine_repo_dir(
            template, _ABBREVIATIONS, clones, checkout=None, no_input=True
        )
    except CalledProcessError as err:
        said = bytes(err.output or b"").decode("utf-8", "replace").strip()
        raise TemplateError(
            f"The template {template} can not be fetched: {said or err}"
        ) from err
    except (CookiecutterException, OSError, ValueError) as err:
        raise TemplateError(
            f"The template {template} can not be fetched: {err}"
        ) from err
    return Path(folder)


_ABBREVIATIONS = {
    "gh": "https://github.com/{0}.git",
    "gl": "https://gitlab.com/{0}.git",
    "bb": "https://bitbucket.org/{0}",
}


def _complete(
    source: Template, answers: dict[str, str], target: Path
) -> dict[str, str]:
    for name, answer in answers.items():
        _require_question(source, name, answer)
    for name in _NAMES:
        if name in source.questions:
            answers.setdefault(name, _slug(target.name))
            break
    return answers


def _require_question(source: Template, name: str, answer: str) -> None:
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


def _render(
    source: Template, answers: dict[str, str], scratch: Path, *, ask: bool
) -> tuple[Path, dict[str, Any]]:
    # Not cookiecutter.main: it writes a replay file into the user's home.
    from cookiecutter.exceptions import (  # noqa: PLC0415 - heavy
        CookiecutterException,
    )
    from cookiecutter.generate import (  # noqa: PLC0415 - heavy
        generate_context,
        generate_files,
    )
    from cookiecutter.prompt import prompt_for_config  # noqa: PLC0415 - heavy
    from jinja2 import TemplateError as JinjaError  # noqa: PLC0415 - heavy

    manifest = source.folder / templates.MANIFEST
    try:
        context = generate_context(str(manifest), extra_context=answers)
        _forget_answered(context["cookiecutter"], answers, ask=ask)
        final = dict(prompt_for_config(context, no_input=not ask))
        final.update(answers)
        context["cookiecutter"] = final
        rendered = generate_files(
            repo_dir=str(source.folder), context=context, output_dir=str(scratch)
        )
    except (CookiecutterException, JinjaError, OSError, ValueError) as err:
        raise TemplateError(
            f"The template {source.name} can not be rendered: {err}"
        ) from err
    return Path(rendered), {k: v for k, v in final.items() if not k.startswith("_")}


def _forget_answered(
    questions: dict[str, Any], answers: Mapping[str, str], *, ask: bool
) -> None:
    """Turn answered questions into private ones, which cookiecutter does not ask."""
    if not ask:
        return
    for name in answers:
        questions[name] = [answers[name]]


def _record(project: Path, source: Template, answers: Mapping[str, Any]) -> None:
    """Write template, version and answers down: `qrt template update` needs them."""
    path = project / PYPROJECT
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    if "[tool.qrt.template]" in text:
        return
    lines = [
        text.rstrip("\n"),
        "",
        "[tool.qrt.template]",
        f"name = {_toml(source.name)}",
        f"version = {_toml(source.version or _own_version())}",
        "",
        "[tool.qrt.template.answers]",
        *_answer_lines(answers),
        "",
    ]
    path.write_text("\n".join(lines).lstrip("\n"), encoding="utf-8")


def _answer_lines(answers: Mapping[str, Any]) -> Iterator[str]:
    for name, answer in answers.items():
        yield f"{_toml(name)} = {_toml(answer)}"


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    # A JSON string is a valid TOML basic string once DEL is escaped.
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")


def _own_version() -> str:
    try:
        return version("qiskit-program-toolkit")
    except PackageNotFoundError:
        return "0"
