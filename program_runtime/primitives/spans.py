"""When the parts of a job ran, in the form of the official execution spans."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

__all__ = ["execution_metadata"]


def execution_metadata(
    started: datetime, stopped: datetime, shapes: Sequence[tuple[int, ...]]
) -> dict[str, Any]:
    """Describe one execution of all pubs.

    The classes of the spans are the official client's: this is what it makes of them
    on the wire, and reads.

    Args:
        started: When the first circuit was sent.
        stopped: When the last result was there.
        shapes: Of each pub's data, the shots last.
    """
    slices = {
        index: [list(shape), 0, math.prod(shape[:-1]), 0, shape[-1]]
        for index, shape in enumerate(shapes)
    }
    span = {"start": started, "stop": stopped, "data_slices": slices}
    spans = [{"__type__": "DoubleSliceSpan", "__value__": span}]
    return {
        "execution_spans": {"__type__": "ExecutionSpans", "__value__": {"spans": spans}}
    }
