"""Planning a release and publishing it, against a service in memory."""

import json
import shutil

import pytest

from program_runtime.bundle import digest_file, read_file
from program_runtime.errors import (
    BadBundleError,
    NotAuthorizedError,
    Problem,
    RuntimeDuplicateProgramError,
    RuntimeProgramNotFound,
    ServiceUnreachableError,
)
from toolkit.errors import (
    ConflictError,
    ExitCode,
    FindingsError,
    NotAuthorisedError,
    VerificationError,
    VersionTooLowError,
)
from toolkit.project import load_project
from toolkit.publish import Verdict, let_go, plan_publish, publish


class MemoryService:
    """Keeps releases in a dict and notes every call."""

    def __init__(self, user="u_a", role="author"):
        self.user = {"name": user, "role": role}
        self.owners, self.held, self.labels, self.visibility = {}, {}, {}, {}
        self.bundles, self.readable = {}, True
        self.calls = []
        self.refusal = None

    def _note(self, call, refuse=False):
        self.calls.append(call)
        if refuse and self.refusal is not None:
            raise self.refusal

    def whoami(self):
        self._note("whoami")
        if self.user is None:
            raise NotAuthorizedError("The token has expired.", status=401)
        return self.user

    def program(self, program_id):
        self._note("program")
        if program_id not in self.owners:
            raise RuntimeProgramNotFound("There is no such program.", status=404)
        latest = self.labels.get("latest")
        return {"owner": self.owners[program_id], "version": latest}

    def releases(self, program_id):
        self._note("releases")
        return [
            {
                "program_id": program_id,
                "version": version,
                "digest": digest,
                "metadata": json.loads(
                    read_file(self.bundles[digest], "program.json").decode()
                ),
            }
            for (name, version), digest in self.held.items()
            if name == program_id
        ]

    def release(self, program_id, ref):
        self._note("release")
        if (program_id, ref) not in self.held:
            raise RuntimeProgramNotFound("There is no such release.", status=404)
        return {"digest": self.held[program_id, ref]}

    def download_bundle(self, program_id, ref, target):
        self._note("download_bundle")
        if not self.readable:
            raise NotAuthorizedError("It is not yours.", status=403)
        return shutil.copyfile(self.bundles[self.held[program_id, ref]], target)

    def put_release(
        self,
        program_id,
        version,
        file,
        digest,
        *,
        labels=(),
        visibility=None,
        hold=False,
        on_progress=None,
    ):
        self._note("put_release", refuse=True)
        size = file.stat().st_size
        for sent in (size // 2, size):
            if on_progress:
                on_progress(sent, size)
        held = self.held.get((program_id, version))
        if held not in (None, digest):
            raise RuntimeDuplicateProgramError("It exists.", hint="Raise it.")
        self.owners[program_id] = self.user["name"]
        self.held[program_id, version] = digest_file(file)
        self.bundles[digest] = shutil.copyfile(
            file, file.with_suffix(f".{len(self.bundles)}")
        )
        self.labels.update(dict.fromkeys(labels, version))
        if not hold:
            self.labels["latest"] = version
        if visibility:
            self.visibility[program_id] = visibility
        return {"digest": digest}, held is None

    def set_label(self, program_id, label, version):
        self._note("set_label")
        self.labels[label] = version

    def update_program(self, program_id, *, visibility):
        self._note("update_program")
        self.visibility[program_id] = visibility
        return {}


@pytest.fixture
def service():
    return MemoryService()


@pytest.fixture
def plan(make_project, tmp_path, service):
    def plan(*, out="out", metadata=None, program=None, files=None, **options):
        changes = {"metadata": metadata, "files": files}
        if program is not None:
            changes["program"] = program
        project = load_project(make_project(**changes))
        return plan_publish(project, service, out_dir=tmp_path / out, **options)

    return plan


def test_a_new_program_would_be_published(plan, service, tmp_path):
    steps = []
    planned = plan(on_step=steps.append)

    assert planned.verdict is Verdict.NEW
    assert planned.allowed
    assert planned.message == "hello 1.0.0 would be published."
    assert planned.user == "u_a"
    assert planned.bundle.path == tmp_path / "out" / "hello-1.0.0.zip"
    assert steps == ["credentials", "version", "checks", "build", "comparison"]
    assert service.calls == ["whoami", "program"]
    assert planned.comparison is None


def test_publishing_uploads_labels_and_verifies(plan, service):
    progress = []
    planned = plan(labels=["stable"], visibility="public")
    done = publish(planned, service, on_progress=lambda *sent: progress.append(sent))

    assert (done.program, done.version, done.created) == ("hello", "1.0.0", True)
    assert done.digest == planned.bundle.digest
    assert service.held == {("hello", "1.0.0"): done.digest}
    assert service.labels == {"latest": "1.0.0", "stable": "1.0.0"}
    assert done.sent_bytes == planned.bundle.size
    assert service.visibility == {"hello": "public"}
    assert progress[-1] == (planned.bundle.size, planned.bundle.size)
    assert service.calls[-2:] == ["put_release", "release"]


def test_publishing_the_same_bytes_again_uploads_nothing(plan, service):
    publish(plan(), service)
    planned = plan(out="other", labels=["beta"], visibility="private")

    assert planned.verdict is Verdict.UNCHANGED
    assert planned.message == (
        "hello 1.0.0 is published with the same bytes: nothing to upload."
    )
    service.calls.clear()
    done = publish(planned, service)
    assert (done.created, done.sent_bytes) == (False, 0)
    assert service.calls == ["set_label", "update_program", "release"]
    assert service.labels == {"latest": "1.0.0", "beta": "1.0.0"}
    assert service.visibility == {"hello": "private"}


def test_one_plan_published_twice_is_the_same_as_once(plan, service):
    planned = plan()

    assert [publish(planned, service).created for _ in range(2)] == [True, False]


def test_other_bytes_under_a_published_version_are_a_conflict(plan, service):
    publish(plan(), service)
    changed = (
        "def main(backend, user_messenger, *, text, times=2): return {'length': 1}"
    )
    planned = plan(program=changed)

    assert planned.verdict is Verdict.CONFLICT
    assert not planned.allowed
    assert planned.next_version == "1.0.1"
    assert planned.message == (
        "hello 1.0.0 is published with other content, and a release never changes."
    )
    assert planned.hint == 'Set "version": "1.0.1" in program.json.'
    assert [change.path for change in planned.comparison.files] == ["program.py"]
    with pytest.raises(ConflictError, match="a release never changes") as caught:
        publish(planned, service)
    assert caught.value.exit_code is ExitCode.CONFLICT


def test_the_suggested_version_is_after_the_latest(plan, service, metadata):
    publish(plan(), service)
    publish(plan(metadata={**metadata, "version": "2.3.4"}), service)
    planned = plan(metadata={**metadata, "description": "Other."})

    assert planned.current_version == "2.3.4"
    assert planned.next_version == "2.3.5"


def test_an_expired_token_ends_the_plan_before_anything_else(plan, service, tmp_path):
    service.user = None
    planned = plan()

    assert planned.verdict is Verdict.NOT_AUTHORISED
    assert planned.message == "The token has expired."
    assert planned.hint == "Log in with `qrt login URL`."
    assert planned.bundle is None
    assert service.calls == ["whoami"]
    assert not (tmp_path / "out").exists()
    with pytest.raises(NotAuthorisedError) as caught:
        publish(planned, service)
    assert caught.value.exit_code is ExitCode.NOT_AUTHORISED


def test_a_plain_user_may_not_publish(plan, service):
    service.user["role"] = "user"
    planned = plan()

    assert planned.verdict is Verdict.NOT_AUTHORISED
    assert planned.message == "u_a has the role user, which may not publish."
    assert service.calls == ["whoami"]


def test_the_name_of_another_owner_is_taken(plan, service, tmp_path):
    service.owners["hello"] = "u_b"
    planned = plan()

    assert planned.verdict is Verdict.NAME_TAKEN
    assert planned.message == "The name 'hello' belongs to u_b."
    assert planned.hint == "Choose another name in program.json."
    assert not (tmp_path / "out").exists()
    with pytest.raises(ConflictError):
        publish(planned, service)


def test_errors_of_the_checks_stop_it_before_the_build(plan, service, tmp_path):
    planned = plan(
        program="import pandas\ndef main(backend, user_messenger, *, text): 1"
    )

    assert planned.verdict is Verdict.FINDINGS
    assert planned.message == "The checks found 2 errors."
    assert {f.code for f in planned.findings} == {"QRT110", "QRT121"}
    assert planned.bundle is None
    assert not (tmp_path / "out").exists()
    with pytest.raises(FindingsError) as caught:
        publish(planned, service)
    assert caught.value.exit_code is ExitCode.FINDINGS
    paths = [(p.path, p.message.split()[0]) for p in caught.value.problems]
    assert sorted(paths) == [
        ("program.json $.spec.parameters.properties.times", "QRT110"),
        ("program.py:1", "QRT121"),
    ]


def test_a_budget_that_nobody_measured_stops_it(plan, metadata):
    planned = plan(metadata={**metadata, "budget": {"shots": 1000}})

    assert planned.verdict is Verdict.FINDINGS
    assert [f.code for f in planned.errors] == ["QRT210"]


def test_warnings_stop_it_when_strict(plan):
    program = "print(1)\ndef main(backend, user_messenger, *, text, times=2): 1"

    assert plan(program=program).verdict is Verdict.NEW
    assert [f.code for f in plan(program=program).findings] == ["QRT130"]
    strict = plan(program=program, strict=True)
    assert strict.verdict is Verdict.FINDINGS
    assert strict.message == "The checks found 1 error."


def test_a_version_taken_since_the_plan_is_a_conflict(plan, service):
    planned = plan()
    service.held["hello", "1.0.0"] = "sha256:other"

    with pytest.raises(ConflictError) as caught:
        publish(planned, service)
    assert str(caught.value) == "It exists. Raise it."


@pytest.mark.parametrize(
    ("refusal", "kind", "words"),
    [
        (NotAuthorizedError("No.", status=403), NotAuthorisedError, "No."),
        (
            BadBundleError(
                "Bad:", problems=[Problem(path="program.py", message="odd")]
            ),
            FindingsError,
            "The service refused the bundle: Bad:\n  program.py: odd",
        ),
        (ServiceUnreachableError("Gone."), ServiceUnreachableError, "Gone."),
    ],
)
def test_a_refused_upload_says_why(plan, service, refusal, kind, words):
    planned = plan()
    service.refusal = refusal

    with pytest.raises(kind) as caught:
        publish(planned, service)
    assert str(caught.value) == words
    assert service.held == {}


def test_other_bytes_on_the_service_are_noticed(plan, service, monkeypatch):
    planned = plan()
    monkeypatch.setattr(service, "release", lambda *at: {"digest": "sha256:dead"})

    with pytest.raises(VerificationError) as caught:
        publish(planned, service)
    assert "The service holds sha256:dead as hello 1.0.0, but sha256:" in str(
        caught.value
    )


def raised(metadata, version, **parameters):
    changed = {**metadata, "version": version}
    changed["spec"]["parameters"]["properties"].update(parameters)
    return changed


LONGER = "def main(backend, user_messenger, *, text, times=2, loud=0): return {}\n"


def test_a_version_too_low_for_what_changed_is_refused(plan, service, metadata):
    publish(plan(), service)
    breaking = raised(metadata, "1.1.0", times={"type": "integer", "maximum": 9})
    planned = plan(metadata=breaking)

    assert planned.verdict is Verdict.TOO_SMALL
    assert not planned.allowed
    assert planned.message == (
        "What changed since 1.0.0 breaks callers: 1.1.0 is too low a version for that."
    )
    assert planned.hint == (
        'Set "version": "2.0.0" in program.json, or publish with --force.'
    )
    with pytest.raises(VersionTooLowError) as caught:
        publish(planned, service)
    assert caught.value.exit_code is ExitCode.CONFLICT
    assert [str(problem) for problem in caught.value.problems] == [
        "times: maximum of 9 now, had none"
    ]
    assert ("hello", "1.1.0") not in service.held


def test_an_addition_calls_for_a_minor_version(plan, service, metadata):
    publish(plan(), service)
    loud = {"type": "integer", "default": 0}
    planned = plan(metadata=raised(metadata, "1.0.1", loud=loud), program=LONGER)

    assert planned.verdict is Verdict.TOO_SMALL
    assert planned.message.startswith("What changed since 1.0.0 adds to the interface:")
    assert planned.next_version == "1.1.0"
    enough = plan(metadata=raised(metadata, "1.1.0", loud=loud), program=LONGER)
    assert enough.verdict is Verdict.NEW


def test_force_takes_a_version_that_is_too_low(plan, service, metadata):
    publish(plan(), service)
    breaking = raised(metadata, "1.0.1", times={"type": "integer", "maximum": 9})
    planned = plan(metadata=breaking, force=True)

    assert planned.verdict is Verdict.NEW
    assert planned.comparison.bump == "major"
    assert publish(planned, service).created


def test_without_the_source_the_metadata_alone_are_compared(plan, service, metadata):
    publish(plan(), service)
    service.readable = False
    changed = raised(metadata, "2.0.0", times={"type": "string"})
    planned = plan(metadata=changed, out="elsewhere")

    assert planned.comparison.files is None
    assert planned.comparison.requirements is None
    assert planned.unread == "the bundle of hello 1.0.0 is for its owner to read"
    assert planned.comparison.bump == "major"


def test_metadata_that_are_not_understood_stop_nobody(plan, service, metadata):
    publish(plan(), service)
    odd = [{**service.releases("hello")[0], "metadata": {"name": 5}}]
    service.releases = lambda _: odd
    planned = plan(metadata=raised(metadata, "1.0.1"))

    assert (planned.verdict, planned.comparison) == (Verdict.NEW, None)
    assert planned.unread.startswith("its metadata are not understood: ")


def test_an_archive_that_is_here_already_is_not_downloaded(plan, service, metadata):
    publish(plan(), service)
    service.calls.clear()
    plan(metadata=raised(metadata, "1.0.1"))
    assert "download_bundle" not in service.calls
    plan(metadata=raised(metadata, "1.0.1"), out="elsewhere")
    assert "download_bundle" in service.calls


def test_an_older_line_is_compared_with_what_came_before_it(plan, service, metadata):
    publish(plan(), service)
    breaking = raised(metadata, "2.0.0", times={"type": "string"})
    publish(plan(metadata=breaking), service)
    planned = plan(
        metadata=raised(metadata, "1.0.1", times={"type": "integer", "default": 2})
    )

    assert planned.comparison.old_version == "1.0.0"
    assert (planned.verdict, planned.takes_latest) == (Verdict.NEW, False)


def test_a_pre_release_of_an_older_line_lets_nothing_break_its_callers(
    plan, service, metadata
):
    publish(plan(), service)
    breaking = {"times": {"type": "integer", "maximum": 9}}
    for version in ("1.1.0-rc.1", "2.0.0"):
        publish(
            plan(metadata=raised(metadata, version, **breaking), force=True), service
        )
    planned = plan(metadata=raised(metadata, "1.1.0", **breaking))

    assert planned.comparison.old_version == "1.0.0"
    assert planned.verdict is Verdict.TOO_SMALL


def test_a_held_release_gets_its_labels_when_it_is_let_go(plan, service, metadata):
    publish(plan(), service)
    planned = plan(
        metadata=raised(metadata, "1.0.1"), labels=["stable"], visibility="public"
    )
    done = publish(planned, service, hold=True)
    assert service.labels == {"latest": "1.0.0", "canary": "1.0.1"}
    assert service.visibility == {}

    done = let_go(planned, service, done)
    assert done.labels == ("stable", "latest")
    assert service.labels == dict.fromkeys(("latest", "canary", "stable"), "1.0.1")
    assert service.visibility == {"hello": "public"}


def test_a_held_release_is_tried_again_without_sending_it(plan, service, metadata):
    publish(plan(), service)
    again = {"metadata": raised(metadata, "1.0.1")}
    publish(plan(**again), service, hold=True)
    planned = plan(**again)

    assert (planned.verdict, planned.takes_latest) == (Verdict.UNCHANGED, True)
    assert publish(planned, service, hold=True).sent_bytes == 0
    assert service.labels["latest"] == "1.0.0"
