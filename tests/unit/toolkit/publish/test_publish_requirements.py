"""What a project requires, on its way to a service that installs it."""

import pytest

from program_runtime.environments import Lock, Pin, installed_base
from program_runtime.errors import ApiError, BadRequirementsError, Problem
from toolkit.bundle import ProjectLock
from toolkit.errors import FindingsError
from toolkit.project import load_project
from toolkit.publish.requirements import build_on_service, lock_for

PIN = Pin(name="tiny-a", version="1.0", hashes=(f"sha256:{'0' * 64}",))
LOCK = Lock(python="3.11", platform="x86_64-manylinux_2_28", pins=(PIN,))
REQUIRES_NUMPY = '[project]\nname = "hello"\ndependencies = ["numpy>=1.26"]\n'


class Service:
    """Answers in turn; an exception is raised."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.asked = []

    def _next(self, *asked):
        self.asked.append(asked)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def base_environment(self):
        return self._next("base")

    def build_environment(self, digest, lock, *, wait_s):
        return self._next(digest, lock)


def building(message):
    return {"state": "building", "message": message}


READY = {"state": "ready", "message": None}


def test_each_new_message_of_the_service_is_passed_on_once():
    service = Service(building("waits"), building("waits"), building("builds"), READY)
    told = []
    lock = ProjectLock(lock=LOCK, resolved=False)
    build_on_service(lock, service, on_wait=told.append)
    assert told == ["waits", "builds"]
    assert service.asked == [(LOCK.digest(), LOCK.text())] * 4


def test_what_the_service_can_not_install_is_a_finding():
    problem = Problem(path="requirements.lock", message="tiny-a is not there")
    refusal = BadRequirementsError("It can not be installed:", problems=[problem])
    with pytest.raises(FindingsError) as caught:
        build_on_service(ProjectLock(lock=LOCK, resolved=True), Service(refusal))
    assert caught.value.problems == (problem,)


def test_a_service_that_knows_no_environments_is_too_old():
    missing = ApiError("There is no such route.", status=404)
    with pytest.raises(FindingsError, match="too old for releases with requirements"):
        build_on_service(ProjectLock(lock=LOCK, resolved=True), Service(missing))
    with pytest.raises(ApiError, match="busy"):
        build_on_service(
            ProjectLock(lock=LOCK, resolved=True),
            Service(ApiError("busy", status=503)),
        )


def test_the_base_of_the_service_decides_what_is_missing(make_project):
    project = load_project(make_project(files={"pyproject.toml": REQUIRES_NUMPY}))
    answer = installed_base().document()
    assert lock_for(project, Service(answer)) is None
    assert lock_for(project, Service(ApiError("no", status=404))) is None
    with pytest.raises(ApiError, match="busy"):
        lock_for(project, Service(ApiError("busy", status=503)))


def test_a_project_without_requirements_asks_nobody(make_project):
    project = load_project(make_project(files={"pyproject.toml": "[tool.qrt]\n"}))
    assert lock_for(project, Service()) is None
