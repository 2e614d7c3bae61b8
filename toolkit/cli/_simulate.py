"""``--simulate``: a local run with a queue, a session's end and a device's drift."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from program_runtime.errors import InvalidValueError
from toolkit.cli import _exits, _settings

if TYPE_CHECKING:
    from program_runtime.execution.broker.protocol import Broker
    from toolkit.cli._output import Output
    from toolkit.harness.simulated_broker import SimulatedBroker
    from toolkit.harness.simulation import Simulation

option = click.option(
    "--simulate",
    metavar="K=V,K=V",
    help="A device's bad day, on a simulated clock: queue=30s a call, ttl=5m of the "
    "session, drift=0.02 of readout error a minute, max_time=60s of the program.",
)


def read(text: str | None, **others: object) -> Simulation | None:
    """Read the words of the option.

    Args:
        text: Such as ``queue=30s,ttl=5m``.
        **others: Flags that it does not go with, and whether they were given.

    Raises:
        SettingsError: Lists all that is wrong with them.
        UsageError: It was given together with one of the others, or the program's
            time is limited twice.
    """
    if text is None:
        return None
    for name, given in others.items():
        if given:
            raise click.UsageError(f"--simulate and --{name} can not be used together.")
    from toolkit.harness.simulation import read_simulation  # noqa: PLC0415

    try:
        simulation = read_simulation(text.split(","))
    except InvalidValueError as error:
        raise _exits.SettingsError(
            f"--simulate: {error.summary}", problems=error.problems, hint=error.hint
        ) from error
    if simulation.max_time is not None and _settings.is_flagged("max-time"):
        raise click.UsageError("--max-time and max_time= of --simulate are the same.")
    return simulation


class Day:
    """The device of one run, on a bad day or not.

    Args:
        simulation: What shall happen, if anything.
        broker: Who would run the quantum calls, if not a backend in the child.
        options: Of the run; its time is limited here.
    """

    def __init__(
        self,
        simulation: Simulation | None,
        broker: Broker | None,
        options: dict[str, Any],
    ) -> None:
        self.broker = broker
        self._simulated: SimulatedBroker | None = None
        self._simulation = simulation
        if simulation is None:
            return
        from toolkit.harness.local_broker import LocalBroker  # noqa: PLC0415
        from toolkit.harness.simulated_broker import SimulatedBroker  # noqa: PLC0415

        if simulation.max_time is not None:
            options["max_time"] = simulation.max_time
        inner = broker or LocalBroker()
        seed = options["seed"] or 0
        self._simulated = SimulatedBroker(inner, simulation, seed=seed)
        self.broker = self._simulated

    def tell(self, out: Output) -> None:
        """Say what the day was like."""
        if self._simulated is None or self._simulation is None:
            return
        clock = self._simulated.clock
        parts = [f"{clock.calls} quantum call{'s' * (clock.calls != 1)}"]
        if self._simulation.queue:
            parts.append(f"{_in_words(clock.queued_s)} in the queue")
        if self._simulation.ttl is not None:
            parts.append(f"{clock.refused} after the end of the session")
        if self._simulation.drift:
            parts.append(f"readout error up to {clock.worst_error:.3g}")
        parts.append(f"{_in_words(clock.now_s)} on the simulated clock")
        out.say(f"simulated: {', '.join(parts)}")

    def as_json(self) -> dict[str, Any]:
        """Give what the outcome says of it."""
        if self._simulated is None or self._simulation is None:
            return {}
        asked = {k: v for k, v in asdict(self._simulation).items() if v}
        return {"simulated": {**self._simulated.clock.as_dict(), "asked": asked}}


def _in_words(seconds: float) -> str:
    """Write 5400 s as 1 h 30 min."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    parts = ((hours, "h"), (minutes, "min"), (rest, "s"))
    return " ".join(f"{n} {unit}" for n, unit in parts if n) or "0 s"
