"""A small curve as SVG."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["sparkline"]

_WIDTH, _HEIGHT, _MARGIN = 260, 48, 3


def sparkline(points: Sequence[tuple[float, float]]) -> str:
    """Draw points as a line, scaled to fill the picture.

    >>> sparkline([(1, 0.0), (2, 1.0)]).count("<polyline")
    1
    """
    xs, ys = zip(*points, strict=True)
    places = " ".join(
        f"{x:.1f},{_HEIGHT - y:.1f}"
        for x, y in zip(_scaled(xs, _WIDTH), _scaled(ys, _HEIGHT), strict=True)
    )
    end = places.rpartition(" ")[2].split(",")
    return (
        f"<svg width='{_WIDTH}' height='{_HEIGHT}' role='img'>"
        f"<polyline points='{places}' fill='none' stroke='currentColor' "
        "stroke-width='1.5'/>"
        f"<circle cx='{end[0]}' cy='{end[1]}' r='2.5' fill='currentColor'/></svg>"
    )


def _scaled(values: Sequence[float], size: int) -> list[float]:
    """Values from the margin to the size less the margin; equal ones in the middle."""
    least, most = min(values), max(values)
    if least == most:
        return [size / 2] * len(values)
    room = size - 2 * _MARGIN
    # Divided first: the difference of two huge numbers may be infinite.
    span = most / 2 - least / 2
    return [_MARGIN + (value / 2 - least / 2) / span * room for value in values]
