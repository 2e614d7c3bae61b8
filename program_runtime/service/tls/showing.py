"""What the server shows to who connects by https, fresh as long as it runs."""

from __future__ import annotations

import asyncio
import logging
import ssl
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from program_runtime.errors import ProgramRuntimeError, ServiceStartError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from program_runtime.service.settings import Settings

__all__ = ["Tls", "open_tls"]

log = logging.getLogger(__name__)

FOLDER_NAME = "tls"
_SERVER_NAME = "server.pem"
_LOOK_EVERY_S = 3600.0


class Tls:
    """A certificate, its key, and the context that shows both.

    Args:
        certificate: The file of the certificate.
        key: The file of its key.
        authority: The file of whom clients have to trust; None: whom they trust
            already.
        renew: Sees to it that the files are good for some time; says whether they
            are new.
    """

    def __init__(
        self,
        *,
        certificate: Path,
        key: Path,
        authority: Path | None = None,
        renew: Callable[[], bool] = lambda: False,
    ) -> None:
        self.authority = authority
        self._certificate = certificate
        self._key = key
        self._renew = renew
        self.context = _context(certificate, key)

    async def keep_fresh(self, every_s: float = _LOOK_EVERY_S) -> None:
        """Show a new certificate before the old one ends; never returns.

        New connections see it. What fails is tried again: there is time.
        """
        while True:
            await asyncio.sleep(every_s)
            try:
                if await asyncio.to_thread(self._renew):
                    self._show_again()
            except (OSError, ProgramRuntimeError) as err:
                log.error("the certificate is not renewed: %s", err)  # noqa: TRY400

    def _show_again(self) -> None:
        _context(self._certificate, self._key)  # first where it can do no harm
        self.context.load_cert_chain(self._certificate, self._key)


def open_tls(
    settings: Settings, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> Tls | None:
    """Return what the settings ask for; None for plain http.

    Args:
        settings: Of the service; its data directory is there and held.
        clock: Tells the time.

    Raises:
        ServiceStartError: A file can not be used.
        StorageError: A file can not be written.
    """
    if settings.tls_self_signed:
        return _self_signed(settings.data_dir.absolute(), settings.host, clock)
    if settings.tls_cert is None or settings.tls_key is None:
        return None
    return Tls(certificate=settings.tls_cert, key=settings.tls_key)


def _self_signed(data_dir: Path, host: str, clock: Callable[[], datetime]) -> Tls:
    try:
        from program_runtime.service.tls import (  # noqa: PLC0415 - 150 ms
            authority,
            server_certificate,
        )
    except ModuleNotFoundError as err:
        raise ServiceStartError(
            f"A certificate of its own needs {err.name}, which is not installed.",
            hint="python -m pip install 'qiskit-program-toolkit[service]'",
        ) from err
    folder = data_dir / FOLDER_NAME
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as err:
        raise ServiceStartError(f"{folder} can not be made: {err.strerror}.") from err
    issuer = authority.load_or_make(folder, clock())
    shown = folder / _SERVER_NAME

    def renew() -> bool:
        return server_certificate.keep(shown, issuer, host, clock())

    renew()
    return Tls(certificate=shown, key=shown, authority=issuer.path, renew=renew)


def _context(certificate: Path, key: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        # A key with a pass phrase is refused: nobody is there to be asked for it.
        context.load_cert_chain(certificate, key, password=lambda: "")
    except OSError as err:  # an SSLError is one
        raise ServiceStartError(
            f"The certificate {certificate} can not be used with the key {key}: "
            f"{_reason(err)}.",
            hint="Both are PEM files; the certificate comes first in its own, and the "
            "key has no pass phrase.",
        ) from err
    return context


def _reason(err: OSError) -> str:
    if isinstance(err, ssl.SSLError):
        reason = err.reason or "one of them is damaged or locked"
        return reason.replace("_", " ").lower()
    return err.strerror or str(err)
