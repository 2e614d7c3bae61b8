"""The server's certificate under our own authority, made again before it ends."""

from __future__ import annotations

import ipaddress
import platform
from datetime import timedelta
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from program_runtime.service.private_file import write_private
from program_runtime.service.tls.authority import key_text

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from program_runtime.service.tls.authority import Authority

__all__ = ["keep", "names_for"]

_LIFETIME = timedelta(days=90)
_RENEWED_BEFORE_END = timedelta(days=30)
_LEEWAY = timedelta(days=1)


def keep(path: Path, issuer: Authority, host: str, now: datetime) -> bool:
    """See to it that a file holds a key and a certificate that can be shown.

    Args:
        path: The file; both are in one, so that they always fit each other.
        issuer: Who signs.
        host: What the service listens on.
        now: The time.

    Returns:
        Whether they were made now.

    Raises:
        StorageError: The file can not be written.
    """
    names = names_for(host)
    if _is_good(path, issuer, names, now):
        return False
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = _sign(key.public_key(), issuer, names, now)
    text = certificate.public_bytes(serialization.Encoding.PEM).decode()
    write_private(path, key_text(key) + text)
    return True


def names_for(host: str) -> list[x509.GeneralName]:
    """Return by which names the service can be reached.

    Args:
        host: What it listens on. Who listens everywhere is reached by the name of
            the machine.
    """
    found: list[x509.GeneralName] = [
        x509.DNSName("localhost"),
        x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
        x509.IPAddress(ipaddress.ip_address("::1")),
    ]
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        other = _dns_name(host)
    else:
        everywhere = address.is_unspecified
        other = _dns_name(platform.node()) if everywhere else x509.IPAddress(address)
    if other is not None and other not in found:
        found.append(other)
    return found


def _dns_name(name: str) -> x509.GeneralName | None:
    try:
        return x509.DNSName(name.encode("idna").decode().lower()) if name else None
    except UnicodeError:  # no name that a resolver could know
        return None


def _is_good(
    path: Path, issuer: Authority, names: list[x509.GeneralName], now: datetime
) -> bool:
    try:
        content = path.read_bytes()
        certificate = x509.load_pem_x509_certificate(content)
        serialization.load_pem_private_key(content, password=None)
        certificate.verify_directly_issued_by(issuer.certificate)
        extension = certificate.extensions.get_extension_for_class(
            x509.SubjectAlternativeName
        )
    except (
        OSError,
        TypeError,
        ValueError,
        InvalidSignature,
        x509.ExtensionNotFound,
    ):
        return False
    return (
        certificate.not_valid_before_utc <= now
        and now + _RENEWED_BEFORE_END <= certificate.not_valid_after_utc
        and set(names) <= set(extension.value)
    )


def _sign(
    public: ec.EllipticCurvePublicKey,
    issuer: Authority,
    names: list[x509.GeneralName],
    now: datetime,
) -> x509.Certificate:
    authority = issuer.certificate
    usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
    key_id = authority.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    issuer_id = x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(
        key_id.value
    )
    ends = min(now + _LIFETIME, authority.not_valid_after_utc)
    return (
        x509.CertificateBuilder()
        .subject_name(
            x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "qrt service")])
        )
        .issuer_name(authority.subject)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(max(now - _LEEWAY, authority.not_valid_before_utc))
        .not_valid_after(ends)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(usage, critical=False)
        .add_extension(
            x509.SubjectKeyIdentifier.from_public_key(public), critical=False
        )
        .add_extension(issuer_id, critical=False)
        .sign(issuer.key, hashes.SHA256())
    )
