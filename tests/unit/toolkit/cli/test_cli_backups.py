"""``qrt backup`` and ``qrt restore``: what they find, say and ask of the service."""

import json
import sys

import pytest
from unit.toolkit.cli import json_forms
from unit.toolkit.cli.test_cli_terminal import Terminal

from program_runtime.client import profiles
from program_runtime.client.secret import Secret
from program_runtime.errors import BackupError
from program_runtime.service import backup
from toolkit.cli import _backups

HELD = backup.Contents(
    created="2026-11-22T07:00:00+00:00",
    version="0.1.0",
    revision="0001",
    users=1,
    programs=1,
    releases=2,
    jobs=1200,
    events=5000,
    blobs=3,
    size_bytes=1_250_000,
    files={"db.sqlite3": "sha256:0"},
)
WORDS = "1,200 jobs, 2 releases, 1 user, 3 blobs, 1.2 MB"


@pytest.fixture
def service(here, monkeypatch):
    """Take the place of the library; returns what it was asked for."""
    asked = {}

    def make(settings, target, *, overwrite, on_progress):
        asked.update(settings=settings, target=target, overwrite=overwrite)
        for part in (0.5, 1.0):
            on_progress(part)
        return HELD

    def restore(source, data_dir, *, force, on_progress):
        asked.update(source=source, data_dir=data_dir, force=force)
        on_progress(1.0)
        return HELD

    monkeypatch.setattr(backup, "make_backup", make)
    monkeypatch.setattr(backup, "restore_backup", restore)
    monkeypatch.setattr(backup, "occupation", lambda folder: "7 jobs")
    return asked


def test_a_backup_says_what_it_holds_and_how_secret_it_is(qrt, service, tmp_path):
    told = qrt("backup", "b.tar", "--data-dir", tmp_path / "d")
    assert told.stdout == "b.tar\n"
    assert told.stderr == (
        f"{WORDS}, from {tmp_path}/d\n"
        "warning: who reads this file can sign in as the owner; keep it as safe as "
        "the data directory\n"
    )
    assert service["settings"].data_dir == tmp_path / "d"
    assert (str(service["target"]), service["overwrite"]) == ("b.tar", False)
    qrt("backup", "b.tar", "--force")
    assert service["overwrite"] is True


def test_answers_about_backups_have_their_forms(qrt, service, here):
    json_forms.check("backup", qrt("backup", "b.tar", "--json").json)
    (here / "b.tar").touch()
    json_forms.check("restore", qrt("restore", "b.tar", "--json").json)


def test_the_service_that_runs_is_the_one_that_is_backed_up(
    qrt, service, tmp_path, monkeypatch
):
    monkeypatch.delenv("QRT_DATA_DIR")
    served = tmp_path / "served"
    served.mkdir()
    profile = profiles.Profile(
        name="local", url="http://127.0.0.1:1", token=Secret("t"), data_dir=served
    )
    profiles.save(tmp_path / "config", profile)
    qrt("backup", "b.tar")
    assert service["settings"].data_dir != served
    (served / "service.json").write_text(json.dumps({}))
    qrt("backup", "b.tar")
    assert service["settings"].data_dir == served


def test_a_database_elsewhere_is_handed_on(qrt, service):
    qrt("backup", "b.tar", "--database-url", "sqlite:////x.db")
    assert service["settings"].database_url == "sqlite:////x.db"


def test_a_restore_says_what_is_there_now(qrt, service, here, tmp_path):
    (here / "b.tar").touch()
    told = qrt("restore", "b.tar", "--data-dir", tmp_path / "d")
    assert told.stdout == f"{tmp_path}/d\n"
    assert told.stderr == (
        f"{WORDS}, as of 2026-11-22T07:00:00+00:00\n"
        f"start it with: qrt serve --data-dir {tmp_path}/d\n"
    )
    assert (service["data_dir"], service["force"]) == (tmp_path / "d", False)


def test_a_restore_with_force_says_what_it_replaced(qrt, service, here, monkeypatch):
    (here / "b.tar").touch()
    monkeypatch.setenv("QRT_DATABASE_URL", "sqlite:////x.db")
    told = qrt("restore", "b.tar", "--force").stderr.splitlines()
    assert told[0] == "warning: it took the place of 7 jobs"
    assert told[2] == (
        "warning: QRT_DATABASE_URL names another database than the restored one"
    )
    assert service["force"] is True


def test_a_refusal_ends_with_1_and_a_missing_file_with_2(
    qrt, service, here, monkeypatch
):
    def refuse(*_, **__):
        raise BackupError("It is not empty.", hint="Use --force.")

    monkeypatch.setattr(backup, "restore_backup", refuse)
    (here / "b.tar").touch()
    error = qrt("restore", "b.tar", "--json", code=1).json["error"]
    assert error == {
        "code": "backup",
        "message": "It is not empty.",
        "hint": "Use --force.",
    }
    assert "'none.tar' does not exist" in qrt("restore", "none.tar", code=2).stderr


def test_a_person_sees_a_bar(qrt, service, monkeypatch):
    for name in ("NO_COLOR", "CI"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    terminal = Terminal()
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stderr", terminal.stream)
        from toolkit.cli import _main

        assert _main.run(["backup", "b.tar"]) == 0
    assert "copying" in terminal.text()


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1000, "1.0 kB"),
        (5e9, "5.0 GB"),
        (7e15, "7000.0 TB"),
    ],
)
def test_sizes_have_the_unit_that_people_use(count, words):
    assert _backups.size(count) == words
