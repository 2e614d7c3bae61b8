"""Certificates as they are shown: renewed while the server runs, or refused."""

import asyncio
import ssl
import sys
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives import serialization
from handshakes import seen_by_anyone, shake_hands, shown

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


def start(data_dir, now=lambda: NOW):
    return open_tls(Settings(data_dir=data_dir, tls_self_signed=True), clock=now)


async def until(condition):
    """Wait for what only time brings."""
    while not condition():  # noqa: ASYNC110 - nothing tells of it
        await asyncio.sleep(0.01)


def test_a_running_server_shows_the_renewed_certificate(data_dir, caplog):
    now = [NOW]
    tls = start(data_dir, lambda: now[0])
    first = seen_by_anyone(tls.context)

    async def scenario():
        fresh = asyncio.create_task(tls.keep_fresh(0.01))
        (data_dir / "tls").rename(data_dir / "away")
        now[0] = NOW + 70 * DAY
        await until(lambda: "the certificate is not renewed" in caplog.text)
        (data_dir / "away").rename(data_dir / "tls")
        await until(lambda: seen_by_anyone(tls.context) != first)
        fresh.cancel()

    asyncio.run(scenario())
    assert seen_by_anyone(tls.context) == shown(data_dir)
    assert shown(data_dir).not_valid_after_utc > first.not_valid_after_utc


def own(folder, *, certificate="server.pem", key="server.pem"):
    chosen = {"tls_cert": folder / certificate, "tls_key": folder / key}
    return open_tls(Settings(data_dir=folder, **chosen))


def test_a_certificate_of_the_operator_has_no_authority_of_ours(data_dir):
    start(data_dir)
    tls = own(data_dir / "tls")
    assert tls.authority is None
    assert shake_hands(tls.context, data_dir / "tls" / "ca.pem") == shown(data_dir)


def encrypted(key_path):
    key = serialization.load_pem_private_key(key_path.read_bytes(), password=None)
    text = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"pass phrase"),
    )
    key_path.write_bytes(text)


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"certificate": "missing.pem"}, "No such file or directory"),
        ({"key": "missing.pem"}, "No such file or directory"),
        ({"key": "ca.pem"}, "one of them is damaged or locked"),
        ({"key": "other.key"}, "key values mismatch"),
        ({"certificate": "other.key"}, "one of them is damaged or locked"),
        ({"key": "locked.key"}, ""),
    ],
    ids=lambda value: " ".join(value.values()) if isinstance(value, dict) else "",
)
def test_files_of_the_operator_that_do_not_fit_are_named(data_dir, files, reason):
    start(data_dir)
    folder = data_dir / "tls"
    for name in ("other.key", "locked.key"):
        (folder / name).write_bytes((folder / "ca.key").read_bytes())
    encrypted(folder / "locked.key")
    with pytest.raises(ServiceStartError) as refused:
        own(folder, **files)
    assert reason in refused.value.message
    assert all(str(folder / name) in refused.value.message for name in files.values())
    assert "the key has no pass phrase" in refused.value.hint


def test_nothing_older_than_version_1_2_is_spoken(data_dir):
    assert start(data_dir).context.minimum_version is ssl.TLSVersion.TLSv1_2


def test_without_the_library_it_is_said_what_to_install(data_dir, monkeypatch):
    monkeypatch.delitem(sys.modules, "program_runtime.service.tls.authority", False)
    monkeypatch.delattr(
        sys.modules["program_runtime.service.tls"], "authority", raising=False
    )
    monkeypatch.setitem(sys.modules, "cryptography", None)
    with pytest.raises(ServiceStartError) as refused:
        start(data_dir)
    assert "needs cryptography" in refused.value.message
    assert "pip install 'qiskit-program-toolkit[service]'" in refused.value.hint
