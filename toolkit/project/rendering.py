"""Renders a cookiecutter template without letting it do anything else.

A template can run code in three ways: hooks, Jinja extensions, and expressions that
reach through attributes of Python's own objects. The first two need consent; for the
third the expressions are rendered in Jinja's sandbox. Files are written by this module,
so that no name leads out of the folder.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cookiecutter import environment, find, generate, prompt
from cookiecutter.exceptions import (
    CookiecutterException,
    NonTemplatedInputDirException,
)
from jinja2 import FileSystemLoader, StrictUndefined
from jinja2 import TemplateError as JinjaError
from jinja2.sandbox import SandboxedEnvironment

from toolkit.errors import TemplateError
from toolkit.project import template_archive, templates

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from toolkit.project.template_archive import File
    from toolkit.project.templates import Template

__all__ = ["render"]

_BEFORE, _AFTER = "pre_gen_project", "post_gen_project"
_HOOKS = ("pre_prompt", _BEFORE, _AFTER)
# What expressions of a stranger can raise.
_FAULTS = (
    ArithmeticError,
    AttributeError,
    CookiecutterException,
    JinjaError,
    LookupError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
)


class _Sandbox(environment.ExtensionLoaderMixin, SandboxedEnvironment):
    """Cookiecutter's environment, without the way to Python's own objects."""


def render(
    template: Template, answers: Mapping[str, Any], *, ask: bool, trust: bool
) -> tuple[dict[str, File], dict[str, Any]]:
    """Render a template.

    Args:
        template: The template.
        answers: Answers by question; they are taken as they are.
        ask: Ask for the other answers at the terminal, instead of taking the
            template's own.
        trust: Run the template's hooks and load its extensions.

    Returns:
        The project's files by name, and all answers.

    Raises:
        TemplateError: It can not be rendered, or would run code unasked.
    """
    hooks = _hooks(template.folder)
    try:
        context = generate.generate_context(
            str(template.folder / templates.MANIFEST), extra_context=dict(answers)
        )
        _require_consent(template, context["cookiecutter"], hooks, trust=trust)
        sandbox = _sandbox(context)
        final = _answers(context["cookiecutter"], answers, sandbox, ask=ask)
        context["cookiecutter"] = final
        with tempfile.TemporaryDirectory(prefix="qrt-template-") as made:
            folder = Path(made) / "project"
            folder.mkdir()
            _run_hook(hooks.get(_BEFORE), folder, sandbox, context)
            inner = _inner(template, sandbox)
            _write(template, inner, folder, sandbox, context)
            _run_hook(hooks.get(_AFTER), folder, sandbox, context)
            files = dict(sorted(_collected(folder)))
    except _FAULTS as error:
        raise TemplateError(
            f"The template {template.name} can not be rendered: {error}"
        ) from error
    return files, {k: v for k, v in final.items() if not k.startswith("_")}


def _hooks(folder: Path) -> dict[str, Path]:
    found = sorted((folder / "hooks").glob("*"))
    return {p.stem: p for p in found if p.stem in _HOOKS and not p.name.endswith("~")}


def _require_consent(
    template: Template,
    questions: Mapping[str, Any],
    hooks: Mapping[str, Path],
    *,
    trust: bool,
) -> None:
    if "pre_prompt" in hooks:
        raise TemplateError(
            f"The template {template.name} has a pre_prompt hook, which is not known "
            "here.",
            hint="Generate the project with cookiecutter itself.",
        )
    runs = [f"hooks/{path.name}" for path in hooks.values()]
    runs += [f"the extension {name}" for name in questions.get("_extensions", [])]
    if runs and not trust:
        raise TemplateError(
            f"The template {template.name} runs code of its own: {', '.join(runs)}.",
            hint="Look at it, and pass --trust if you trust it.",
        )


def _sandbox(context: dict[str, Any]) -> SandboxedEnvironment:
    options = context["cookiecutter"].get("_jinja2_env_vars", {})
    return _Sandbox(
        context=context,
        keep_trailing_newline=True,
        undefined=StrictUndefined,
        **options,
    )


def _answers(
    questions: dict[str, Any],
    given: Mapping[str, Any],
    sandbox: SandboxedEnvironment,
    *,
    ask: bool,
) -> dict[str, Any]:
    """Answer every question, as ``cookiecutter.prompt`` does, but in the sandbox."""
    final: dict[str, Any] = {}
    words = questions.pop("__prompts__", {})
    for name, raw in questions.items():
        is_private = name.startswith("_")
        if is_private and not name.startswith("__"):
            final[name] = raw
        elif name in given:
            # Cookiecutter has put it first among the choices, and made it a bool.
            final[name] = raw[0] if isinstance(raw, list) else raw
        elif is_private or not ask:
            default = raw[0] if isinstance(raw, list) else raw
            final[name] = prompt.render_variable(sandbox, default, final)
        else:
            final[name] = _asked(name, raw, sandbox, final, words)
    return final


def _asked(
    name: str,
    raw: Any,
    sandbox: SandboxedEnvironment,
    final: dict[str, Any],
    words: Mapping[str, Any],
) -> Any:
    default = prompt.render_variable(sandbox, raw, final)
    if isinstance(raw, list):
        return prompt.read_user_choice(name, default, words)
    if isinstance(raw, bool):
        return prompt.read_user_yes_no(name, raw, words)
    if isinstance(raw, dict):
        return prompt.read_user_dict(name, default, words)
    return prompt.read_user_variable(name, default, words)


def _inner(template: Template, sandbox: SandboxedEnvironment) -> Path:
    try:
        return Path(find.find_template(template.folder, sandbox))
    except NonTemplatedInputDirException as error:
        raise TemplateError(
            f"The template {template.name} has no folder with the project's files.",
            hint="It is called after a question: {{cookiecutter.program_name}}.",
        ) from error


def _write(
    template: Template,
    inner: Path,
    folder: Path,
    sandbox: SandboxedEnvironment,
    context: dict[str, Any],
) -> None:
    shared = template.folder / "templates"
    _require_own(template, [inner, shared])
    sandbox.loader = FileSystemLoader([str(inner), str(shared)])
    for name in _names(inner):
        new = sandbox.from_string(name).render(**context)
        if not all(new.split("/")):
            continue  # A part that renders to nothing leaves the file out.
        wrong = template_archive.fault(new)
        if wrong:
            raise TemplateError(
                f"The template {template.name} has the file {name!r}, and {new!r} "
                f"{wrong}."
            )
        source, target = inner / name, folder / new
        target.parent.mkdir(parents=True, exist_ok=True)
        content = source.read_bytes()
        if not _is_copied(name, content, context):
            content = _rendered(name, content, sandbox, context)
        target.write_bytes(content)
        target.chmod(0o755 if os.access(source, os.X_OK) else 0o644)


def _require_own(template: Template, folders: list[Path]) -> None:
    """Refuse links out of the template: they could bring in any file."""
    top = template.folder.resolve()
    for folder in folders:
        for path in [folder, *sorted(folder.rglob("*"))]:
            if path.is_symlink() and not path.resolve().is_relative_to(top):
                raise TemplateError(
                    f"The template {template.name} holds a link that leads out of it: "
                    f"{path.relative_to(template.folder)}."
                )


def _names(inner: Path) -> Iterator[str]:
    for path in sorted(inner.rglob("*")):
        if path.is_file():
            yield path.relative_to(inner).as_posix()


def _is_copied(name: str, content: bytes, context: dict[str, Any]) -> bool:
    parents = [name, *(str(parent) for parent in Path(name).parents)]
    if b"\0" in content or any(generate.is_copy_only_path(p, context) for p in parents):
        return True
    try:
        content.decode()
    except UnicodeDecodeError:
        return True
    return False


def _rendered(
    name: str, content: bytes, sandbox: SandboxedEnvironment, context: dict[str, Any]
) -> bytes:
    text = sandbox.get_template(name).render(**context)
    end = context["cookiecutter"].get("_new_lines")
    if not end:
        end = "\r\n" if content.partition(b"\n")[0].endswith(b"\r") else "\n"
    return text.replace("\n", end).encode() if end != "\n" else text.encode()


def _run_hook(
    hook: Path | None,
    folder: Path,
    sandbox: SandboxedEnvironment,
    context: dict[str, Any],
) -> None:
    """Run a hook in the new project; what it prints is not the command's answer."""
    if hook is None:
        return
    text = sandbox.from_string(hook.read_text(encoding="utf-8")).render(**context)
    with tempfile.TemporaryDirectory(prefix="qrt-hook-") as place:
        script = Path(place) / hook.name
        script.write_text(text, encoding="utf-8")
        script.chmod(0o700)
        python = [sys.executable] if hook.suffix == ".py" else []
        done = subprocess.run([*python, str(script)], cwd=folder, stdout=2, check=False)
    if done.returncode:
        raise ValueError(f"hooks/{hook.name} ended with {done.returncode}")


def _collected(folder: Path) -> Iterator[tuple[str, File]]:
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and not path.is_symlink() and name.split("/")[0] != ".git":
            yield name, (path.read_bytes(), os.access(path, os.X_OK))
