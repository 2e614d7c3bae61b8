"""Plays the recordings of one backend."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from toolkit.harness.cassettes import nearest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from toolkit.harness.cassettes.call import Call, Recording

__all__ = ["NotOnTapeError", "Player"]


class NotOnTapeError(Exception):
    """Nothing like this was recorded, or not so often."""


class Player:
    """Answers calls, each recording once.

    Equal calls get their recordings in the order in which these were made; calls that
    differ may come in any order.

    Args:
        recordings: In order.
        tape: What to call them in errors.
    """

    def __init__(self, recordings: Sequence[Recording], *, tape: str) -> None:
        self._recordings = recordings
        self._tape = tape
        self._waiting: dict[str, list[int]] = defaultdict(list)
        for place, recording in enumerate(recordings):
            self._waiting[recording.call.shape].append(place)
        self._played: list[int] = []

    @property
    def unplayed(self) -> int:
        """How many recordings nobody has asked for."""
        return len(self._recordings) - len(self._played)

    def play(self, call: Call) -> Mapping[str, Any]:
        """Answer a call.

        Raises:
            NotOnTapeError: The message shows the nearest recording.
        """
        waiting = self._waiting[call.shape]
        for index, place in enumerate(waiting):
            # Nearly always the first: a program asks again in the same order.
            if self._recordings[place].call.same_numbers(call):
                self._played.append(waiting.pop(index))
                return self._recordings[place].answer
        raise NotOnTapeError(self._objection(call))

    def _objection(self, call: Call) -> str:
        calls = [each.call for each in self._recordings]
        times = sum(
            calls[place].shape == call.shape and calls[place].same_numbers(call)
            for place in self._played
        )
        if times:
            often = "once" if times == 1 else f"{times} times"
            return (
                f"This circuit is on {self._tape} {often}, and it is asked for once "
                f"more:\n{nearest.shown(call)}"
            )
        return nearest.compared(call, calls, self._played, tape=self._tape)
