"""An authority of this service alone, made once: clients trust it, and it signs."""

from __future__ import annotations

import logging
import platform
import stat
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from program_runtime.errors import ServiceStartError
from program_runtime.service.private_file import write_private

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

__all__ = ["Authority", "key_text", "load_or_make"]

log = logging.getLogger(__name__)

CERTIFICATE_NAME = "ca.pem"
KEY_NAME = "ca.key"
_LIFETIME = timedelta(days=3650)
_LEEWAY = timedelta(days=1)
"""Clocks differ: a certificate is good from the day before it was made."""
_LEAST_LEFT = timedelta(days=30)
_FOR_ALL = 0o644
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """Who signs, and where clients find whom to trust."""

    path: Path
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


def load_or_make(folder: Path, now: datetime) -> Authority:
    """Return the authority of a folder; the first time it is made.

    It is never replaced by itself: all clients would have to trust the new one.

    Raises:
        ServiceStartError: It is damaged, or ends soon.
        StorageError: It can not be written.
    """
    path, key_path = folder / CERTIFICATE_NAME, folder / KEY_NAME
    if not path.exists():
        _make(path, key_path, now)
    try:
        certificate = x509.load_pem_x509_certificate(path.read_bytes())
        key = serialization.load_pem_private_key(key_path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as err:
        raise _unusable(folder, "can not be read") from err
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise _unusable(folder, "has a key of another kind")
    if key.public_key() != certificate.public_key():
        raise _unusable(folder, "has the key of another one")
    if now + _LEAST_LEFT > certificate.not_valid_after_utc:
        raise _unusable(folder, f"ends on {certificate.not_valid_after_utc:%Y-%m-%d}")
    if key_path.stat().st_mode & _OTHERS:
        log.warning("%s could be read by others; now it can not", key_path)
        key_path.chmod(stat.S_IRUSR | stat.S_IWUSR)
    return Authority(path=path, certificate=certificate, key=key)


def key_text(key: ec.EllipticCurvePrivateKey) -> str:
    """Return a key as it is stored."""
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


def _make(path: Path, key_path: Path, now: datetime) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "qrt"),
            x509.NameAttribute(
                NameOID.COMMON_NAME, f"qrt service on {platform.node()}"[:64]
            ),
        ]
    )
    public = key.public_key()
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _LEEWAY)
        .not_valid_after(now + _LIFETIME)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_signs_certificates(), critical=True)
        .add_extension(
            x509.SubjectKeyIdentifier.from_public_key(public), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    # The key first: without the certificate nobody trusts it, and it is made again.
    write_private(key_path, key_text(key))
    text = certificate.public_bytes(serialization.Encoding.PEM).decode()
    write_private(path, text, mode=_FOR_ALL)


def _signs_certificates() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )


def _unusable(folder: Path, reason: str) -> ServiceStartError:
    return ServiceStartError(
        f"The certificate authority in {folder} {reason}.",
        hint=f"Delete {folder} and a new one is made; clients have to trust that one.",
    )
