"""The paths under which official clients ask."""

import pytest

from program_runtime.service.instance import DEFAULT_INSTANCE, instance_name
from program_runtime.service.paths import canonical


@pytest.mark.parametrize(
    ("asked", "known"),
    [
        ("/api/v1/jobs", "/api/v1/jobs"),
        ("//api//v1/jobs", "/api/v1/jobs"),
        ("/experimental/api/v1/jobs", "/api/v1/jobs"),
        ("/experimental//api/v1", "/api/v1"),
        ("/experimental/api/v10/jobs", "/api/v10/jobs"),
        ("/experimental/programs", "/programs"),
        ("/experimental.cloud/programs", "/programs"),
        ("/experimental.clouds/programs", "/experimental.clouds/programs"),
        ("/experimental", "/"),
        ("/", "/"),
    ],
    ids=str,
)
def test_a_path_is_known_under_one_name(asked, known):
    assert canonical(asked) == known


@pytest.mark.parametrize(
    ("instance", "name"),
    [
        (DEFAULT_INSTANCE, "qrt"),
        ("lab", "lab"),
        ("crn:short", "crn:short"),
        ("crn:v1:bluemix:public:quantum-computing:local:a/local:::", None),
    ],
    ids=str,
)
def test_an_instance_is_called_by_a_part_of_its_name(instance, name):
    assert instance_name(instance) == (name or instance)
