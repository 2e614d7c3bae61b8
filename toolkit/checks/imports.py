"""Will every import find its module on the service?"""

from __future__ import annotations

import difflib
import sys
from typing import TYPE_CHECKING

from toolkit.checks import distributions, import_scan, removed
from toolkit.checks.finding import Code, Severity
from toolkit.errors import ProjectError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from toolkit.checks.context import CheckContext
    from toolkit.checks.finding import Finding
    from toolkit.checks.import_scan import Import

__all__ = ["CODES", "check"]

MISSING = Code("QRT120", Severity.ERROR, "A module of the project is missing")
UNDECLARED = Code("QRT121", Severity.ERROR, "A requirement is not declared")
RELATIVE = Code("QRT122", Severity.ERROR, "A relative import leads out of the project")

CODES = (MISSING, UNDECLARED, RELATIVE)


def check(context: CheckContext) -> Iterator[Finding]:
    """Report imports that are neither local, standard, installed nor declared."""
    declared = _declared(context)
    for module in context.modules:
        seen: set[str] = set()
        if module.tree is None:
            continue
        for imported in import_scan.imports(module.tree):
            finding = _judge(context, imported, module.path, declared)
            if finding is not None and finding.message not in seen:
                seen.add(finding.message)
                yield finding


def _declared(context: CheckContext) -> frozenset[str]:
    if isinstance(context.pyproject, ProjectError):
        return frozenset()
    names = map(distributions.requirement_name, context.pyproject.requirements)
    return frozenset(name for name in names if name)


def _judge(
    context: CheckContext, imported: Import, importer: str, declared: frozenset[str]
) -> Finding | None:
    dotted = import_scan.absolute(imported, importer)
    if dotted is None:
        return RELATIVE.finding(
            f"`from {'.' * imported.level}{imported.module}` leads out of the project: "
            f"{importer} is in no package above that.",
            path=importer,
            line=imported.line,
            hint="Import by the module's plain name: files lie beside program.py.",
        )
    top = dotted.split(".")[0]
    if imported.level or top in context.local_names:
        return _judge_local(context, imported, dotted, importer)
    is_known = top in sys.stdlib_module_names or top in distributions.BASE_IMPORTS
    if is_known or imported.guarded or removed.replacement(dotted):
        return None
    if distributions.covers(declared, top):
        return None
    return _unknown(context, imported, top, importer)


def _judge_local(
    context: CheckContext, imported: Import, dotted: str, importer: str
) -> Finding | None:
    """Find the module part in the bundle; the name in it may be an attribute."""
    name = imported.name or ""
    module = dotted.removesuffix(f".{name}") if name else dotted
    base = module.replace(".", "/")
    files = context.collection.files
    if any(file.startswith((f"{base}.", f"{base}/")) for file in files):
        return None
    if imported.guarded or not base:
        return None
    return MISSING.finding(
        f"There is no module {module}.",
        path=importer,
        line=imported.line,
        hint=f"It would be {base}.py.",
    )


def _unknown(
    context: CheckContext, imported: Import, top: str, importer: str
) -> Finding:
    for candidate in (f"{top}.py", top):
        if (context.root / candidate).exists():
            return MISSING.finding(
                f"{candidate} is left out of the bundle, so {top} can not be imported.",
                hint="Take it back in .qrtignore with `!` and its name.",
                path=importer,
                line=imported.line,
            )
    near = difflib.get_close_matches(top, context.local_names - {"program"}, n=1)
    if near:
        return MISSING.finding(
            f"There is no module {top}.",
            hint=f"Did you mean {near[0]!r}?",
            path=importer,
            line=imported.line,
        )
    if top == "toolkit":
        hint = "It is not there when a program runs; use program_runtime."
    else:
        distribution = distributions.distribution_of(top)
        hint = (
            f'Add "{distribution}" to dependencies in pyproject.toml, '
            f"or write {top}.py."
        )
    return UNDECLARED.finding(
        f"{top} is imported, but neither declared nor part of the base environment.",
        hint=hint,
        path=importer,
        line=imported.line,
    )
