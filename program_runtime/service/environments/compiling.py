"""The child that compiles what was installed, and can do nothing else.

Programs can not write beside the modules that they import, so without this each job
would compile them anew. Nothing is imported: the sources are a stranger's, and are only
read, by a process that has given up all but their folder.
"""

from __future__ import annotations

import compileall
import py_compile
import sys

from program_runtime.service import inspector

__all__ = ["main"]

_DEPTH = 40


def main(arguments: list[str]) -> int:
    """Compile all modules below a folder; those that can not be are left as they are.

    Args:
        arguments: The folder.
    """
    (folder,) = arguments
    inspector.confine(folder, writable=folder)
    compileall.compile_dir(
        folder,
        maxlevels=_DEPTH,
        quiet=2,
        # They never change, so that nobody has to look whether they did.
        invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
