"""Which of a caller's options had no effect, seen from the requests of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from program_runtime.execution.broker.protocol import DeviceRun

__all__ = ["ignored_options"]


def ignored_options(
    requests: Sequence[DeviceRun], *, shots: int | None = None
) -> dict[str, str]:
    """Find the options that no request has heeded.

    Args:
        requests: What a run with a seed asked its broker for.
        shots: What the caller asked for; None if nothing.

    Returns:
        Option -> why it had no effect.
    """
    return dict(_found(requests, shots))


def _found(
    requests: Sequence[DeviceRun], shots: int | None
) -> Iterator[tuple[str, str]]:
    measured = [request.options for request in requests if request.kind == "run"]
    if not measured:
        why = (
            "expectation values are computed exactly"
            if requests
            else "the program made no calls"
        )
        yield "seed", why
        if shots is not None:
            yield "shots", why
        return
    if not any("seed_simulator" in options for options in measured):
        yield "seed", "the backend takes none"
    taken = sorted({options["shots"] for options in measured if "shots" in options})
    # An estimator is told a precision; rounding can make one shot more of it.
    if shots is not None and not any(abs(each - shots) <= 1 for each in taken):
        yield "shots", f"the program asks for {', '.join(map(str, taken))}"
