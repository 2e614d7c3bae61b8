"""Where this user's files lie when nobody says otherwise."""

from __future__ import annotations

from pathlib import Path

__all__ = ["default_config_dir", "default_data_dir"]

_APPLICATION = "qrt"


def default_config_dir() -> Path:
    """The folder of ``profiles.json`` (``~/.config/qrt`` on Linux)."""
    import platformdirs  # noqa: PLC0415 - 30 ms that most callers do not need

    return Path(platformdirs.user_config_dir(_APPLICATION))


def default_data_dir() -> Path:
    """The data directory of the local service (``~/.local/share/qrt/service``)."""
    import platformdirs  # noqa: PLC0415 - 30 ms that most callers do not need

    return Path(platformdirs.user_data_dir(_APPLICATION)) / "service"
