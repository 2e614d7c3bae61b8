"""``qrt compare``: two jobs side by side."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from toolkit.cli import _completion, _records, _service, _side_by_side
from toolkit.cli._output import speaks

if TYPE_CHECKING:
    from toolkit.cli._output import Output
    from toolkit.provenance import Comparison, Row


@click.command("compare")
@click.argument("one", metavar=_records.METAVAR, shell_complete=_completion.jobs)
@click.argument("other", metavar=_records.METAVAR, shell_complete=_completion.jobs)
@click.option(
    "--plot", metavar="KEY", help="Overlay the curve of this number only; default: all."
)
@click.option(
    "--save",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Draw the curves into this file, such as both.png.",
)
@_service.option
@speaks
def command(
    *, one: str, other: str, plot: str | None, save: Path | None, out: Output
) -> None:
    """Compare two jobs: facts and numbers side by side, curves overlaid.

    Each is the id of a job or the file of a capsule. The first difference in the
    order of a run is named: inputs, release, options, interim results, result.
    """
    from toolkit import provenance  # noqa: PLC0415 - HTTP and more

    records = [_records.open_record(word, out) for word in (one, other)]
    found = provenance.compare(*records)
    ids = (str(records[0].job["id"]), str(records[1].job["id"]))
    if plot is not None and plot not in found.curves:
        listed = ", ".join(filter(None, found.curves)) or "none"
        raise click.BadParameter(
            f"neither job published a number {plot!r}. Numbers: {listed}.",
            param_hint="--plot",
        )
    curves = {plot: found.curves[plot]} if plot is not None else dict(found.curves)
    found = dataclasses.replace(found, curves=curves)
    if save is not None:
        _side_by_side.draw(found, ids, save)
        out.say(f"curves drawn into {save}")
    out.data(_as_json(found, ids), _side_by_side.text(found, ids, out))


def _as_json(found: Comparison, ids: tuple[str, str]) -> dict[str, Any]:
    return {
        "jobs": list(ids),
        "first_difference": found.first_difference,
        "parted_at": found.parted_at,
        "facts": [_row(row) for row in found.facts],
        "inputs": [_row(row) for row in found.inputs if not row.same],
        "results": [_row(row) for row in found.results],
        "curves": {
            name: [
                [[_plain(number) for number in point] for point in one] for one in both
            ]
            for name, both in found.curves.items()
        },
    }


def _row(row: Row) -> dict[str, Any]:
    body = {"name": row.name, "one": _plain(row.one), "other": _plain(row.other)}
    if row.difference is not None:
        body["difference"] = _plain(row.difference)
    return {**body, "same": row.same}


def _plain(value: Any) -> Any:
    if isinstance(value, complex):
        return [_plain(value.real), _plain(value.imag)]
    # JSON has neither infinity nor what is no number.
    is_number = not isinstance(value, float) or math.isfinite(value)
    return value if is_number else str(value)
