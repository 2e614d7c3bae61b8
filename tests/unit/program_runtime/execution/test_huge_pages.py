"""Large pages for the process that all children are forked from."""

import subprocess
import sys
from pathlib import Path

import pytest

from program_runtime.execution import huge_pages

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="of Linux")

SCRIPT = """
import os
from pathlib import Path
from program_runtime.execution import huge_pages

def in_huge_pages():
    rollup = Path("/proc/self/smaps_rollup").read_text()
    [line] = [x for x in rollup.splitlines() if x.startswith("AnonHugePages:")]
    return int(line.split()[1]) * 1024

huge_pages.gather_arenas()
objects = [(number, str(number)) for number in range(200_000)]
before = in_huge_pages()
made = huge_pages.use_huge_pages()
after = in_huge_pages()
assert objects == [(number, str(number)) for number in range(200_000)]
child = os.fork()
if child == 0:
    objects.reverse()
    os._exit(objects[0] != (199_999, "199999"))
_, status = os.waitpid(child, 0)
assert objects[0] == (0, "0")
print(before, made, after, status)
"""


def test_objects_move_to_huge_pages_and_are_the_same_here_and_in_a_child():
    words = [sys.executable, "-c", SCRIPT]
    found = subprocess.run(words, check=True, capture_output=True, text=True)
    before, made, after, status = map(int, found.stdout.split())
    assert status == 0
    if made == 0:
        pytest.skip("this kernel replaces no pages")
    assert after >= before + made * 0.9
    assert made > 16 * 1024 * 1024


@pytest.mark.parametrize("content", [None, "", "many"])
def test_a_kernel_without_huge_pages_changes_nothing(monkeypatch, tmp_path, content):
    size = tmp_path / "hpage_pmd_size"
    if content is not None:
        size.write_text(content)
    monkeypatch.setattr(huge_pages, "_HUGE_PAGE_SIZE", size)
    assert huge_pages.use_huge_pages() == 0


def test_only_memory_of_no_file_is_touched(monkeypatch):
    found = list(huge_pages._own_memory())
    lines = Path("/proc/self/maps").read_text().splitlines()
    files = [line.split()[0] for line in lines if len(line.split()) > 5 and "/" in line]
    ranges = [tuple(int(part, 16) for part in text.split("-")) for text in files]
    assert found
    assert not {start for start, _ in found} & {start for start, _ in ranges}
