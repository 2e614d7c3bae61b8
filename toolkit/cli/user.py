"""``qrt user``: the users of a service on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from toolkit.cli._output import speaks
from toolkit.errors import ToolkitError

if TYPE_CHECKING:
    from collections.abc import Callable

    from toolkit.cli._output import Output

ROLES = ("author", "user", "admin")


def _where(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command ``--data-dir`` and ``--database-url``."""
    with_url = click.option(
        "--database-url", envvar="QRT_DATABASE_URL", show_envvar=True, metavar="URL"
    )(function)
    return click.option(
        "--data-dir",
        envvar="QRT_DATA_DIR",
        show_envvar=True,
        type=click.Path(path_type=Path),
    )(with_url)


@click.group("user")
def command() -> None:
    """Manage the users of a service on this machine."""


@command.command("add")
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), default="author", show_default=True)
@_where
@speaks
def add(*, name: str, role: str, out: Output, **where: Any) -> None:
    """Add a user; the new token is printed once, on stdout."""
    with _accounts(**where) as accounts:
        token = accounts.add(name, role)
    out.data({"user": name, "role": role, "token": token}, token)
    out.say(f"{name} ({role}): this token is shown once; only its hash is kept")


@command.command("list")
@_where
@speaks
def list_users(*, out: Output, **where: Any) -> None:
    """List the users."""
    with _accounts(**where) as accounts:
        users = accounts.list()
    rows = [(u["name"], u["role"], "yes" if u["active"] else "no") for u in users]
    out.data({"users": users}, out.table(("USER", "ROLE", "ACTIVE"), rows))


@command.command("rotate")
@click.argument("name")
@_where
@speaks
def rotate(*, name: str, out: Output, **where: Any) -> None:
    """Give a user a new token; the old one stops working at once."""
    with _accounts(**where) as accounts:
        token = accounts.rotate(name)
    out.data({"user": name, "token": token}, token)


@command.command("revoke")
@click.argument("name")
@_where
@speaks
def revoke(*, name: str, out: Output, **where: Any) -> None:
    """Take a user's access away; their programs and jobs stay."""
    with _accounts(**where) as accounts:
        accounts.revoke(name)
    out.data({"revoked": name}, name)


def _accounts(**where: Any) -> Any:
    try:
        from program_runtime.service import accounts  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise ToolkitError(
            f"The service needs {error.name}, which is not installed.",
            hint="python -m pip install 'qiskit-program-toolkit[service]'",
        ) from error
    return accounts.open_accounts(**{k: v for k, v in where.items() if v is not None})
