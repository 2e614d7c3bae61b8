"""Limits that an operator sets, and what jobs get when he sets none."""

import pytest
from pydantic import ValidationError

from program_runtime.service import settings as settings_module
from program_runtime.service.settings import Settings
from program_runtime.service.specs import SpecMaker

GIB = 1024**3


@pytest.mark.parametrize(
    ("given", "workers", "memory"),
    [
        (None, 2, 8 * GIB),
        (None, 4, 4 * GIB),
        (None, 64, GIB),
        (3 * GIB, 4, 3 * GIB),
        (0, 4, None),
    ],
    ids=["of two", "of four", "of many", "given", "unlimited"],
)
def test_a_job_has_its_share_of_half_of_the_memory(given, workers, memory, monkeypatch):
    monkeypatch.setattr(settings_module, "machine_memory", lambda: 32 * GIB)
    assert Settings(memory_bytes=given, workers=workers).job_memory() == memory


def test_limits_come_from_the_environment(monkeypatch, tmp_path):
    for name, value in [
        ("QRT_MEMORY_BYTES", "1000"),
        ("QRT_PROCESSES", "7"),
        ("QRT_DISK_BYTES", "2000"),
        ("QRT_DISK_FILES", "8"),
    ]:
        monkeypatch.setenv(name, value)
    limits = SpecMaker(Settings(), None, None, None, tmp_path, backends=None).limits
    assert limits.memory_bytes == 1000
    assert limits.processes == 7
    assert limits.disk_bytes == 2000
    assert limits.disk_files == 8


@pytest.mark.parametrize("name", ["processes", "disk_bytes", "disk_files"])
def test_a_job_without_any_is_refused(name):
    with pytest.raises(ValidationError, match="greater than 0"):
        Settings(**{name: 0})
