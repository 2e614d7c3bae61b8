"""Raises its own limits, by every call, also those of its children.

Must be refused.
"""

import resource

from attempt import attempts

ATTACK = {
    "off": {"root": "none", "ordinary": "the kernel lets only root raise a limit"},
    "may_lack": "root may raise no limit on this machine",
    "limits": {"open_files": 64, "file_bytes": 1_000_000},
    "off_limits": {"open_files": 64, "file_bytes": 1_000_000},
}

KINDS = {
    "files": resource.RLIMIT_NOFILE,
    "size": resource.RLIMIT_FSIZE,
    "cores": resource.RLIMIT_CORE,
    "locked": resource.RLIMIT_MEMLOCK,
}


def main(backend, user_messenger):
    def raised(kind):
        hard = resource.getrlimit(kind)[1]
        if hard == resource.RLIM_INFINITY:
            return "it is not bounded"
        try:
            resource.setrlimit(kind, (hard + 1, hard + 1))
        except ValueError as error:
            raise PermissionError(1, str(error)) from error
        return f"raised to {resource.getrlimit(kind)}"

    return attempts(
        **{name: (lambda kind=kind: raised(kind)) for name, kind in KINDS.items()}
    )
