"""The order of semantic versions, and when ``latest`` moves."""

from __future__ import annotations


def version_key(version: str) -> tuple[tuple[int, ...], bool, tuple[object, ...]]:
    """Return what to sort a semantic version by, as https://semver.org item 11 says.

    >>> sorted(["1.10.0", "1.2.0", "1.2.0-rc.1"], key=version_key)
    ['1.2.0-rc.1', '1.2.0', '1.10.0']
    """
    core, _, rest = version.partition("+")[0].partition("-")
    numbers = tuple(int(part) for part in core.split("."))
    parts = tuple(
        (0, int(part), "") if part.isdecimal() else (1, 0, part)
        for part in rest.split(".")
        if part
    )
    return numbers, not rest, parts


def is_prerelease(version: str) -> bool:
    """Whether the version has a part such as ``-rc.1``."""
    return "-" in version.partition("+")[0]


def moves_latest(new: str, current: str | None, *, hold: bool = False) -> bool:
    """Whether publishing ``new`` moves the label ``latest`` away from ``current``.

    It does when the new version is higher. A pre-release takes the label only
    from another pre-release, or when there is none.

    Args:
        new: The version that is published.
        current: What the label points at; None before the first release, which takes
            it in any case.
        hold: It is published to be tried before the label moves.
    """
    if current is None:
        return True
    if hold:
        return False
    if is_prerelease(new) and not is_prerelease(current):
        return False
    if is_prerelease(current) and not is_prerelease(new):
        return True
    return version_key(new) > version_key(current)
