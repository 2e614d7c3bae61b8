"""``--faults``: a local run as a caller sees it through a bad network."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from program_runtime.errors import InvalidValueError
from toolkit.cli import _exits
from toolkit.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from toolkit.cli._output import Output
    from toolkit.harness.bad_network import BadNetwork, Reception
    from toolkit.harness.faults import Fault

option = click.option(
    "--faults",
    metavar="A,B",
    help="Show the run as it comes through a network that does this to it: duplicate, "
    "drop, reorder, disconnect, slow.",
)


def read(text: str | None) -> tuple[Fault, ...]:
    """Read the words of the option.

    Raises:
        SettingsError: Some are no faults; lists all.
    """
    if text is None:
        return ()
    from toolkit.harness.faults import read_faults  # noqa: PLC0415

    try:
        return read_faults([word.strip() for word in text.split(",")])
    except InvalidValueError as error:
        raise _exits.SettingsError(
            f"--faults: {error.summary}", problems=error.problems, hint=error.hint
        ) from error


class Way:
    """How events come from the run to who watches it: straight, or the long way.

    Args:
        network: The long way, if it was asked for.
        see: Called with each event that arrives.
    """

    def __init__(self, network: BadNetwork | None, see: Callable[[Any], None]) -> None:
        self._network = network
        self.see = see if network is None else network.send
        self.reception: Reception | None = None

    def end(self) -> None:
        """Wait for the last event to arrive; may be called twice."""
        if self._network is not None:
            self.reception = self._network.finish()

    def tell(self, out: Output) -> None:
        """Say what happened on the way.

        Raises:
            Stop: An event was lost or came twice, which is a defect of ours.
        """
        if self.reception is None:
            return
        out.say(f"faults: {_in_words(self.reception)}")
        if not self.reception.ok:
            out.complain(f"arrived: {list(self.reception.arrived)}")
            raise _exits.Stop(ExitCode.INTERNAL)

    def as_json(self) -> dict[str, Any]:
        """Give what the outcome says of it."""
        seen = self.reception
        if seen is None:
            return {}
        return {
            "faults": {
                "ok": seen.ok,
                "hurt": {str(fault): count for fault, count in seen.hurt.items()},
                "connections": seen.connections,
                "events": seen.sent,
            }
        }


@contextmanager
def way(
    faults: tuple[Fault, ...], seed: int | None, see: Callable[[Any], None]
) -> Iterator[Way]:
    """Lay the way for one run.

    Args:
        faults: Those to make; none for the straight way.
        seed: Of the run.
        see: Called with each event that arrives.
    """
    network = None
    if faults:
        from toolkit.harness.bad_network import BadNetwork  # noqa: PLC0415

        network = BadNetwork(faults, seed=seed or 0, see=see)
    laid = Way(network, see)
    try:
        yield laid
    finally:
        laid.end()


def _in_words(seen: Reception) -> str:
    hurt = [f"{fault} {count}" for fault, count in sorted(seen.hurt.items())]
    way = f"{', '.join(hurt) or 'none'}; {seen.connections} connections"
    if seen.ok:
        return f"{way}; all {seen.sent} events arrived once, in order"
    return f"{way}; of {seen.sent} events not each arrived once, in order"
