"""Access tokens: what they say, and when they are no longer good."""

import asyncio
import base64
import json
import stat
from datetime import UTC, datetime

import pytest

from program_runtime.errors import StorageError
from program_runtime.service import Settings
from program_runtime.service.access_tokens import AccessTokens
from program_runtime.service.domain import Role, User, hash_token
from program_runtime.service.signing_key import SigningKey
from program_runtime.service.tokens import Tokens

HASH = hash_token("qrt_right")


class Clock:
    now = 1_800_000_000.0

    def __call__(self):
        return self.now


class Users:
    """Knows the hash of one token."""

    def __init__(self):
        self.users = self
        self.right = HASH

    async def by_token_hash(self, token_hash):
        if token_hash != self.right:
            return None
        return User(name="u_b", role=Role.USER, created=datetime.now(UTC))


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def key(tmp_path):
    return SigningKey(tmp_path / "keys" / "signing")


@pytest.fixture
def tokens(key, clock):
    return AccessTokens(key, clock=clock)


def part_of(token, part):
    text = token.split(".")[part]
    return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


def changed(token, part, **claims):
    parts = token.split(".")
    read = part_of(token, part) | claims
    encoded = base64.urlsafe_b64encode(json.dumps(read).encode())
    parts[part] = encoded.rstrip(b"=").decode()
    return ".".join(parts)


def test_a_token_stands_for_the_user_and_the_api_token(tokens):
    assert tokens.verify(tokens.issue("u_b", HASH, 60)) == ("u_b", HASH)


def test_official_clients_read_its_times(tokens, clock):
    token = tokens.issue("u_b", HASH, 60)
    read = part_of(token, 1)
    assert part_of(token, 0) == {"alg": "HS256", "typ": "JWT"}
    assert (read["iat"], read["exp"]) == (clock.now, clock.now + 60)


def test_a_token_shows_neither_the_api_token_nor_its_hash(tokens):
    one, other = (tokens.issue("u_b", HASH, 60) for _ in range(2))
    read = [part_of(each, 1) for each in (one, other)]
    assert HASH not in json.dumps(read)
    assert read[0]["ref"] != read[1]["ref"]


def test_a_token_ends(tokens, clock):
    token = tokens.issue("u_b", HASH, 60)
    clock.now += 59
    assert tokens.verify(token)
    clock.now += 1
    assert tokens.verify(token) is None


@pytest.mark.parametrize(
    "forge",
    [
        pytest.param(lambda t: changed(t, 0, alg="none"), id="unsigned"),
        pytest.param(lambda t: changed(t, 0, kid="x"), id="another-head"),
        pytest.param(lambda t: changed(t, 1, sub="root"), id="another-user"),
        pytest.param(lambda t: changed(t, 1, exp=2**40), id="for-ever"),
        pytest.param(lambda t: t.rpartition(".")[0] + ".", id="no-signature"),
        pytest.param(lambda t: t[:-1] + "é", id="no-ascii"),
        pytest.param(lambda _: "..", id="empty"),
        pytest.param(lambda _: "a.b.c", id="nonsense"),
        pytest.param(lambda _: "qrt_x", id="an-api-token"),
    ],
)
def test_a_forged_token_is_none(tokens, forge):
    assert tokens.verify(forge(tokens.issue("u_b", HASH, 60))) is None


def test_a_token_of_another_key_is_none(tokens, tmp_path, clock):
    other = AccessTokens(SigningKey(tmp_path / "other"), clock=clock)
    assert tokens.verify(other.issue("u_b", HASH, 60)) is None


def test_an_access_token_finds_the_user_until_the_api_token_is_replaced(tokens):
    users = Users()
    known = Tokens(users, access_tokens=tokens)
    token = tokens.issue("u_b", HASH, 60)
    assert asyncio.run(known.user(token)).name == "u_b"
    users.right = hash_token("qrt_next")
    known.forget()
    assert asyncio.run(known.user(token)) is None


def test_an_access_token_is_no_api_token(tokens):
    known = Tokens(Users(), access_tokens=tokens)
    token = tokens.issue("u_b", HASH, 60)
    assert asyncio.run(known.user_of_api_token(token)) is None
    assert asyncio.run(known.user_of_api_token("qrt_right")).name == "u_b"


def test_the_key_is_made_once_and_is_for_its_owner_alone(tmp_path):
    path = tmp_path / "keys" / "signing"
    first = SigningKey(path).sign("links", b"x")
    assert SigningKey(path).sign("links", b"x") == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_what_is_signed_for_one_purpose_is_nothing_for_another(key):
    assert key.sign("links", b"x") != key.sign("access token", b"x")


def test_a_given_key_is_shared_and_written_nowhere(tmp_path):
    one, other = (SigningKey(tmp_path / name, given="k" * 32) for name in "ab")
    assert one.sign("links", b"x") == other.sign("links", b"x")
    assert not any(tmp_path.iterdir())


def test_a_file_that_was_cut_off_is_replaced(tmp_path):
    path = tmp_path / "signing"
    path.write_text("")
    SigningKey(path).prepare()
    assert len(path.read_text()) > 32


def test_a_key_that_can_not_be_read_says_what_to_do(tmp_path):
    with pytest.raises(StorageError, match="can not be read") as caught:
        SigningKey(tmp_path).prepare()
    assert "Remove the file" in caught.value.hint


def test_a_key_is_shown_by_nothing(tmp_path):
    given = "k" * 32
    settings = Settings(data_dir=tmp_path, signing_key=given)
    shown = repr(SigningKey(tmp_path / "signing", given=given)) + repr(settings)
    assert given not in shown


def test_a_short_key_is_refused(tmp_path):
    with pytest.raises(ValueError, match="at least 32"):
        Settings(data_dir=tmp_path, signing_key="short")
