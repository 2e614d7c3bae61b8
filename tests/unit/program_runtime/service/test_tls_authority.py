"""The authority and the certificate of a service: made once, renewed, refused."""

import ipaddress
import platform
import ssl
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from handshakes import shake_hands, shown

from program_runtime.errors import ServiceStartError
from program_runtime.service import Settings
from program_runtime.service.tls import open_tls

NOW = datetime.now(UTC)
DAY = timedelta(days=1)


@pytest.fixture
def data_dir(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    return folder


@pytest.fixture
def start(data_dir):
    """Open the certificate as a start of the service does."""

    def start(host="127.0.0.1", *, at=NOW):
        settings = Settings(data_dir=data_dir, host=host, tls_self_signed=True)
        return open_tls(settings, clock=lambda: at)

    return start


def names(certificate):
    extension = certificate.extensions.get_extension_for_class(
        x509.SubjectAlternativeName
    )
    return [str(name.value) for name in extension.value]


def test_without_a_wish_there_is_no_certificate(data_dir):
    assert open_tls(Settings(data_dir=data_dir)) is None
    assert not (data_dir / "tls").exists()


def test_the_keys_are_for_this_user_alone(start, data_dir):
    tls = start()
    modes = {
        path.name: path.stat().st_mode & 0o777 for path in (data_dir / "tls").iterdir()
    }
    assert modes == {"ca.pem": 0o644, "ca.key": 0o600, "server.pem": 0o600}
    assert (data_dir / "tls").stat().st_mode & 0o777 == 0o700
    assert tls.authority == data_dir / "tls" / "ca.pem"
    assert b"PRIVATE" not in tls.authority.read_bytes()


@pytest.mark.parametrize(
    ("host", "more"),
    [
        ("127.0.0.1", []),
        ("localhost", []),
        ("::1", []),
        ("10.1.2.3", ["10.1.2.3"]),
        ("2001:db8::7", ["2001:db8::7"]),
        ("Lab.Example.org", ["lab.example.org"]),
        ("bücher.example", ["xn--bcher-kva.example"]),
        ("0.0.0.0", [platform.node().lower()]),
        ("::", [platform.node().lower()]),
        ("a..b", []),
    ],
)
def test_the_certificate_names_what_the_service_is_reached_by(
    start, data_dir, host, more
):
    start(host)
    assert names(shown(data_dir)) == ["localhost", "127.0.0.1", "::1", *more]


def test_a_strict_client_that_trusts_the_authority_is_content(start):
    tls = start("10.1.2.3")
    for name in ("localhost", "127.0.0.1", "::1", "10.1.2.3"):
        certificate = shake_hands(tls.context, tls.authority, name)
    assert certificate.not_valid_after_utc - NOW <= 90 * DAY
    with pytest.raises(ssl.SSLCertVerificationError):
        shake_hands(tls.context, tls.authority, "other.example")


def test_who_does_not_trust_the_authority_is_not_content(start):
    tls = start()
    with pytest.raises(ssl.SSLCertVerificationError):
        shake_hands(tls.context, None)


def test_a_second_start_shows_the_same(start, data_dir):
    start()
    before = [path.read_bytes() for path in sorted((data_dir / "tls").iterdir())]
    start(at=NOW + 59 * DAY)
    after = [path.read_bytes() for path in sorted((data_dir / "tls").iterdir())]
    assert before == after


@pytest.mark.parametrize(
    ("host", "at"),
    [
        ("127.0.0.1", NOW + 61 * DAY),
        ("127.0.0.1", NOW + 1000 * DAY),
        ("10.1.2.3", NOW),
        ("127.0.0.1", NOW - 3 * DAY),
    ],
    ids=["before its end", "after its end", "another address", "the clock went back"],
)
def test_the_certificate_is_renewed_and_the_authority_stays(start, data_dir, host, at):
    authority = start().authority
    trusted, first = authority.read_bytes(), shown(data_dir)
    start(host, at=at)
    again = shown(data_dir)
    assert authority.read_bytes() == trusted
    assert again.serial_number != first.serial_number
    issuer = x509.load_pem_x509_certificate(trusted)
    again.verify_directly_issued_by(issuer)
    assert again.not_valid_after_utc >= at + 89 * DAY


@pytest.mark.parametrize("content", [b"", b"\0\xff", b"-----BEGIN CERTIFICATE-----\n"])
def test_a_damaged_certificate_is_made_again(start, data_dir, content):
    start()
    (data_dir / "tls" / "server.pem").write_bytes(content)
    tls = start()
    shake_hands(tls.context, tls.authority)


def test_a_certificate_of_another_authority_is_made_again(start, data_dir):
    start()
    (data_dir / "tls" / "ca.pem").unlink()
    tls = start()
    shake_hands(tls.context, tls.authority)


def damage(folder, kind):
    if kind == "damaged":
        (folder / "ca.pem").write_text("nonsense")
    elif kind == "no key":
        (folder / "ca.key").unlink()
    elif kind == "wrong key":
        (folder / "ca.key").write_bytes((folder / "server.pem").read_bytes())
    else:
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        text = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        (folder / "ca.key").write_bytes(text)


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("damaged", "can not be read"),
        ("no key", "can not be read"),
        ("wrong key", "has the key of another one"),
        ("other kind", "has a key of another kind"),
    ],
)
def test_an_authority_that_can_not_sign_is_never_replaced_silently(
    start, data_dir, kind, reason
):
    start()
    folder = data_dir / "tls"
    damage(folder, kind)
    kept = (folder / "ca.pem").read_bytes()
    with pytest.raises(ServiceStartError) as refused:
        start()
    assert str(refused.value) == (
        f"The certificate authority in {folder} {reason}. Delete {folder} and a new "
        "one is made; clients have to trust that one."
    )
    assert (folder / "ca.pem").read_bytes() == kept


def test_an_authority_that_ends_is_said_a_month_before(start):
    start()
    start(at=NOW + 3600 * DAY)
    with pytest.raises(ServiceStartError, match=r"ends on 20\d\d-\d\d-\d\d"):
        start(at=NOW + 3630 * DAY)


def test_a_key_that_others_could_read_is_taken_from_them(start, data_dir, caplog):
    start()
    key = data_dir / "tls" / "ca.key"
    key.chmod(0o644)
    start()
    assert key.stat().st_mode & 0o777 == 0o600
    assert "could be read by others" in caplog.text


def test_a_key_without_its_certificate_is_a_start_that_was_cut_off(start, data_dir):
    start()
    (data_dir / "tls" / "ca.pem").unlink()
    assert start().authority.exists()


def test_addresses_stand_in_the_certificate_as_addresses(start, data_dir):
    start("10.1.2.3")
    extension = shown(data_dir).extensions.get_extension_for_class(
        x509.SubjectAlternativeName
    )
    assert extension.value.get_values_for_type(x509.IPAddress)[-1] == (
        ipaddress.ip_address("10.1.2.3")
    )
