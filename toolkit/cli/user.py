"""``qrt user``: the users of a service on this machine."""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING, Any

import click

from program_runtime.errors import ProgramRuntimeError
from toolkit.cli import _exits, _groups, _hosting
from toolkit.cli._output import speaks
from toolkit.errors import ConflictError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from toolkit.cli._output import Output

ROLES = ("author", "user", "admin")
NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9._@+-]{0,62}")  # as the service has it
_NOT_FOUND = 404


@click.group("user", cls=_groups.SuggestingGroup)
def command() -> None:
    """Manage the users of a service on this machine."""


@command.command("add")
@click.argument("name")
@click.option(
    "--role",
    type=click.Choice(ROLES),
    default="author",
    show_default=True,
    help="Users run programs, authors publish too, admins manage everything.",
)
@_hosting.where
@speaks
def add(*, name: str, role: str, out: Output, **where: Any) -> None:
    """Add a user; the new token is printed once, on stdout."""
    if not NAME.fullmatch(name):
        raise click.BadParameter(
            f"{name!r} is no name: letters, digits and . _ @ + - make one.",
            param_hint="NAME",
        )
    with _accounts(**where) as accounts, _naming(name, accounts):
        token = accounts.add_user(name, role)["token"]
    out.data({"user": name, "role": role, "token": token}, token)
    out.say(f"{name} ({role}): this token is shown once; only its hash is kept")


@command.command("list")
@_hosting.where
@speaks
def list_users(*, out: Output, **where: Any) -> None:
    """List the users."""
    with _accounts(**where) as accounts:
        users = accounts.users()
    rows = [(u["name"], u["role"], "yes" if u["active"] else "no") for u in users]
    out.data({"users": users}, out.table(("USER", "ROLE", "ACTIVE"), rows))


@command.command("rotate")
@click.argument("name")
@_hosting.where
@speaks
def rotate(*, name: str, out: Output, **where: Any) -> None:
    """Give a user a new token; the old one stops working at once."""
    with _accounts(**where) as accounts, _naming(name, accounts):
        token = accounts.rotate_user(name)["token"]
    out.data({"user": name, "token": token}, token)


@command.command("revoke")
@click.argument("name")
@_hosting.where
@speaks
def revoke(*, name: str, out: Output, **where: Any) -> None:
    """Take a user's access away; their programs and jobs stay."""
    with _accounts(**where) as accounts, _naming(name, accounts):
        accounts.revoke_user(name)
    out.data({"revoked": name}, name)


@contextlib.contextmanager
def _accounts(**where: Any) -> Iterator[Any]:
    """Ask the service where one runs on this data directory, else its database."""
    from program_runtime.client import local, locations  # noqa: PLC0415
    from program_runtime.client.api import ServiceApi  # noqa: PLC0415

    given = {name: value for name, value in where.items() if value is not None}
    folder = given.get("data_dir") or locations.default_data_dir()
    running = None if "database_url" in given else local.find_local_service(folder)
    if running is not None:
        yield ServiceApi(running.url, running.token, verify=running.trust)
        return
    settings = _hosting.settings(given)
    from program_runtime.service import accounts  # noqa: PLC0415 - SQLAlchemy

    with accounts.open_accounts(settings) as stored:
        yield stored


@contextlib.contextmanager
def _naming(name: str, accounts: Any) -> Iterator[None]:
    """Say the same of a user, whether the service or its database was asked.

    Raises:
        NotFoundError: No active user has this name.
        ConflictError: An active user has it.
    """
    try:
        yield
    except ProgramRuntimeError as error:
        status = getattr(error, "status", 0)
        if status == _NOT_FOUND or error.code == "not_found":
            known = [user["name"] for user in accounts.users() if user["active"]]
            meant = _groups.did_you_mean(name, known)
            raise _exits.NotFoundError(
                f"There is no active user {name!r}.",
                hint=meant or "`qrt user list` lists them.",
            ) from error
        if "user_exists" in (
            getattr(error, "reason", ""),
            getattr(error, "service_code", ""),
        ):
            raise ConflictError(
                f"There is a user {name!r} already.",
                hint=f"`qrt user rotate {name}` makes a new token.",
            ) from error
        raise
