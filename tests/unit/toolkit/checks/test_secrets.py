"""Secrets are found, and never shown."""

import secrets as random_secrets

import pytest

from toolkit.checks import run_checks
from toolkit.checks.secrets import find_secrets, mask

HEX = "0123456789abcdef" * 8


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("x = 'qrt_" + "aB3-" * 10 + "'", "a token of this service"),
        ("AKIA" + "Q3EGR7ZK4NWXPLM2", "an AWS access key"),
        ("ghp_" + "a1B2c3D4" * 5, "a GitHub token"),
        ("github_pat_" + "a1B2c3D4" * 6, "a GitHub token"),
        ("glpat-" + "a1B2c3D4e5" * 2, "a GitLab token"),
        ("xoxb-" + "1234567890-abc", "a Slack token"),
        ("AIza" + "a1B2c3D" * 5, "a Google API key"),
        ("pypi-" + "a1B2c3D4e5" * 6, "a PyPI token"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY.c2lnbmF0dXJlMTIz", "a JSON web"),
        ("-----BEGIN RSA PRIVATE KEY-----", "a private key"),
        ("-----BEGIN PRIVATE KEY-----", "a private key"),
        (f"IBMQ.enable_account('{HEX}')", "an IBM Quantum token"),
        ('password = "c0rrect-h0rse-battery9"', "the value of 'password'"),
        ("db.password='0123456789abcdef0123'", "the value of 'db.password'"),
        ('{"api_key": "Zk3v9QpL2xT8wB5n"}', "the value of 'api_key'"),
        ("IBM_TOKEN: 'Zk3v9QpL2xT8wB5n'", "the value of 'IBM_TOKEN'"),
    ],
)
def test_what_looks_like_a_secret_is_found(text, what):
    ((line, found, secret),) = list(find_secrets(f"\n{text}\n"))

    assert line == 2
    assert found.startswith(what)
    assert secret in text


@pytest.mark.parametrize(
    "text",
    [
        "token = os.environ['QRT_TOKEN']",
        'token = "your-token-goes-here"',
        'token = "<paste your token here>"',
        'token = "${{ secrets.MY_TOKEN_NAME }}"',
        'api_key = "xxxxxxxxxxxxxxxxxxxxxxxx"',
        'password = "aaaaaaaaaaaaaaaaaaaaaaaa"',
        'secret = "short"',
        'secret_question = "what-is-your-mothers-name"',
        'token = "test-token-0123456789"',
        '"max_tokens": "1000000000000000000000"',
        "'" + "0" * 128 + "'",
        "digest = 'sha256:" + "ab" * 32 + "'",
        "AKIAIOSFODNN7EXAMPLE",
        "a plain sentence about passwords and tokens",
    ],
)
def test_placeholders_and_prose_are_no_secrets(text):
    assert list(find_secrets(text)) == []


def test_a_finding_never_shows_the_secret(make_project):
    token = "qrt_" + random_secrets.token_urlsafe(32)
    root = make_project(files={"notes.md": f"# login\nuse {token}\n"})
    (finding,) = run_checks(root)

    assert (finding.path, finding.line) == ("notes.md", 2)
    assert token not in str(finding)
    assert token[5:] not in str(finding)
    assert mask(token) in str(finding)


def test_a_dot_env_is_found_only_when_it_is_in_the_bundle(make_project):
    files = {".env": "A=1"}
    assert run_checks(make_project("out", files=files)) == []
    root = make_project("in", files={**files, ".qrtignore": "!.env"})

    assert [(f.code, f.path) for f in run_checks(root)] == [("QRT402", ".env")]


def test_binary_files_are_not_searched(make_project):
    content = b"\0" + b"ghp_" + b"a1B2c3D4" * 5

    assert run_checks(make_project(files={"data.bin": content})) == []


@pytest.mark.parametrize("piece", ["token", "a", "-", "eyJ", "secret = '", "api_key:"])
def test_hostile_text_of_a_megabyte_is_searched_in_one_pass(piece):
    line = piece * (9_000 // len(piece))

    assert list(find_secrets("\n".join([line] * 110))) == []


def test_lines_beyond_any_measure_are_searched_at_their_beginning():
    token = "ghp_" + "a1B2c3D4" * 5

    assert [line for line, *_ in find_secrets(token + "x " * 100_000)] == [1]
