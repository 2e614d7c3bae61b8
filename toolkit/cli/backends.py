"""``qrt backends``: list the backends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from toolkit.cli import _service
from toolkit.cli._output import speaks

if TYPE_CHECKING:
    from toolkit.cli._output import Output


@click.command("backends")
@click.option("--local", is_flag=True, help="Those of this machine; ask no service.")
@_service.option
@speaks
def command(*, local: bool, out: Output) -> None:
    """List the backends, the service's or this machine's."""
    devices = _local() if local else _service.connect(out).backends()
    rows = [
        (
            d["name"],
            str(d["qubits"] or "-"),
            "simulator" if d["simulator"] else "device",
            ",".join(d["aliases"]),
            d["description"],
        )
        for d in devices
    ]
    headings = ("BACKEND", "QUBITS", "KIND", "ALSO", "DESCRIPTION")
    out.data({"devices": devices}, out.table(headings, rows))


def _local() -> list[dict[str, Any]]:
    from program_runtime.backends import catalog  # noqa: PLC0415

    return [
        {
            "name": info.name,
            "qubits": info.num_qubits,
            "simulator": info.simulator,
            "aliases": list(info.aliases),
            "description": info.description,
        }
        for info in catalog.known()
    ]
