"""Links to payloads: nobody else makes them, and they end."""

import pytest

from program_runtime.service.access_tokens import AccessTokens
from program_runtime.service.signed_links import LIFETIME_S, SignedLinks
from program_runtime.service.signing_key import SigningKey


class Clock:
    now = 1_800_000_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def key(tmp_path):
    return SigningKey(tmp_path / "signing")


@pytest.fixture
def links(key, clock):
    return SignedLinks(key, clock=clock)


def test_a_link_stands_for_one_payload_of_one_job(links):
    assert links.read(links.make("job_1", 7)) == ("job_1", 7)


def test_a_link_fits_into_a_path(links):
    link = links.make("job_1", 7)
    assert set(link) <= set(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."
    )


def test_a_link_ends(links, clock):
    link = links.make("job_1", 7)
    clock.now += LIFETIME_S - 1
    assert links.read(link) == ("job_1", 7)
    clock.now += 1
    assert links.read(link) is None


def test_a_link_of_another_service_is_none(links, tmp_path, clock):
    other = SignedLinks(SigningKey(tmp_path / "other"), clock=clock)
    assert links.read(other.make("job_1", 7)) is None


def test_no_part_of_a_link_can_be_changed(links):
    parts = links.make("job_1", 7).split(".")
    for place, other in enumerate(("job_2", "8", "9999999999", "A" * 43)):
        changed = [*parts[:place], other, *parts[place + 1 :]]
        assert links.read(".".join(changed)) is None


@pytest.mark.parametrize("text", ["", "a", "a.b.c.d", "....", "é.1.2.x", "job.1.2"])
def test_what_is_no_link_is_none(links, text):
    assert links.read(text) is None


def test_an_access_token_is_no_link_and_a_link_no_access_token(links, key, clock):
    tokens = AccessTokens(key, clock=clock)
    assert links.read(tokens.issue("u_a", "0" * 64, 60)) is None
    assert tokens.verify(links.make("job_1", 7)) is None
