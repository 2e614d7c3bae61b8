"""What the fuzz tests share: how many examples, and what each of them cost.

By default every run has the same few examples, so that a red test is red again. With
``HYPOTHESIS_PROFILE=nightly`` there are many, and others each time.
"""

import contextlib
import functools
import sys
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings

FOLDER = Path(__file__).parent
SEARCHING = settings.get_current_profile_name() == "nightly"
_USUAL = 100
# Looking for the smallest example takes minutes: that is for the night as well.
_PHASES = [Phase.explicit, Phase.reuse, Phase.generate]
_MIB = 1024 * 1024
_count = 0


def counted():
    """The examples that this process has run so far."""
    return _count


def count():
    """Count one example."""
    global _count  # noqa: PLW0603 - one number a process
    _count += 1


def limits(examples):
    """Settings for so many examples; the profile says how many times as many."""
    profile = settings.default
    return settings(
        max_examples=max(1, examples * profile.max_examples // _USUAL),
        derandomize=not SEARCHING,
        database=profile.database if SEARCHING else None,
        deadline=None,
        phases=[*_PHASES, Phase.shrink] if SEARCHING else _PHASES,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )


def fuzz(examples, **strategies):
    """Have a test run with so many examples of these strategies."""

    def decorate(test):
        @functools.wraps(test)
        def one(*arguments, **named):
            count()
            return test(*arguments, **named)

        return limits(examples)(given(**strategies)(one))

    return decorate


@contextlib.contextmanager
def memory_below(extra_bytes):
    """Fail if this process ever has so much more memory than before.

    Where the kernel does not tell (macOS), nothing is checked.
    """
    if not sys.platform.startswith("linux"):
        yield
        return
    before = _memory("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
    yield
    grown = _memory("VmHWM") - before
    assert grown < extra_bytes, f"the memory grew by {grown / _MIB:.0f} MiB"


def _memory(field):
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) * 1024
    raise AssertionError(field)


def is_printable(text):
    """Whether a text may go to a terminal as it is; lines are allowed."""
    return all(line.isprintable() for line in text.split("\n"))
