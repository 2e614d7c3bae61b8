"""Environments of releases that require more than the base has."""

from program_runtime.service.environments.environments import (
    Environment,
    Environments,
    Progress,
)
from program_runtime.service.environments.installer import Bounds, Installer
from program_runtime.service.environments.shelf import Shelf

__all__ = ["Bounds", "Environment", "Environments", "Installer", "Progress", "Shelf"]
