"""The name under which official clients address the service."""

from __future__ import annotations

__all__ = [
    "DEFAULT_INSTANCE",
    "GROUP",
    "HUB",
    "PROJECT",
    "PROVIDER",
    "instance_name",
    "names_of",
]

DEFAULT_INSTANCE = "crn:v1:bluemix:public:quantum-computing:local:a/local:qrt::"
"""A cloud resource name has ten parts; clients read the region in the sixth."""
_NAME_PART, _PARTS = 7, 10

HUB, GROUP, PROJECT = "ibm-q", "open", "main"
PROVIDER = f"{HUB}/{GROUP}/{PROJECT}"
"""Its name on the channel ``ibm_quantum``."""


def instance_name(instance: str) -> str:
    """Return what people call an instance; a plain name is itself.

    >>> instance_name(DEFAULT_INSTANCE)
    'qrt'
    >>> instance_name("lab")
    'lab'
    """
    parts = instance.split(":")
    if parts[0] != "crn" or len(parts) < _PARTS:
        return instance
    return parts[_NAME_PART] or instance


def names_of(instance: str) -> tuple[str, str, str]:
    """Return all by which a client may mean an instance, its own first."""
    return instance, instance_name(instance), PROVIDER
