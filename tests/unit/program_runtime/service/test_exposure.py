"""What a service may be exposed to: the address, and what confines its programs."""

import logging

import pytest

from program_runtime.errors import ServiceStartError
from program_runtime.service import Settings
from program_runtime.service.exposure import check_address, check_isolation

OUTSIDE = {"host": "0.0.0.0", "tls_self_signed": True}


def refusal(check, settings, *more):
    with pytest.raises(ServiceStartError) as refused:
        check(Settings(**settings), *more)
    return str(refused.value)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "", "10.1.2.3", "example.org"])
def test_plain_http_beyond_loopback_is_refused(host):
    assert refusal(check_address, {"host": host}) == (
        f"Plain http on {host} would send tokens and inputs unprotected. Give "
        "--tls-cert and --tls-key or --tls-self-signed, or listen on 127.0.0.1."
    )


@pytest.mark.parametrize(
    "settings",
    [
        {"host": "127.0.0.1"},
        {"host": "::1"},
        {"host": "localhost"},
        {"host": "10.1.2.3", "tls_self_signed": True},
        {"host": "10.1.2.3", "tls_cert": "c.pem", "tls_key": "k.pem"},
    ],
    ids=lambda settings: " ".join(settings.values() if len(settings) < 2 else settings),
)
def test_the_loopback_or_a_certificate_is_enough(settings):
    check_address(Settings(**settings))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"tls_cert": "c.pem"}, "A certificate needs its key"),
        ({"tls_key": "k.pem"}, "A certificate needs its key"),
        (
            {"tls_cert": "c.pem", "tls_key": "k.pem", "tls_self_signed": True},
            "There can be one certificate",
        ),
    ],
    ids=["no key", "no certificate", "two certificates"],
)
def test_half_or_two_certificates_are_refused(settings, message):
    assert message in refusal(check_address, settings)


@pytest.mark.parametrize(
    ("required", "level"),
    [("reduced", "none"), ("strong", "none"), ("strong", "reduced")],
)
@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
def test_less_isolation_than_required_is_refused_everywhere(required, level, host):
    settings = {"host": host, "isolation": "none", "require_isolation": required}
    assert refusal(check_isolation, settings, level) == (
        f"Programs would run at the isolation level '{level}'; '{required}' is required."
        " `qrt doctor` says what this machine lacks; or require less."
    )


@pytest.mark.parametrize(
    ("required", "level"),
    [
        ("none", "reduced"),
        ("reduced", "reduced"),
        ("reduced", "strong"),
        ("strong", "strong"),
    ],
)
def test_as_much_isolation_as_required_is_enough_and_no_warning(
    required, level, caplog
):
    check_isolation(Settings(**OUTSIDE, require_isolation=required), level)
    assert not caplog.records


def test_auto_that_ends_at_none_is_refused_beyond_loopback():
    assert refusal(check_isolation, OUTSIDE, "none") == (
        "Programs can not be confined here, and others can reach 0.0.0.0. Listen on "
        "127.0.0.1; or say --isolation none, if every author is trusted."
    )


@pytest.mark.parametrize(
    "settings",
    [{**OUTSIDE, "isolation": "none"}, {"host": "127.0.0.1"}],
    ids=["asked for", "on the loopback"],
)
def test_no_isolation_is_never_silent(settings, caplog):
    check_isolation(Settings(**settings), "none")
    [record] = caplog.records
    assert record.levelno == logging.WARNING
    assert record.getMessage().startswith("Programs are NOT confined (isolation none)")
