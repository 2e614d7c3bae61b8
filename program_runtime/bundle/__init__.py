"""The archive a program is published as: written, read, unpacked, inspected."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from program_runtime.bundle.archive import Archive, open_archive
    from program_runtime.bundle.entry_point import check_source
    from program_runtime.bundle.inspect import BundleSummary, inspect_bundle
    from program_runtime.bundle.limits import BundleLimits
    from program_runtime.bundle.reader import read_bundle, read_file, unpack_bundle
    from program_runtime.bundle.single_file import single_file_bundle
    from program_runtime.bundle.writer import BundleInfo, digest_file, write_bundle

__all__ = [
    "Archive",
    "BundleInfo",
    "BundleLimits",
    "BundleSummary",
    "check_source",
    "digest_file",
    "inspect_bundle",
    "open_archive",
    "read_bundle",
    "read_file",
    "single_file_bundle",
    "unpack_bundle",
    "write_bundle",
]

# Lazy, because ``python -m program_runtime.bundle.inspect`` must find its module
# not yet imported, and because a writer needs no reader.
_MODULES = {
    "Archive": "archive",
    "BundleInfo": "writer",
    "BundleLimits": "limits",
    "BundleSummary": "inspect",
    "check_source": "entry_point",
    "digest_file": "writer",
    "inspect_bundle": "inspect",
    "open_archive": "archive",
    "read_bundle": "reader",
    "read_file": "reader",
    "single_file_bundle": "single_file",
    "unpack_bundle": "reader",
    "write_bundle": "writer",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = importlib.import_module(f"{__name__}.{_MODULES[name]}")
    return getattr(module, name)


def __dir__() -> list[str]:
    return __all__
