"""The one instance, as the channel ``ibm_quantum`` names it: hub, group, project."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Query

from program_runtime.service.api.errors import HttpRefusal
from program_runtime.service.instance import PROVIDER

__all__ = ["Provider", "check_instance", "check_strategy"]


def check_instance(name: str | None) -> None:
    """Refuse what is meant for another instance.

    Raises:
        HttpRefusal: 400.
    """
    if name is not None and name != PROVIDER:
        raise HttpRefusal(
            400,
            "unknown_instance",
            f"There is no instance {name!r} here: this service's is {PROVIDER!r}.",
            hint="Name it so, or leave the instance out.",
        )


def _provider(
    provider: str | None = None,
    channel_strategy: Annotated[str | None, Query()] = None,
) -> None:
    check_instance(provider)
    check_strategy(channel_strategy)


def check_strategy(strategy: str | None) -> None:
    """Refuse error mitigation that another company's service would have done.

    Raises:
        HttpRefusal: 400.
    """
    if strategy not in (None, "default"):
        raise HttpRefusal(
            400,
            "unknown_strategy",
            f"There is no channel strategy {strategy!r} here.",
            hint="Leave it out, or say 'default'.",
        )


Provider = Depends(_provider)
"""The dependency of a route that is asked for what an instance has."""
