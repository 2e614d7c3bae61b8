"""Wrong tokens: what they cost the address that they come from, and what not."""

import asyncio
import logging
import re
from datetime import UTC, datetime

import pytest

from program_runtime.service.attempts import Attempts, origin_of
from program_runtime.service.domain import Role, User, hash_token, new_token
from program_runtime.service.tokens import Tokens, TooManyAttempts


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


class Users:
    """Knows one token; remembers every hash that it was asked for."""

    def __init__(self):
        self.users = self
        self.asked = []
        self.right = hash_token("qrt_right")
        self.user = User(name="u_b", role=Role.USER, created=datetime.now(UTC))

    async def by_token_hash(self, token_hash):
        self.asked.append(token_hash)
        return self.user if token_hash == self.right else None


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def users():
    return Users()


@pytest.fixture
def ask(users, clock):
    """Ask whose token it is; "wait" when it was not looked at."""
    attempts = Attempts(burst=3, per_s=0.5, debt=2, clock=clock)
    tokens = Tokens(users, attempts=attempts, clock=clock)

    def ask(token, origin="192.0.2.1"):
        try:
            user = asyncio.run(tokens.user(token, origin))
        except TooManyAttempts as err:
            return f"wait {err.wait_s:g}"
        return user and user.name

    ask.tokens = tokens
    return ask


def test_a_token_is_256_random_bits():
    tokens = {new_token() for _ in range(100)}
    assert len(tokens) == 100
    # 43 characters of 64 kinds hold 256 bits.
    assert all(re.fullmatch(r"qrt_[A-Za-z0-9_-]{43}", token) for token in tokens)


def test_the_store_sees_hashes_only(ask, users):
    ask("qrt_right")
    ask("qrt_wrong")
    assert users.asked == [hash_token("qrt_right"), hash_token("qrt_wrong")]
    assert hash_token("qrt_right") != hash_token("qrt_righT")


def test_after_a_few_wrong_tokens_an_address_is_not_looked_up_any_more(ask, users):
    assert [ask("qrt_wrong") for _ in range(5)] == [None] * 3 + ["wait 2"] * 2
    assert len(users.asked) == 3
    assert ask("qrt_wrong", "192.0.2.2") is None


def test_tries_come_back_with_time_up_to_the_burst(ask, clock):
    assert [ask("qrt_wrong") for _ in range(4)][-1] == "wait 2"
    clock.now = 2.0
    assert [ask("qrt_wrong") for _ in range(2)] == [None, "wait 2"]
    clock.now = 1000.0
    assert [ask("qrt_wrong") for _ in range(4)] == [None] * 3 + ["wait 2"]


def test_a_right_token_costs_nothing(ask, clock):
    for _ in range(10):
        clock.now += 3
        assert ask("qrt_right") == "u_b"
    assert [ask("qrt_wrong") for _ in range(3)] == [None] * 3


def test_a_token_that_was_right_before_goes_on_from_an_address_that_waits(ask, clock):
    assert ask("qrt_right") == "u_b"
    for _ in range(4):
        ask("qrt_wrong")
    clock.now = 0.5
    ask.tokens.forget()
    assert ask("qrt_right") == "u_b"


def test_a_token_that_is_new_waits_although_it_is_right(ask, users, clock):
    for _ in range(3):
        ask("qrt_wrong")
    assert ask("qrt_right") == "wait 2"
    clock.now = 2.0
    assert ask("qrt_right") == "u_b"


def test_a_token_that_was_right_and_is_revoked_waits_like_any_other(ask, users, clock):
    assert ask("qrt_right") == "u_b"
    users.right = None
    ask.tokens.forget()
    assert [ask("qrt_right") for _ in range(4)] == [None] * 3 + ["wait 2"]


def test_the_log_names_a_waiting_address_once_a_minute_and_no_token(ask, clock, caplog):
    caplog.set_level(logging.INFO)
    for second in range(0, 119, 2):
        clock.now = float(second)
        for _ in range(4):
            ask("qrt_wrong")
    told = [record.getMessage() for record in caplog.records]
    assert told == ["too many wrong tokens from 192.0.2.1: it has to wait"] * 2


def test_tries_under_way_together_are_owed_up_to_a_bound(clock):
    attempts = Attempts(burst=3, per_s=0.5, debt=2, clock=clock)
    for _ in range(1000):
        attempts.failed("192.0.2.1")
    assert attempts.wait_s("192.0.2.1") == 6.0


def test_a_bounded_number_of_addresses_is_remembered(clock):
    attempts = Attempts(burst=1, addresses=100, clock=clock)
    for number in range(10_000):
        attempts.failed(f"host-{number}")
    assert len(attempts) == 100
    assert attempts.wait_s("host-9999") > 0
    assert attempts.wait_s("host-0") == 0


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::9", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::1", "::/64"),
        ("testclient", "testclient"),
        (None, ""),
    ],
)
def test_what_counts_as_one_address(host, origin):
    assert origin_of(host) == origin
