"""Events of a job on their way to the terminal, or as JSON Lines."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import click

from toolkit.cli import _groups, _show, _terminal
from toolkit.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from toolkit.cli._output import Output
    from toolkit.cli._target import Jobs


class Watcher:
    """Shows events one by one; interim results are for people unless asked as data.

    Args:
        out: Where words and data go.
        plot: A number of the interim results, drawn as one live line.
        interim_is_data: Interim results are what the command was asked for.
        fetch: Gets the text of a payload that did not come with its event.
    """

    def __init__(
        self,
        out: Output,
        *,
        plot: str | None = None,
        interim_is_data: bool = False,
        fetch: Callable[[Any], str] | None = None,
    ) -> None:
        self._out = out
        self._curve = _show.Curve(plot) if plot else None
        self._as_data = interim_is_data
        self._fetch = fetch
        self._drawn = False
        self._keys: dict[str, None] = {}
        self._count = 0

    def see(self, event: Any) -> None:
        """Show one event."""
        if self._out.as_json:
            self._out.line(event_json(event))
        elif event.type == "interim":
            self._count += 1
            self._interim(event)
        elif event.type == "log" and event.data:
            self._break_line()
            for line in event.data.splitlines():
                self._out.say(f"log: {_terminal.one_line(line)}")
        elif event.type == "status" and event.data:
            # What a job waits for, once it has its turn: a device, its environment.
            reason = json.loads(event.data).get("reason")
            if reason:
                self._break_line()
                self._out.say(_terminal.one_line(str(reason)))

    def end(self) -> None:
        """Finish the live line."""
        if self._curve is None or self._out.as_json:
            return
        if self._drawn:
            self._curve.draw()
            self._break_line()
        elif self._curve.values:
            self._out.say(self._curve.text())
        elif self._count:
            meant = _groups.did_you_mean(self._curve.key, self._keys)
            self._out.warn(
                f"no interim result held a number {self._curve.key!r}. "
                + (meant or f"Numbers: {', '.join(self._keys) or 'none'}.")
            )

    def _interim(self, event: Any) -> None:
        if self._as_data:
            text = event.data
            if text is None and self._fetch is not None:
                text = self._fetch(event)
            self._out.data(None, _in_one_line(text or "null"))
            return
        if event.data is None:
            self._out.say(f"{self._count:4}  (large: {event.size} bytes)")
            return
        value = _show.decoded(event.data)
        if self._curve is not None and self._curve.add(value):
            if self._out.live:
                self._drawn = self._curve.draw_soon() or self._drawn
            return
        if self._curve is not None:
            self._keys.update(dict.fromkeys(_show.numbers(value)))
        if self._curve is None or not self._curve.values:
            self._out.say(f"{self._count:4}  {_show.message(value)}")

    def _break_line(self) -> None:
        if self._drawn:
            click.echo(err=True)
            self._drawn = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why a job did not complete, as far as that is known."""

    code: str | None = None
    message: str | None = None
    traceback: str | None = None

    @classmethod
    def of(cls, body: Mapping[str, Any] | None) -> Self:
        """Read the service's ``failure``, which is null for most jobs."""
        known = body or {}
        return cls(
            code=known.get("code"),
            message=known.get("message"),
            traceback=known.get("traceback"),
        )

    def to_dict(self) -> dict[str, Any] | None:
        """Give the service's form of it."""
        if self.code is None:
            return None
        return {
            "code": self.code,
            "message": self.message,
            "traceback": self.traceback,
        }

    def tell(self, out: Output) -> None:
        """Say it, the author's frames below; JSON has it in its outcome."""
        if out.as_json or self.code is None:
            return
        out.complain(f"{self.code}: {self.message}")
        for line in (self.traceback or "").rstrip().splitlines():
            out.say(f"  {line}")

    def exit_code(self, status: str) -> ExitCode:
        """Choose the exit code of a command whose job did not complete."""
        if status == "Cancelled":
            return ExitCode.CANCELLED
        return ExitCode.FINDINGS if self.code == "bad_inputs" else ExitCode.FAILED


def event_json(event: Any) -> dict[str, Any]:
    """Give an event the form that it has on the wire."""
    body: dict[str, Any] = {
        "seq": event.seq,
        "time": event.time,
        "type": str(event.type),
        "data": event.data,
    }
    if event.blob is not None:
        body["blob"] = event.blob
        body["size"] = event.size
    return body


def payload(api: Jobs, job_id: str, event: Any) -> str:
    """Get an event's text; a large one lies beside the log."""
    if event.data is not None or event.blob is None:
        return event.data or ""
    # Only a service sends the digest of a text instead of the text.
    content: bytes = api.blob(job_id, event.blob)  # type: ignore[union-attr]
    return content.decode("utf-8", "replace")


def outcome_json(status: str, failure: Failure) -> dict[str, Any]:
    """Give an outcome its JSON form, the last line of a stream."""
    return {"type": "outcome", "status": status, "failure": failure.to_dict()}


def _in_one_line(text: str) -> str:
    """Keep one interim result a line, however the program laid it out."""
    if "\n" not in text:
        return text
    try:
        return json.dumps(json.loads(text))
    except ValueError:
        return json.dumps(text)
