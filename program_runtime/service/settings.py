"""What an operator can set: arguments first, then ``QRT_…`` of the environment."""

# ruff: noqa: TC003 - annotations are evaluated at run time
from __future__ import annotations

import ipaddress
import os
from pathlib import Path
from typing import Annotated, Literal

import platformdirs
from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from program_runtime.execution.machine_memory import machine_memory
from program_runtime.service.instance import DEFAULT_INSTANCE
from program_runtime.service.signing_key import LEAST_CHARACTERS

__all__ = ["Settings", "default_data_dir"]

MIB = 1024 * 1024
_YEAR_S = 366 * 24 * 3600


def default_data_dir() -> Path:
    """Return the folder that a service uses when it is told none."""
    return platformdirs.user_data_path("qrt") / "service"


def _default_workers() -> int:
    return max(2, os.cpu_count() or 2)


class Settings(BaseSettings):
    """The settings of one service process.

    Example:
        >>> Settings(data_dir="/srv/qrt", port=0).database().startswith("sqlite")
        True
    """

    model_config = SettingsConfigDict(env_prefix="QRT_", extra="ignore", frozen=True)

    data_dir: Path = Field(default_factory=default_data_dir)
    """Holds the database, blobs, unpacked releases, and the lock."""
    database_url: str | None = None
    """A SQLAlchemy URL; by default SQLite in the data directory."""
    config_dir: Path | None = None
    """Where the profile of the owner is saved; by default the user's."""
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    """0 lets the system choose; the ready line says which."""
    tls_cert: Path | None = None
    tls_key: Path | None = None
    tls_self_signed: bool = False
    """Make an authority and a certificate in the data directory."""
    workers: int = Field(default_factory=_default_workers, ge=1, le=1024)
    """Jobs that run at the same time."""
    executor: Literal["local"] = "local"
    isolation: Literal["auto", "none", "reduced", "strong"] = "auto"
    require_isolation: Literal["none", "reduced", "strong"] = "none"
    """Refuse to start when jobs would get less."""
    bubblewrap: bool = False
    """Keep the zygote itself in bubblewrap, too; jobs then run at ``strong`` or not."""
    network_programs: Annotated[frozenset[str], NoDecode] = frozenset()
    """Ids of the programs that may use the machine's network, all of it; as a text with
    commas between."""
    environments: bool = True
    """Install what releases require beyond the base environment."""
    index_url: SecretStr | None = None
    """Where their packages come from; by default what uv is configured to on this
    machine, ``off``: from no index. It may hold credentials."""
    find_links: str | None = None
    """A folder with wheels, or the address of a page that lists some, besides."""
    environment_bytes: int = Field(default=4096 * MIB, gt=0)
    """Of one environment, while it is built and afterwards."""
    environments_bytes: int = Field(default=20 * 1024 * MIB, gt=0)
    """Of all together; what was not used for longest makes room."""
    environment_s: float = Field(default=900.0, gt=0)
    """How long it may take to install one."""
    import_s: float = Field(default=30.0, gt=0)
    """How long a program that is published may take to be imported."""
    builtin_programs: bool = True
    """Publish the primitives that come with the toolkit."""
    instance: str = Field(
        default=DEFAULT_INSTANCE, pattern=r"^[\x21-\x7e]+$", max_length=500
    )
    """What official clients name in ``Service-CRN``: a CRN or a plain name."""
    signing_key: SecretStr | None = Field(default=None, min_length=LEAST_CHARACTERS)
    """What access tokens are signed with, for several processes to share; by default
    made once and kept in the data directory."""
    idle_exit_s: float | None = Field(default=None, gt=0)
    """End after so long without a request or a job; None: never."""
    grace_s: float = Field(default=8.0, ge=0, le=12)
    """What running jobs get to finish when the service is asked to stop."""

    session_max_ttl_s: float = Field(default=8 * 3600.0, gt=0, le=_YEAR_S)
    """How long a session lasts after its first job began; nobody gets more."""
    session_interactive_ttl_s: float = Field(default=300.0, gt=0, le=_YEAR_S)
    """How long it waits for its next job."""
    sessions_per_user: int = Field(default=1000, gt=0)
    """Open ones of one user at the same time."""

    ibm_token: SecretStr | None = None
    """Of an IBM account, whose devices programs may use; known to the broker alone."""
    ibm_url: str | None = None
    """By default IBM's own platform."""
    ibm_instance: str | None = None
    """A CRN or a name."""
    ibm_account_file: Path | None = None
    """A saved account of the official client, in place of the token."""
    ibm_account_name: str | None = None
    """Of the account in that file."""

    wall_time_s: float = Field(default=3600.0, gt=0)
    memory_bytes: int | None = Field(default=None, ge=0)
    """Of all processes of one job; see ``job_memory``. 0: no limit."""
    processes: int = Field(default=256, gt=0)
    """Of one job, threads included."""
    disk_bytes: int = Field(default=1024 * MIB, gt=0)
    """Of one job; at level strong its files are in memory, beyond its memory."""
    disk_files: int = Field(default=65_536, gt=0)
    cpu_time_s: float | None = Field(default=None, gt=0)
    device_wait_s: float = Field(default=24 * 3600.0, ge=0)
    """Time in queues of devices that does not count as a job's wall time."""
    log_bytes: int = Field(default=10 * MIB, gt=0)
    message_bytes: int = Field(default=8 * MIB, gt=0)
    messages_bytes: int = Field(default=4096 * MIB, gt=0)
    result_bytes: int = Field(default=64 * MIB, gt=0)
    inputs_bytes: int = Field(default=64 * MIB, gt=0)
    inline_bytes: int = Field(default=64 * 1024, gt=0)
    """Inputs above this live in the blob store, not in the database."""
    bundle_bytes: int = Field(default=10 * MIB, gt=0)
    inspection_s: float = Field(default=20.0, gt=0)
    """How long the check of an uploaded bundle may take."""

    @field_validator("network_programs", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return frozenset(word.strip() for word in value.split(",") if word.strip())
        return value

    def database(self) -> str:
        """Return the database URL in use."""
        if self.database_url:
            return self.database_url
        return f"sqlite:///{self.data_dir / 'db.sqlite3'}"

    def job_memory(self) -> int | None:
        """Return what one job may have; its share of half of the machine if not set.

        So the service, the system and the files of jobs keep the other half. Less than
        1 GiB is no use to a simulator, so that is the least, however many workers.
        """
        if self.memory_bytes is None:
            return max(1024 * MIB, machine_memory() // 2 // self.workers)
        return self.memory_bytes or None

    def scheme(self) -> str:
        """Return ``https`` when there is a certificate to show, else ``http``."""
        return "https" if self.tls_cert or self.tls_self_signed else "http"

    def is_loopback(self) -> bool:
        """Say whether only this machine can reach the address."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False
