"""What every store does with users and programs."""

import pytest
from contract.store_samples import a_job, a_release, completed, ending, furnish

from program_runtime.service.domain import (
    ConflictError,
    NotFoundError,
    Role,
    Visibility,
)


@pytest.fixture
def furnished(store, ask):
    ask(furnish(store, "u_b", "u_c"))
    return store


def publish(store, release, **fields):
    given = {"owner": "u_a", "description": "Minimise an energy."}
    return store.programs.publish(release, **(given | fields))


def names(found):
    return [program.id for program in found[0]]


# Users


def test_a_user_is_found_by_the_hash_of_the_token(store, ask, clock):
    added = ask(store.users.add("u_a", Role.AUTHOR, "h1"))
    assert ask(store.users.by_token_hash("h1")) == added
    assert (added.name, added.role, added.active) == ("u_a", Role.AUTHOR, True)
    assert added.created.timestamp() == clock.now
    assert ask(store.users.by_token_hash("h2")) is None


def test_users_are_listed_in_the_order_in_which_they_came(store, ask):
    for name in ("u_z", "u_a"):
        ask(store.users.add(name, Role.USER, name))
    assert [user.name for user in ask(store.users.list())] == ["u_z", "u_a"]


def test_a_name_is_given_once(store, ask):
    ask(store.users.add("u_a", Role.USER, "h1"))
    with pytest.raises(ConflictError, match="there is a user u_a already") as caught:
        ask(store.users.add("u_a", Role.ADMIN, "h2"))
    assert caught.value.reason == "user_exists"
    assert ask(store.users.by_token_hash("h1")).role is Role.USER


def test_a_new_token_makes_the_old_one_worthless(store, ask):
    ask(store.users.add("u_a", Role.USER, "h1"))
    assert ask(store.users.set_token("u_a", "h2")).name == "u_a"
    assert ask(store.users.by_token_hash("h1")) is None
    assert ask(store.users.by_token_hash("h2")).name == "u_a"


def test_a_revoked_user_has_no_token_and_can_come_back(store, ask):
    ask(store.users.add("u_a", Role.ADMIN, "h1"))
    assert not ask(store.users.revoke("u_a")).active
    assert not ask(store.users.revoke("u_a")).active
    assert ask(store.users.by_token_hash("h1")) is None
    assert [user.active for user in ask(store.users.list())] == [False]
    with pytest.raises(NotFoundError, match="there is no active user u_a"):
        ask(store.users.set_token("u_a", "h2"))
    back = ask(store.users.add("u_a", Role.USER, "h3"))
    assert (back.role, back.active) == (Role.USER, True)
    assert ask(store.users.by_token_hash("h3")) == back


def test_unknown_users_are_not_found(store, ask):
    for change in (store.users.revoke("u_c"), store.users.set_token("u_c", "h")):
        with pytest.raises(NotFoundError, match="there is no user u_c") as caught:
            ask(change)
        assert caught.value.kind == "user"


# Publishing


def test_a_first_release_makes_a_private_program(store, ask):
    release, created = ask(publish(store, a_release()))
    program = ask(store.programs.get("vqe"))
    assert created
    assert release.labels == ("latest",)
    assert release.metadata == {"name": "vqe", "version": "1.0.0"}
    assert (program.owner, program.visibility) == ("u_a", Visibility.PRIVATE)
    assert program.latest == release
    assert program.labels == {"latest": "1.0.0"}
    assert program.created == program.updated == release.created


def test_the_same_bytes_again_are_no_error(store, ask, clock):
    first, _ = ask(publish(store, a_release()))
    again = a_release(at=clock.tick())
    assert ask(publish(store, again, description="Other.")) == (first, False)
    program = ask(store.programs.get("vqe"))
    assert program.description == "Minimise an energy."
    assert program.updated == first.created


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"labels": ["stable"]}, (("latest", "stable"), "private")),
        ({"visibility": Visibility.PUBLIC}, (("latest",), "public")),
    ],
)
def test_the_same_bytes_again_may_move_a_label_or_the_visibility(
    store, ask, clock, fields, expected
):
    ask(publish(store, a_release()))
    again = a_release(at=clock.tick())
    release, created = ask(publish(store, again, **fields))
    program = ask(store.programs.get("vqe"))
    assert not created
    assert (release.labels, program.visibility) == expected
    assert program.updated.timestamp() == clock.now


def test_other_bytes_under_a_version_are_a_conflict(store, ask):
    ask(publish(store, a_release()))
    with pytest.raises(
        ConflictError, match=r"vqe 1\.0\.0 is published with other bytes"
    ) as caught:
        ask(publish(store, a_release(text="other"), labels=["stable"]))
    assert caught.value.reason == "version_exists"
    assert ask(store.programs.get("vqe")).labels == {"latest": "1.0.0"}


def test_a_name_belongs_to_its_owner(store, ask):
    ask(publish(store, a_release()))
    with pytest.raises(
        ConflictError, match="the name vqe is taken by another owner"
    ) as caught:
        ask(publish(store, a_release(version="2.0.0"), owner="u_b"))
    assert caught.value.reason == "name_taken"
    assert len(ask(store.programs.releases("vqe"))) == 1


def test_latest_moves_to_higher_versions_only(store, ask):
    for version in ("1.2.0", "1.10.0", "1.9.0", "2.0.0-rc.1"):
        ask(publish(store, a_release(version=version)))
    assert ask(store.programs.get("vqe")).latest_version == "1.10.0"
    assert [r.version for r in ask(store.programs.releases("vqe"))] == [
        *("2.0.0-rc.1", "1.10.0", "1.9.0", "1.2.0")
    ]


def test_a_release_is_found_by_version_and_by_label(store, ask):
    for version in ("1.0.0", "1.1.0"):
        ask(publish(store, a_release(version=version)))
    program = ask(store.programs.set_label("vqe", "stable", "1.0.0"))
    assert program.labels == {"latest": "1.1.0", "stable": "1.0.0"}
    release = store.programs.release
    assert ask(release("vqe")).version == "1.1.0"
    assert ask(release("vqe", "stable")).labels == ("stable",)
    assert ask(release("vqe", "1.1.0")).version == "1.1.0"
    assert ask(release("vqe", "3.0.0")) is None
    assert ask(release("qaoa")) is None
    assert ask(store.programs.releases("qaoa")) == []


def test_rolling_back_moves_latest_and_the_next_release_takes_it(store, ask, clock):
    for version in ("1.0.0", "1.1.0"):
        ask(publish(store, a_release(version=version)))
    clock.tick()
    rolled = ask(store.programs.set_label("vqe", "latest", "1.0.0"))
    assert rolled.latest_version == "1.0.0"
    assert rolled.updated.timestamp() == clock.now
    ask(publish(store, a_release(version="1.1.1")))
    assert ask(store.programs.get("vqe")).latest_version == "1.1.1"


def test_a_release_that_is_held_does_not_take_latest(store, ask):
    ask(publish(store, a_release(), hold=True))  # the first one has to
    held, created = ask(
        publish(store, a_release(version="1.1.0"), labels=["canary"], hold=True)
    )
    assert (created, held.labels, held.was_latest) == (True, ("canary",), False)
    program = ask(store.programs.get("vqe"))
    assert program.labels == {"canary": "1.1.0", "latest": "1.0.0"}
    assert program.latest.was_latest


def test_a_release_is_known_to_have_been_latest_once_it_was(store, ask):
    ask(publish(store, a_release()))
    ask(publish(store, a_release(version="1.1.0"), hold=True))
    ask(store.programs.set_label("vqe", "latest", "1.1.0"))
    ask(store.programs.set_label("vqe", "stable", "1.0.0"))
    ask(publish(store, a_release(version="0.9.0")))
    assert [(r.version, r.was_latest) for r in ask(store.programs.releases("vqe"))] == [
        ("1.1.0", True),
        ("1.0.0", True),
        ("0.9.0", False),
    ]


def test_labels_need_a_program_and_a_release(store, ask):
    with pytest.raises(NotFoundError, match="there is no program vqe") as caught:
        ask(store.programs.set_label("vqe", "stable", "1.0.0"))
    assert caught.value.kind == "program"
    ask(publish(store, a_release()))
    with pytest.raises(
        NotFoundError, match=r"the program vqe has no release 2\.0\.0"
    ) as caught:
        ask(store.programs.set_label("vqe", "stable", "2.0.0"))
    assert caught.value.kind == "release"


# Who sees what


def test_private_programs_are_found_by_their_owner_and_by_admins(store, ask):
    users = {
        name: ask(store.users.add(name, role, name))
        for name, role in [
            ("u_a", Role.AUTHOR),
            ("u_b", Role.AUTHOR),
            ("root", Role.ADMIN),
        ]
    }
    ask(publish(store, a_release("hidden")))
    ask(publish(store, a_release("shown"), visibility=Visibility.PUBLIC))
    ask(publish(store, a_release("u_bs"), owner="u_b"))
    found = {name: ask(store.programs.find(user)) for name, user in users.items()}
    assert names(found["u_a"]) == ["hidden", "shown"]
    assert names(found["u_b"]) == ["shown", "u_bs"]
    assert names(found["root"]) == ["hidden", "shown", "u_bs"]
    assert [count for _, count in found.values()] == [2, 2, 3]


def test_programs_are_searched_in_name_and_description_and_paged(store, ask):
    u_a = ask(store.users.add("u_a", Role.AUTHOR, "h"))
    texts = {"vqe": "ground STATES", "qaoa": "Max_cut", "kernel": "100% states"}
    for name, text in texts.items():
        ask(publish(store, a_release(name), description=text))
    find = store.programs.find
    assert names(ask(find(u_a, search="States"))) == ["vqe", "kernel"]
    assert names(ask(find(u_a, search="QAO"))) == ["qaoa"]
    assert names(ask(find(u_a, search="0%"))) == ["kernel"]
    assert names(ask(find(u_a, search="t_s"))) == []
    page = ask(find(u_a, search="a", limit=1, offset=1))
    assert (names(page), page[1]) == (["qaoa"], 3)


def test_visibility_can_be_changed(store, ask, clock):
    ask(publish(store, a_release()))
    clock.tick()
    shown = ask(store.programs.set_visibility("vqe", Visibility.PUBLIC))
    assert shown.is_public
    assert shown.updated.timestamp() == clock.now
    assert ask(store.programs.get("vqe")) == shown
    with pytest.raises(NotFoundError, match="there is no program qaoa"):
        ask(store.programs.set_visibility("qaoa", Visibility.PUBLIC))


def test_a_release_is_found_by_its_digest_among_others(store, ask):
    for name in ("qaoa", "vqe"):
        for version in ("1.0.0", "1.1.0"):
            ask(publish(store, a_release(name, version)))
    wanted = a_release("vqe", "1.1.0")
    found = ask(store.programs.release_by_digest(wanted.digest))
    assert (found.program_id, found.version) == ("vqe", "1.1.0")


# Deleting


def test_a_deleted_program_is_gone_and_its_name_free(furnished, ask):
    store = furnished
    ask(store.programs.set_label("vqe", "stable", "1.0.0"))
    ask(store.programs.delete("vqe"))
    assert ask(store.programs.get("vqe")) is None
    assert ask(store.programs.release("vqe", "1.0.0")) is None
    assert ask(store.programs.release_by_digest(a_release().digest)) is None
    with pytest.raises(NotFoundError, match="there is no program vqe"):
        ask(store.programs.delete("vqe"))
    _, created = ask(publish(store, a_release(text="new"), owner="u_b"))
    assert created
    assert ask(store.programs.get("vqe")).labels == {"latest": "1.0.0"}


def test_releases_that_jobs_refer_to_outlive_their_program(furnished, ask):
    store = furnished
    ask(publish(store, a_release(version="1.1.0")))
    job, _ = ask(store.jobs.submit(a_job()))
    ask(store.programs.delete("vqe"))
    kept = ask(store.programs.release_by_digest(job.digest))
    assert (kept.version, kept.labels) == ("1.0.0", ())
    other = a_release(version="1.1.0").digest
    assert ask(store.programs.release_by_digest(other)) is None
    assert ask(store.jobs.claim()).id == job.id
    with pytest.raises(NotFoundError, match=r"there is no release vqe@1\.0\.0"):
        ask(store.jobs.submit(a_job()))


def test_the_release_of_a_live_program_comes_before_a_withdrawn_one(furnished, ask):
    store = furnished
    job, _ = ask(store.jobs.submit(a_job()))
    ask(store.programs.delete("vqe"))
    ask(publish(store, a_release(), owner="u_b"))
    assert ask(store.programs.release_by_digest(job.digest)).labels == ("latest",)


def test_sweeping_takes_withdrawn_releases_whose_jobs_are_gone(furnished, ask):
    store = furnished
    job, _ = ask(store.jobs.submit(a_job()))
    ask(store.programs.delete("vqe"))
    ask(store.sweep())
    assert ask(store.programs.release_by_digest(job.digest)) is not None
    ask(store.jobs.claim())
    ask(store.jobs.finish(job.id, ending(3), completed()))
    ask(store.jobs.delete(job.id))
    ask(store.sweep())
    assert ask(store.programs.release_by_digest(job.digest)) is None
