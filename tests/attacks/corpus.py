"""The attacks and controls as their files describe them."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SHARED = tuple(HERE / "programs" / name for name in ("attempt.py", "channel.py"))
LEVELS = ("none", "reduced", "strong")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """See the package's docstring for what the fields mean."""

    name: str
    path: Path
    oracles: tuple[str, ...] = ()
    off: str | dict[str, str] = "none"
    levels: tuple[str, ...] = ("reduced", "strong")
    blocked_by: tuple[str, ...] = ("refused",)
    limits: dict[str, Any] = field(default_factory=dict)
    off_limits: dict[str, Any] = field(default_factory=dict)
    turns: int = 1
    payload: str | None = None
    alone: bool = False
    lives_on: bool = False
    cancel_after_s: float | None = None
    may_lack: str | None = None
    machine: str | None = None

    @property
    def kind(self) -> str:
        return self.name.split("/")[0]

    def off_for(self, user: str) -> str:
        """``none``, ``bare``, or why the defence is not seen off."""
        return self.off if isinstance(self.off, str) else self.off[user]


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """An honest program."""

    name: str
    path: Path
    expects: Any
    levels: tuple[str, ...] = LEVELS
    limits: dict[str, Any] = field(default_factory=dict)
    interim: list[Any] | None = None


def attacks() -> list[Attack]:
    """All attacks, by name."""
    root = HERE / "programs"
    found = []
    for path in sorted(root.glob("*/*.py")):
        name = path.relative_to(root).with_suffix("").as_posix()
        found.append(Attack(name=name, path=path, **_header(path, "ATTACK")))
    return found


def controls() -> list[Control]:
    """All controls, by name."""
    return [
        Control(name=path.stem, path=path, **_header(path, "CONTROL"))
        for path in sorted((HERE / "controls").glob("*.py"))
    ]


def chosen(found: list[Any], words: list[str]) -> list[Any]:
    """Those whose name or kind is among the words; all without words."""
    if not words:
        return found
    unknown = [w for w in words if not any(_is_meant(each, w) for each in found)]
    if unknown:
        raise SystemExit(f"No attack or control is called {', '.join(unknown)}.")
    return [each for each in found if any(_is_meant(each, w) for w in words)]


def _is_meant(each: Any, word: str) -> bool:
    return word in {each.name, getattr(each, "kind", "controls")}


def _header(path: Path, name: str) -> dict[str, Any]:
    """The dict of that name, read without running the file."""
    tree = ast.parse(path.read_text(), str(path))
    if not ast.get_docstring(tree):
        raise ValueError(f"{path} has no docstring")
    for node in tree.body:
        if isinstance(node, ast.Assign) and _is_name(node.targets[0], name):
            header = ast.literal_eval(node.value)
            return {k: tuple(v) if k in _TUPLES else v for k, v in header.items()}
    raise ValueError(f"{path} has no {name}")


def _is_name(target: ast.expr, name: str) -> bool:
    return isinstance(target, ast.Name) and target.id == name


_TUPLES = frozenset({"oracles", "levels", "blocked_by"})
