"""The lock of a project: its requirements, resolved with uv against the base."""

from __future__ import annotations

import re
import subprocess
import tempfile
import zipfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from program_runtime import environments
from program_runtime.environments import Kind, Lock
from program_runtime.environments import uv as uv_tool
from program_runtime.errors import BadRequirementsError, Problem
from toolkit.bundle import requirements as declared
from toolkit.project.whole_file import replace_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from program_runtime.environments import BaseEnvironment
    from toolkit.project.project import Project

__all__ = ["LOCK_NAME", "ProjectLock", "prepare_lock"]

LOCK_NAME: Final = environments.LOCK_NAME
_RESOLVE_S: Final = 600.0
_OFFLINE: Final = (
    "Failed to fetch",
    "error sending request",
    "network",
    "dns error",
    "offline",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectLock:
    """What a project requires beyond the base, pinned."""

    lock: Lock
    resolved: bool
    """False when the project's own lock still holds."""
    conflicts: tuple[str, ...] = ()
    """Packages of the base that it needs at another version, so that it gets an
    environment of its own: ``numpy 2.2.0 (the base has 2.4.6)``."""


def prepare_lock(
    project: Project,
    *,
    base: BaseEnvironment | None = None,
    upgrade: bool = False,
    on_resolve: Callable[[], None] | None = None,
) -> ProjectLock | None:
    """Resolve what the project requires, unless its lock holds already.

    The lock is kept in the project as ``requirements.lock``: the same requirements come
    to the same versions for everybody, until somebody asks for an upgrade.

    Args:
        project: The project.
        base: Where it is to run; this machine's own environment if not given.
        upgrade: Resolve anew, to the newest versions.
        on_resolve: Called before uv is.

    Returns:
        None if the base has all that is required: there is no lock then, and a file
        of that name is no part of the bundle.

    Raises:
        BadRequirementsError: A requirement can not be used, nothing meets all of them,
            or uv is missing.
    """
    stated = declared.read(project.requirements)
    if not stated or (base is None and declared.met_by_promise(stated)):
        return None
    base = base or _promised_here()
    stated = declared.applying(stated, base)
    if declared.met_by_base(stated, base):
        return None
    wanted = tuple(sorted(map(str, stated)))
    held = None if upgrade else _held(project.root)
    if held is not None and _still_holds(held, wanted, base):
        return ProjectLock(lock=held, resolved=False, conflicts=_named(held, base))
    if on_resolve is not None:
        on_resolve()
    lock = _resolve(project.root, wanted, base, held)
    replace_file((project.root / LOCK_NAME).resolve(), lock.text().encode())
    return ProjectLock(lock=lock, resolved=True, conflicts=_named(lock, base))


def _held(root: Path) -> Lock | None:
    held = environments.read_lock(root)
    if held is None and (root / LOCK_NAME).exists():
        raise BadRequirementsError(
            f"There is a {LOCK_NAME} that `qrt build` did not make.",
            hint="Give it another name, or let `qrt build --upgrade` write over it.",
        )
    return held


def _promised_here() -> BaseEnvironment:
    """Leave out what happens to be installed here: it is nobody else's."""
    return replace(environments.installed_base(), installed={})


def _still_holds(held: Lock, wanted: tuple[str, ...], base: BaseEnvironment) -> bool:
    """Whether a lock was made from these requirements for such an environment."""
    if (held.requires, held.python) != (wanted, base.python):
        return False
    if not _runs_on(held.platform, base.platform):
        return False
    if held.kind is Kind.OWN:
        return bool(environments.conflicts(held, base))
    return not environments.conflicts(held, base)


def _runs_on(made_for: str, platform: str) -> bool:
    """Whether wheels for one platform run on the other: glibc is upward compatible."""
    if made_for == platform:
        return True
    kind, found, least = made_for.rpartition("manylinux_2_")
    here, _, minor = platform.rpartition("manylinux_2_")
    return bool(found) and kind == here and int(least) <= int(minor)


def _named(lock: Lock, base: BaseEnvironment) -> tuple[str, ...]:
    if lock.kind is Kind.OVERLAY:
        return ()
    return tuple(environments.conflicts(lock, base))


def _resolve(
    root: Path, wanted: tuple[str, ...], base: BaseEnvironment, held: Lock | None
) -> Lock:
    """Resolve beside the base; if nothing fits beside it, in its place."""
    with tempfile.TemporaryDirectory(prefix="qrt-lock-") as name:
        uv = _Resolver(root=root, work=Path(name), base=base)
        beside = uv.beside_base(wanted, held)
        if isinstance(beside, Lock):
            return beside
        alone = "" if _is_offline(beside) else uv.alone(wanted, held)
    if isinstance(alone, Lock):
        return alone
    raise _unresolvable(wanted, base, beside, alone)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Resolver:
    root: Path
    work: Path
    base: BaseEnvironment

    def beside_base(self, wanted: tuple[str, ...], held: Lock | None) -> Lock | str:
        """Hold all of the base where it is; return why not, if that can not be."""
        promised = self.base.promised
        pins = [*self._stand_ins()]
        pins += [
            f"{name}=={version}"
            for name, version in self.base.installed.items()
            if name not in promised
        ]
        constraints = self._write("base.txt", pins)
        omitted = [word for name in promised for word in ("--no-emit-package", name)]
        options = ["--constraints", str(constraints), *omitted]
        return self._compile(wanted, wanted, Kind.OVERLAY, options, _pins(held))

    def alone(self, wanted: tuple[str, ...], held: Lock | None) -> Lock | str:
        """Resolve all that a program needs; where it can be, as the base has it."""
        asked = [*wanted, *self.base.runs.values()]
        preferred = {**self.base.versions(), **_pins(held)}
        return self._compile(wanted, asked, Kind.OWN, [], preferred)

    def _compile(
        self,
        wanted: tuple[str, ...],
        asked: Iterable[str],
        kind: Kind,
        options: Sequence[str],
        preferred: dict[str, str],
    ) -> Lock | str:
        """Run uv; what it prefers is what the file holds that it is to write."""
        target = self._write(
            f"{kind}.txt", [f"{name}=={held}" for name, held in preferred.items()]
        )
        command = [
            *(_uv(), "pip", "compile", "--quiet", "--no-progress", "--no-sources"),
            *("--only-binary", ":all:", "--generate-hashes"),
            *("--no-header", "--no-annotate", "--no-emit-index-url"),
            *("--python-version", self.base.python, "--no-python-downloads"),
            *("--python-platform", self.base.platform, "--output-file", str(target)),
            *options,
            str(self._write("asked.in", asked)),
        ]
        try:
            done = subprocess.run(
                command,
                cwd=self.root,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=_RESOLVE_S,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return f"uv took longer than {_RESOLVE_S:g} s"
        if done.returncode:
            return done.stderr
        return self._lock(target.read_text(encoding="utf-8"), wanted, kind)

    def _lock(self, text: str, wanted: tuple[str, ...], kind: Kind) -> Lock:
        header = [
            f"# environment: {kind}",
            f"# python: {self.base.python}",
            f"# platform: {self.base.platform}",
            *(f"# requires: {requirement}" for requirement in wanted),
        ]
        return environments.parse_lock("\n".join([*header, text]))

    def _stand_ins(self) -> Iterable[str]:
        """Name wheels that say what the base has, and hold nothing.

        With an address uv asks no index for them: not even one that lacks the version.
        """
        for each in self.base.promised.values():
            wheel = _stand_in(each.name, each.version, each.requires, self.work)
            yield f"{each.name} @ {wheel.as_uri()}"

    def _write(self, name: str, lines: Iterable[str]) -> Path:
        path = self.work / name
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        return path


def _pins(held: Lock | None) -> dict[str, str]:
    return held.versions() if held is not None else {}


def _stand_in(name: str, version: str, requires: Iterable[str], folder: Path) -> Path:
    stem = f"{name.replace('-', '_')}-{version}"
    about = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    about += "".join(f"Requires-Dist: {each}\n" for each in requires)
    kind = "Wheel-Version: 1.0\nGenerator: qrt\nRoot-Is-Purelib: true\n"
    files = {"METADATA": about, "WHEEL": f"{kind}Tag: py3-none-any\n", "RECORD": ""}
    path = folder / f"{stem}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        for file, content in files.items():
            wheel.writestr(zipfile.ZipInfo(f"{stem}.dist-info/{file}"), content)
    return path


def _uv() -> str:
    uv = uv_tool.find_uv()
    if uv is None:
        raise BadRequirementsError(
            "The project requires more than the base environment has, and uv, "
            "which resolves that, is not installed.",
            hint=uv_tool.MISSING_HINT,
        )
    return uv


def _is_offline(output: str) -> bool:
    return any(word in output for word in _OFFLINE)


def _unresolvable(
    wanted: tuple[str, ...], base: BaseEnvironment, beside: str, alone: str
) -> BadRequirementsError:
    """Say why, and if the base is in the way, also why not without it."""
    problems = [Problem(path=", ".join(wanted), message=uv_tool.reason(beside))]
    hint = "Change the dependencies in pyproject.toml; wheels alone are considered."
    if _is_offline(beside):
        hint = (
            "The package index was not reached: go online, or name another one as "
            "for uv (UV_INDEX_URL, UV_FIND_LINKS, uv.toml)."
        )
    elif any(word in base.promised for word in re.findall(r"[a-z0-9-]+", beside)):
        message = uv_tool.reason(alone)
        problems.append(Problem(path="an environment of its own", message=message))
    return BadRequirementsError(
        "The requirements can not be resolved:", problems=problems, hint=hint
    )
