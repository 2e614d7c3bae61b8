"""Watches what Python itself tells of imports, processes, files and sockets."""

import contextlib
import sys
import sysconfig

_FORBIDDEN = (
    *("os.system", "os.exec", "os.posix_spawn", "os.fork", "os.forkpty", "os.putenv"),
    *("subprocess.Popen", "pty.spawn", "socket.", "urllib.Request", "ctypes."),
    *("pickle.find_class", "code.__new__", "builtins.input"),
    *("os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.link", "os.symlink"),
    *("os.chmod", "os.chown", "os.truncate", "shutil.", "tempfile.", "webbrowser."),
    *("sys._getframe", "sys.setprofile", "sys.settrace", "gc.get_objects"),
)
_PLACES = tuple(
    {sysconfig.get_paths()[name] for name in ("stdlib", "purelib", "platlib")}
)
PLANTED = "planted_canary_module"
"""A module that must never be imported; the tests put it in reach."""
_watching: list[list[str]] = []
_installed = False


@contextlib.contextmanager
def nothing_is_run():
    """Fail if code is run, a process or socket made, or a file changed inside.

    A hook can not be taken back: it stays for the life of the process, and looks only
    while somebody watches.
    """
    global _installed  # noqa: PLW0603 - one hook a process
    if not _installed:
        sys.addaudithook(_hook)
        _installed = True
    seen: list[str] = []
    _watching.append(seen)
    try:
        yield
    finally:
        _watching.remove(seen)
    assert not seen, seen


def _hook(event, arguments):
    if not _watching:
        return
    if event.startswith(_FORBIDDEN) or _is_wrong(event, arguments):
        _watching[-1].append(f"{event}{arguments!r:.200}")


def _is_wrong(event, arguments):
    if event == "open":
        return _is_written(arguments[1], arguments[2])
    if event == "import":
        return arguments[0].partition(".")[0] in {PLANTED, "antigravity", "this"}
    if event == "exec":
        # Modules may be imported late; a text is never run.
        return not arguments[0].co_filename.startswith((*_PLACES, "<frozen "))
    return False


def _is_written(mode, flags):
    if isinstance(mode, str):
        return not set(mode) <= {"r", "b", "t", "U"}
    return bool(flags & 0b11)
