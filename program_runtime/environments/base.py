"""The base environment: what every program finds, whatever it requires."""

from __future__ import annotations

import functools
import hashlib
import platform as machine
import sys
from dataclasses import dataclass, field
from importlib import metadata
from typing import TYPE_CHECKING, Any, Final

from program_runtime.environments.lock import normalise

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["BaseEnvironment", "Distribution", "installed_base", "own_requirements"]

TOOLKIT: Final = "qiskit-program-toolkit"
_OPTIONAL: Final = ("mthree",)
"""In the base where it is installed."""
_SERVICE: Final = ("service", "postgres")
"""The extras with what serves, which is nobody's business."""
_RUNS_A_JOB: Final = frozenset(
    {"jsonschema", "numpy", "qiskit", "qiskit-aer", "qiskit-qasm3-import", "scipy"}
)
"""What the process of a program imports itself."""
_ALSO_RUNS: Final = ("qiskit-ibm-runtime",)
"""The fake devices come with it."""
_GLIBC: Final = range(28, 41)
"""The minor versions of glibc that uv knows as platforms, older ones are all 28's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """An installed package."""

    name: str
    version: str
    requires: tuple[str, ...] = ()
    """Its requirements, those of its extras included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseEnvironment:
    """What is installed where programs run, and for what Python and platform.

    Example:
        >>> base = BaseEnvironment(python="3.11", platform="x86_64-manylinux_2_36")
        >>> base.identity() == base.identity()
        True
    """

    python: str
    platform: str
    promised: Mapping[str, Distribution] = field(default_factory=dict)
    """What a program may count on: the toolkit's own requirements, by name."""
    installed: Mapping[str, str] = field(default_factory=dict)
    """Name to version of all that can be imported, promised or not."""
    own: frozenset[str] = frozenset()
    """Of what is installed, that which only the service itself needs."""
    runs: Mapping[str, str] = field(default_factory=dict)
    """Requirement texts, by name, of what an environment of its own must hold."""

    def versions(self) -> dict[str, str]:
        """Return name to version of everything that is there."""
        promised = {name: each.version for name, each in self.promised.items()}
        return {**self.installed, **promised}

    def identity(self) -> str:
        """Return a digest that changes when anything of it does."""
        parts = [self.python, self.platform]
        parts += [f"{name}=={held}" for name, held in sorted(self.versions().items())]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def document(self) -> dict[str, Any]:
        """Return it as JSON values, without what the service itself is made of."""
        told = {n: held for n, held in self.installed.items() if n not in self.own}
        return {
            "python": self.python,
            "platform": self.platform,
            "promised": [
                {
                    "name": each.name,
                    "version": each.version,
                    "requires": list(each.requires),
                }
                for each in self.promised.values()
            ],
            "installed": told,
            "runs": dict(self.runs),
        }

    @classmethod
    def parse(cls, content: Mapping[str, Any]) -> BaseEnvironment:
        """Read what ``document`` made.

        Raises:
            KeyError: Something is missing.
            TypeError: Something is of another type.
        """
        promised = [
            Distribution(
                name=normalise(str(each["name"])),
                version=str(each["version"]),
                requires=tuple(map(str, each["requires"])),
            )
            for each in content["promised"]
        ]
        return cls(
            python=str(content["python"]),
            platform=str(content["platform"]),
            promised={each.name: each for each in promised},
            installed=_texts(content["installed"]),
            runs=_texts(content["runs"]),
        )


@functools.cache
def installed_base() -> BaseEnvironment:
    """Look at the environment of this interpreter, once.

    Returns:
        What is promised to programs, and what happens to be there besides.
    """
    found: dict[str, metadata.Distribution] = {}
    for each in metadata.distributions():
        name = each.metadata["Name"]
        # The first on the path is the one that is imported.
        if name:
            found.setdefault(normalise(name), each)
    promised = _closure((TOOLKIT, *_OPTIONAL), found)
    own = _closure(_extra_requirements(_SERVICE), found) - promised
    return BaseEnvironment(
        python=f"{sys.version_info.major}.{sys.version_info.minor}",
        platform=_platform(),
        promised={name: _distribution(name, found[name]) for name in sorted(promised)},
        installed={name: each.version for name, each in sorted(found.items())},
        own=frozenset(own),
        runs={
            **own_requirements(),
            **{
                name: f"{name}=={found[name].version}"
                for name in _ALSO_RUNS
                if name in found
            },
        },
    )


def own_requirements() -> dict[str, str]:
    """Return what the process of a program needs, by name, whatever program it is.

    >>> sorted(own_requirements())[:2]
    ['jsonschema', 'numpy']
    """
    from packaging.requirements import Requirement  # noqa: PLC0415 - for locks only

    stated = map(Requirement, metadata.requires(TOOLKIT) or ())
    return {
        normalise(each.name): f"{normalise(each.name)}{each.specifier}"
        for each in stated
        if normalise(each.name) in _RUNS_A_JOB and each.marker is None
    }


def _extra_requirements(extras: Iterable[str]) -> Iterable[str]:
    """Name what the toolkit requires for these extras alone."""
    from packaging.requirements import Requirement  # noqa: PLC0415 - for locks only

    for each in map(Requirement, metadata.requires(TOOLKIT) or ()):
        marker = each.marker
        if marker is None or marker.evaluate({"extra": ""}):
            continue
        if any(marker.evaluate({"extra": extra}) for extra in extras):
            yield normalise(each.name)


def _closure(
    roots: Iterable[str], found: Mapping[str, metadata.Distribution]
) -> set[str]:
    """Return the roots that are installed, and all that they require."""
    from packaging.requirements import Requirement  # noqa: PLC0415 - for locks only

    known: set[str] = set()
    waiting = [name for name in roots if name in found]
    while waiting:
        name = waiting.pop()
        if name in known:
            continue
        known.add(name)
        for each in map(Requirement, found[name].requires or ()):
            wanted = each.marker is None or each.marker.evaluate({"extra": ""})
            if wanted and normalise(each.name) in found:
                waiting.append(normalise(each.name))
    return known


def _distribution(name: str, found: metadata.Distribution) -> Distribution:
    """Keep what extras would add: the rest is there."""
    requires = [each for each in found.requires or () if "extra" in each]
    if name == TOOLKIT:
        requires = []
    return Distribution(name=name, version=found.version, requires=tuple(requires))


def _platform() -> str:
    """Name this platform as uv does."""
    processor = machine.machine().lower()
    if sys.platform == "darwin":
        kind = "aarch64" if processor == "arm64" else "x86_64"
        return f"{kind}-apple-darwin"
    library, version = machine.libc_ver()
    if library != "glibc":
        return f"{processor}-unknown-linux-musl"
    minor = int(version.partition(".")[2] or 0)
    return f"{processor}-manylinux_2_{min(max(minor, _GLIBC[0]), _GLIBC[-1])}"


def _texts(content: Mapping[str, Any]) -> dict[str, str]:
    return {normalise(str(name)): str(text) for name, text in content.items()}
