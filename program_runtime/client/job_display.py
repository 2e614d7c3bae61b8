"""A job in a notebook: its state and its curve, live while it runs."""

from __future__ import annotations

import html
import sys
import threading
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from program_runtime import errors
from program_runtime.client import endings, job_usage
from program_runtime.client.job_curves import Curves, published
from program_runtime.client.job_states import FINAL_STATUSES, status_of
from program_runtime.client.sparkline import sparkline
from program_runtime.client.stream import EventStream

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from program_runtime.client.api import ServiceApi

__all__ = ["bundle", "show"]

_POINTS = 500
_EVENTS = 5000
"""So many of the last events are looked at for a curve."""
_REFRESH_S = 0.3
_COLOURS = {
    "Queued": "#8a8a8a",
    "Running": "#1f77b4",
    "Completed": "#2ca02c",
    "Failed": "#d62728",
    "Cancelled": "#ff7f0e",
}


def bundle(
    api: ServiceApi, job: Mapping[str, Any], key: str | None = None
) -> dict[str, str]:
    """A job as text and as HTML, as it is now.

    Args:
        api: The service.
        job: The job as the service describes it.
        key: The number whose curve is shown; by default the most telling one.
    """
    curves = Curves(_POINTS)
    try:
        after = max(int(job.get("last_seq") or 0) - _EVENTS, 0)
        for batch in published(api, str(job["id"]), after=after):
            curves.feed(batch)
    except errors.ProgramRuntimeError:
        pass  # a service that is away: what is known is shown
    return _rendered(job, curves, key)


def show(
    api: ServiceApi, job: Mapping[str, Any], key: str | None = None
) -> threading.Thread | None:
    """Show a job: in a notebook live, elsewhere as a line.

    Returns:
        The thread that keeps the view up to date, where there is one.
    """
    content = bundle(api, job, key)
    display = _notebook_display()
    if display is None:
        print(content["text/plain"])  # noqa: T201 - what display() is for
        return None
    view = display(content, raw=True, display_id=True)
    if status_of(job) in FINAL_STATUSES:
        return None
    keeping = threading.Thread(
        target=_keep,
        args=(api, job, view, key),
        name=f"display-{job['id']}",
        daemon=True,
    )
    keeping.start()
    return keeping


def _keep(
    api: ServiceApi, job: Mapping[str, Any], view: Any, key: str | None = None
) -> None:
    """Redraw until the job is over; a service that went away ends it."""
    curves, drawn = Curves(_POINTS), time.monotonic()
    try:
        for batch in EventStream(api, str(job["id"])).batches():
            curves.feed(batch)
            if time.monotonic() - drawn > _REFRESH_S:
                view.update(_rendered(api.job(str(job["id"])), curves, key), raw=True)
                drawn = time.monotonic()
        view.update(_rendered(api.job(str(job["id"])), curves, key), raw=True)
    except errors.ProgramRuntimeError:
        return


def _rendered(
    job: Mapping[str, Any], curves: Curves, key: str | None
) -> dict[str, str]:
    name = curves.most_telling() if key is None else key
    points = [] if name is None else curves.points(name)
    return {
        "text/plain": _line(job, name, points),
        "text/html": _html(job, name, points),
    }


def _line(
    job: Mapping[str, Any], name: str | None, points: list[tuple[float, float]]
) -> str:
    said = f"{job['id']}  {_program(job)} on {job['backend']}: {_status(job)}"
    if points:
        said += f", {name or 'interim result'} {points[-1][1]:g}"
    return said


def _html(
    job: Mapping[str, Any], name: str | None, points: list[tuple[float, float]]
) -> str:
    status = status_of(job)
    facts = {
        "program": _program(job),
        "backend": str(job["backend"]),
        "submitted": str(job.get("created") or ""),
        "runs" if status == "Running" else "ran": _duration(job),
        "tags": ", ".join(job.get("tags") or ()),
    }
    rows = "".join(
        f"<tr><td style='opacity:.6'>{key}</td><td>{html.escape(value)}</td></tr>"
        for key, value in facts.items()
        if value
    )
    colour = _COLOURS.get(status, "currentColor")
    parts = [
        f"<b>{html.escape(str(job['id']))}</b> ",
        f"<span style='color:{colour}'>&#9679; {html.escape(_status(job))}</span>",
        f"<table style='margin:.3em 0'>{rows}</table>",
    ]
    if points:
        last = f"{name or 'interim result'} {points[-1][1]:g}"
        parts += [sparkline(points), f"<div>{html.escape(last)}</div>"]
    reason = endings.describe(job)
    if reason:
        parts.append(f"<pre style='white-space:pre-wrap'>{html.escape(reason)}</pre>")
    return f"<div>{''.join(parts)}</div>"


def _status(job: Mapping[str, Any]) -> str:
    """The status, and what a job waits for that is not over."""
    status, waiting = status_of(job), job_usage.queue_info(job)
    if waiting is not None and waiting.reason:
        return f"{status} ({waiting.reason})"
    if waiting is not None and waiting.position is not None:
        return f"{status} (number {waiting.position} in the queue)"
    return status


def _program(job: Mapping[str, Any]) -> str:
    return f"{job['program']['id']} {job['program']['version']}"


def _duration(job: Mapping[str, Any]) -> str:
    started, ended = job.get("started"), job.get("ended")
    if not started:
        return ""
    end = datetime.fromisoformat(ended) if ended else datetime.now(UTC)
    return f"{(end - datetime.fromisoformat(started)).total_seconds():.1f} s"


def _notebook_display() -> Callable[..., Any] | None:
    """The function that shows things in a notebook; None outside of one.

    A terminal's IPython can not change what it has shown.
    """
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    if not hasattr(shell, "kernel"):
        return None
    from IPython import display  # noqa: PLC0415 - there in a notebook

    show_there: Callable[..., Any] = display.display
    return show_there
