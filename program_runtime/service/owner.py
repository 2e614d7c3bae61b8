"""The first account of a service, and the profile that lets its user call it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from program_runtime.client import locations, profiles
from program_runtime.client.secret import Secret
from program_runtime.errors import ProgramRuntimeError
from program_runtime.service.domain import Role, hash_token, new_token
from program_runtime.service.private_file import write_private

if TYPE_CHECKING:
    from pathlib import Path

    from program_runtime.service.settings import Settings
    from program_runtime.service.store import Store

log = logging.getLogger(__name__)

OWNER = "owner"
TOKEN_NAME = "owner.token"  # noqa: S105 - the name of a file
PROFILE_NAME = "local"


async def ensure_owner(store: Store, data_dir: Path) -> bool:
    """Open the owner's account when the service has no user at all.

    The token is written before the account exists: who crashes in between starts
    over, and nobody is locked out.

    Returns:
        Whether the account was opened now.
    """
    if await store.users.list():
        return False
    token = new_token()
    write_private(data_dir / TOKEN_NAME, f"{token}\n")
    await store.users.add(OWNER, Role.ADMIN, hash_token(token))
    return True


def save_profile(
    settings: Settings, url: str, *, first_start: bool, authority: Path | None = None
) -> None:
    """Tell this user's clients where the service is.

    A profile of another service is left alone, except on the first start. That no
    profile can be saved (a read-only home) does not keep the service from running.
    """
    config_dir = settings.config_dir or locations.default_config_dir()
    data_dir = settings.data_dir.absolute()
    try:
        token = (data_dir / TOKEN_NAME).read_text(encoding="utf-8").strip()
        known = profiles.load(config_dir).get(PROFILE_NAME)
        if known is not None and known.data_dir != data_dir and not first_start:
            return
        profile = profiles.Profile(
            name=PROFILE_NAME,
            url=url,
            token=Secret(token),
            data_dir=data_dir,
            verify=authority,
        )
        profiles.save(
            config_dir, profile, make_current=profiles.current(config_dir) is None
        )
    except (OSError, ProgramRuntimeError) as err:
        log.warning("the profile %r is not saved: %s", PROFILE_NAME, err)
