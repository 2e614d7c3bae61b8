"""How every store finds jobs."""

import pytest
from contract.store_samples import a_job, a_release, completed, ending, furnish

from program_runtime.service.domain import JobQuery


@pytest.fixture(autouse=True)
def furnished(store, ask):
    ask(furnish(store, "u_b"))


@pytest.fixture
def catalogue(store, ask, clock):
    """Five jobs a second apart, by one word each."""
    ask(store.programs.publish(a_release("qaoa"), owner="u_a", description=""))
    fields = {
        "done": {"tags": ("x", "y")},
        "running": {"tags": ("x",), "backend": "fake_manila"},
        "u_bs": {"user": "u_b", "tags": ("y", "x")},
        "session": {"start_session": True},
        "other": {"program_id": "qaoa"},
    }
    ids = {}
    for word, given in fields.items():
        clock.tick()
        ids[ask(store.jobs.submit(a_job(**given)))[0].id] = word
        if word in {"done", "running"}:
            ask(store.jobs.claim())
        if word == "done":
            ask(store.jobs.finish(next(iter(ids)), ending(3), completed()))
    return ids


def found_words(store, ask, catalogue, **fields):
    jobs, count = ask(store.jobs.find(JobQuery(**fields)))
    words = [catalogue[job.id] for job in jobs]
    if "limit" not in fields:
        assert count == len(words)
    return words


def test_the_newest_job_comes_first(store, ask, catalogue):
    newest_first = [*catalogue.values()][::-1]
    assert found_words(store, ask, catalogue) == newest_first
    assert found_words(store, ask, catalogue, oldest_first=True) == newest_first[::-1]


def test_a_page_counts_what_it_leaves_out(store, ask, catalogue):
    jobs, count = ask(store.jobs.find(JobQuery(user="u_a", limit=2, offset=1)))
    assert [catalogue[job.id] for job in jobs] == ["session", "running"]
    assert count == 4


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"user": "u_b"}, {"u_bs"}),
        ({"program_id": "qaoa"}, {"other"}),
        ({"backend": "fake_manila"}, {"running"}),
        ({"pending": True}, {"running", "u_bs", "session", "other"}),
        ({"pending": False}, {"done"}),
        ({"tags": ("x",)}, {"done", "running", "u_bs"}),
        ({"tags": ("x", "y")}, {"done", "u_bs"}),
        ({"tags": ("x", "z")}, set()),
        ({"tags": ("x", "y"), "user": "u_b", "pending": True}, {"u_bs"}),
    ],
)
def test_jobs_are_found_by_what_they_are(store, ask, catalogue, fields, words):
    assert set(found_words(store, ask, catalogue, **fields)) == words


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({}, {"mock_manila", "mockingbird"}),
        ({"mocks": False}, {"mockingbird"}),
        ({"mocks": False, "backend": "mock_manila"}, {"mock_manila"}),
    ],
    ids=["all", "hidden", "by-name"],
)
def test_jobs_on_mocks_are_left_out_for_who_asks_so(store, ask, fields, shown):
    for backend in ("mock_manila", "mockingbird"):
        ask(store.jobs.submit(a_job(backend=backend)))
    jobs, count = ask(store.jobs.find(JobQuery(**fields)))
    assert {job.backend for job in jobs} == shown
    assert count == len(shown)


def test_jobs_are_found_by_session_and_by_time(store, ask, catalogue):
    by_word = {word: ask(store.jobs.get(id_)) for id_, word in catalogue.items()}
    u_bs, session = by_word["u_bs"], by_word["session"]
    assert found_words(store, ask, catalogue, session_id=session.id) == ["session"]
    assert found_words(store, ask, catalogue, created_after=session.created) == [
        *("other", "session")
    ]
    assert found_words(
        store,
        ask,
        catalogue,
        created_after=u_bs.created,
        created_before=session.created,
    ) == ["session", "u_bs"]


def test_tags_are_replaced(store, ask, catalogue):
    job_id = next(iter(catalogue))
    assert ask(store.jobs.set_tags(job_id, ["z", "x", "z"])).tags == ("z", "x")
    assert ask(store.jobs.get(job_id)).tags == ("z", "x")
    assert found_words(store, ask, catalogue, tags=("z", "x")) == ["done"]
    assert ask(store.jobs.set_tags(job_id, [])).tags == ()
    assert found_words(store, ask, catalogue, tags=("z",)) == []
