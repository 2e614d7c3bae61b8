"""What scenarios say: one line of JSON for each thing that they held the service to.

Scenarios run on the Python of the client, which may be old: nothing new is used here.
"""

import contextlib
import json
import sys
import time
import traceback


@contextlib.contextmanager
def check(name):
    """Hold the service to one thing; what is raised is told, and the rest goes on."""
    begun = time.monotonic()
    try:
        yield
    except BaseException as err:
        where = traceback.extract_tb(sys.exc_info()[2])
        own = [frame for frame in where if "/scenarios/" in frame.filename]
        line = (own or where)[-1].lineno
        detail = f"line {line}: {type(err).__name__}: {err}"
        _tell(name, False, detail, begun)
        if not isinstance(err, Exception):
            raise
    else:
        _tell(name, True, "", begun)


def _tell(name, ok, detail, begun):
    line = {"check": name, "ok": ok, "detail": detail[:3000]}
    line["s"] = round(time.monotonic() - begun, 2)
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


@contextlib.contextmanager
def raises(kind, *words):
    """Expect an error of a class, whose text has all these words."""
    try:
        yield
    except kind as err:
        missing = [word for word in words if word not in str(err)]
        if missing:
            raise AssertionError(f"{str(err)!r} does not say {missing}")
    else:
        raise AssertionError(f"no {kind} was raised")


def equal(found, expected):
    """Hold two values equal; the error shows both."""
    if found != expected:
        raise AssertionError(f"found {found!r}, expected {expected!r}")


def near(found, expected, tolerance):
    """Hold two numbers equal within a tolerance."""
    if not abs(found - expected) <= tolerance:
        text = "found {!r}, expected {!r} within {!r}"
        raise AssertionError(text.format(found, expected, tolerance))


def until(condition, seconds=60.0, pause=0.1):
    """Wait for a condition; returns its value."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        value = condition()
        if value:
            return value
        time.sleep(pause)
    raise AssertionError(f"not within {seconds} s")
