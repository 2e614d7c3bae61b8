"""Will the service take the bundle's files?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from program_runtime.bundle import BundleLimits, names
from program_runtime.bundle.limits import size_text
from toolkit.checks.finding import Code, Severity
from toolkit.project.project import METADATA, SOURCE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from toolkit.checks.context import CheckContext
    from toolkit.checks.finding import Finding

__all__ = ["CODES", "check"]

REFUSED = Code(
    "QRT403", Severity.ERROR, "A file can not be in a bundle", ignorable=False
)
LEFT_OUT = Code(
    "QRT404",
    Severity.ERROR,
    ".qrtignore leaves out what a bundle needs",
    ignorable=False,
)
TOO_LARGE = Code(
    "QRT405", Severity.ERROR, "The bundle is over a limit", ignorable=False
)
LARGE = Code("QRT406", Severity.WARNING, "A file is large")

CODES = (REFUSED, LEFT_OUT, TOO_LARGE, LARGE)

_MIB = 1024 * 1024
_SOURCES = (SOURCE, METADATA)
_LARGE_BYTES = 5 * _MIB
_HINT = "Name it in .qrtignore, or pass it as an input."


def check(context: CheckContext) -> Iterator[Finding]:
    """Report files that can not be in a bundle, and those over the limits."""
    for problem in context.collection.problems:
        yield REFUSED.finding(f"It {problem.message}.", path=problem.path)
    for name in _SOURCES:
        if name not in context.collection.files and (context.root / name).is_file():
            yield LEFT_OUT.finding(
                "It is left out of the bundle, which needs it.",
                path=name,
                hint=f"Take it back in .qrtignore with `!{name}`.",
            )
    yield from _over(_sizes(context), BundleLimits())


def _sizes(context: CheckContext) -> dict[str, int]:
    sizes = {}
    for name, path in context.collection.files.items():
        try:
            sizes[name] = path.stat().st_size
        except OSError:
            sizes[name] = 0  # It went away since; building will say so.
    return sizes


def _over(sizes: Mapping[str, int], limits: BundleLimits) -> Iterator[Finding]:
    for name, size in sizes.items():
        most = limits.source_bytes if name in _SOURCES else limits.file_bytes
        if size > most:
            yield TOO_LARGE.finding(
                f"It has {size_text(size)}, at most {size_text(most)} are taken.",
                path=name,
                hint=_HINT,
            )
        elif size > _LARGE_BYTES:
            yield LARGE.finding(f"It has {size_text(size)}.", path=name, hint=_HINT)
        fault = names.fault(name, limits)
        if fault:
            yield REFUSED.finding(f"It {fault}.", path=name)
    for clash in names.clashes(sizes):
        yield REFUSED.finding(f"It {clash.message}.", path=clash.path, hint=clash.hint)
    total = sum(sizes.values())
    if total > limits.total_bytes:
        yield TOO_LARGE.finding(
            f"All files have {size_text(total)}, "
            f"at most {size_text(limits.total_bytes)} are taken.",
            hint="Name what the program does not need in .qrtignore.",
        )
    if len(sizes) > limits.files:
        yield TOO_LARGE.finding(
            f"There are {len(sizes)} files, at most {limits.files} are taken.",
            hint="Name what the program does not need in .qrtignore.",
        )
