"""A service at work, and a backup of it."""

import dataclasses

import pytest
from backup_homes import LARGE, TOKEN, Home
from contract.store_samples import (
    a_blob_event,
    a_job,
    a_release,
    a_session,
    an_event,
    completed,
    ending,
    furnish,
    running_job,
)

from program_runtime.service.backup import make_backup
from program_runtime.service.domain import Inputs


@pytest.fixture
def open_home(tmp_path, ask):
    opened = []

    def open_home(name="data"):
        home = Home(tmp_path / name, ask)
        opened.append(home)
        return home

    yield open_home
    for home in opened:
        home.close()


@pytest.fixture
def home(open_home, ask):
    """A service that has published, finished, runs and queues."""
    home = open_home()
    ask(furnish(home.store, "u_b"))
    home.put("vqe@1.0.0")  # the release that furnish() has published
    release = dataclasses.replace(
        a_release(version="1.1.0"), digest=home.put("the bundle")
    )
    ask(home.store.programs.publish(release, owner="u_a", description="Minimise."))
    done = ask(running_job(home.store, tags=("a",)))
    large = a_blob_event(4, home.folder, LARGE)
    ask(home.store.jobs.finish(done.id, [an_event(3), large, *ending(5)], completed()))
    running = ask(
        running_job(home.store, "u_b", inputs=Inputs(digest=home.put("large inputs")))
    )
    ask(home.store.events.append(running.id, [an_event(3)]))
    session = ask(home.store.sessions.add(a_session("u_b")))
    queued = a_job("u_b", session_id=session.id)
    ask(home.store.jobs.submit(queued, idempotency_key="k"))
    (home.folder / "owner.token").write_text(TOKEN)
    (home.folder / "tls").mkdir(mode=0o700)
    (home.folder / "tls" / "ca.pem").write_text("planted authority")
    return home


@pytest.fixture
def backup(home, tmp_path):
    path = tmp_path / "backup.tar"
    make_backup(home.settings, path)
    return path
