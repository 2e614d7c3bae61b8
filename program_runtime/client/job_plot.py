"""Draw the progress of a job with matplotlib."""

from __future__ import annotations

import difflib
import sys
import time
from typing import TYPE_CHECKING, Any

from program_runtime import errors
from program_runtime.client.job_curves import Curves, published
from program_runtime.client.stream import EventStream

if TYPE_CHECKING:
    from collections.abc import Iterable

    from matplotlib.axes import Axes

    from program_runtime.client.api import ServiceApi
    from program_runtime.client.stream import Event

__all__ = ["plot"]

_REDRAW_S = 0.2


def plot(
    api: ServiceApi, job_id: str, key: str | None, *, ax: Axes | None, follow: bool
) -> Axes:
    """Draw one curve; see ``RuntimeJob.plot``."""
    canvas = _Canvas(ax, job_id)
    curves, drawn = Curves(), 0.0
    for batch in _batches(api, job_id, follow=follow):
        curves.feed(batch)
        if follow and time.monotonic() - drawn > _REDRAW_S:
            canvas.draw(curves, key)
            drawn = time.monotonic()
    if _chosen(curves, key) is None:
        raise _nothing(job_id, curves, key)
    canvas.draw(curves, key)
    canvas.finish()
    return canvas.ax


def _batches(api: ServiceApi, job_id: str, *, follow: bool) -> Iterable[list[Event]]:
    return EventStream(api, job_id).batches() if follow else published(api, job_id)


class _Canvas:
    """The axes, and the way in which a change of them is shown at once."""

    def __init__(self, ax: Axes | None, job_id: str) -> None:
        try:
            from matplotlib import pyplot as plt  # noqa: PLC0415 - an extra, and slow
        except ImportError as err:
            raise ImportError(
                "job.plot() draws with matplotlib, which is not installed. "
                "Install it: pip install 'qiskit-program-toolkit[plots]'"
            ) from err

        self._pyplot = plt
        self._owns_figure = ax is None
        self.ax = plt.subplots()[1] if ax is None else ax
        self._line: Any = self.ax.plot([], [], label=job_id)[0]
        self._shown: Any = None

    def draw(self, curves: Curves, key: str | None) -> None:
        """Show the curve as it is now."""
        name = _chosen(curves, key)
        if name is None:
            return
        steps, numbers = zip(*curves.points(name), strict=True)
        self._line.set_data(steps, numbers)
        self.ax.set_xlabel("step")
        self.ax.set_ylabel(name or "interim result")
        self.ax.relim()
        self.ax.autoscale_view()
        figure = self.ax.figure
        if not _in_notebook():
            figure.canvas.draw_idle()
            figure.canvas.flush_events()
        elif self._shown is None:
            from IPython.display import display  # noqa: PLC0415 - there in a notebook

            self._shown = display(figure, display_id=True)
        else:
            self._shown.update(figure)

    def finish(self) -> None:
        """Keep a notebook from showing the figure a second time."""
        if self._shown is not None and self._owns_figure:
            self._pyplot.close(self.ax.figure)


def _chosen(curves: Curves, key: str | None) -> str | None:
    """The curve that is meant: the key's, or the only one there is."""
    names = curves.names()
    if key is not None:
        return key if key in names else None
    if "" in names:
        return ""
    return names[0] if len(names) == 1 else None


def _nothing(job_id: str, curves: Curves, key: str | None) -> errors.InvalidValueError:
    names = [name for name in curves.names() if name]
    if not curves.names():
        return errors.InvalidValueError(
            f"Job {job_id} has published no number to draw.",
            hint="Publish some: user_messenger.publish({'energy': ...}), or "
            "user_messenger.metric(energy=...).",
        )
    listed = ", ".join(names) or "interim results that are numbers (key=None)"
    if key is None:
        return errors.InvalidValueError(
            f"Job {job_id} has published several numbers.",
            hint=f"Give one as key: {listed}.",
        )
    close = difflib.get_close_matches(key, names, n=1)
    return errors.InvalidValueError(
        f"Job {job_id} has published no number {key!r}.",
        hint=f"Did you mean {close[0]!r}?" if close else f"Published: {listed}.",
    )


def _in_notebook() -> bool:
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return hasattr(shell, "kernel")
