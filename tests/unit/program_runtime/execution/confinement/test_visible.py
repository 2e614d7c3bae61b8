"""The plan of a private root: every name means there what it means here."""

import sys
from pathlib import Path

import pytest

from program_runtime.execution.confinement import Level, Walls, visible

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="walls need Linux")


@pytest.fixture(autouse=True)
def no_answer_is_kept():
    yield
    visible._plan.cache_clear()


def plan(*readable, network=False):
    walls = Walls(
        level=Level.STRONG, readable=tuple(map(str, readable)), network=network
    )
    return visible.plan(walls)


def test_a_folder_is_shown_at_its_own_place(tmp_path):
    (tmp_path / "data").mkdir()
    sources, _ = plan(tmp_path / "data")
    assert str(tmp_path / "data") in sources


def test_a_folder_below_another_one_needs_no_place_of_its_own(tmp_path):
    (tmp_path / "data" / "inner").mkdir(parents=True)
    sources, _ = plan(tmp_path / "data" / "inner", tmp_path / "data")
    assert [path for path in sources if path.startswith(str(tmp_path))] == [
        str(tmp_path / "data")
    ]


def test_a_folder_whose_name_begins_like_another_one_is_not_below_it(tmp_path):
    for name in ("data", "data2"):
        (tmp_path / name).mkdir()
    sources, _ = plan(tmp_path / "data2", tmp_path / "data")
    assert {str(tmp_path / "data"), str(tmp_path / "data2")} <= set(sources)


def test_what_does_not_exist_is_left_out(tmp_path):
    assert plan(tmp_path / "missing" / "data") == plan()


@pytest.mark.parametrize(
    "meaning",
    ["{top}/real", "real", "./x/../real", "chain", "../{name}/real"],
    ids=["absolute", "relative", "around", "over a link", "up and down"],
)
def test_a_link_is_made_again_and_what_it_means_is_shown(tmp_path, meaning):
    (tmp_path / "real" / "data").mkdir(parents=True)
    (tmp_path / "x").mkdir()
    (tmp_path / "chain").symlink_to("real")
    meaning = meaning.format(top=tmp_path, name=tmp_path.name)
    (tmp_path / "link").symlink_to(meaning)
    sources, links = plan(tmp_path / "link" / "data")
    assert str(tmp_path / "real" / "data") in sources
    made = Path(links[str(tmp_path / "link")])
    assert made == (tmp_path / "link").readlink()


def test_a_link_in_a_folder_that_is_shown_is_there_already(tmp_path):
    (tmp_path / "outside").mkdir()
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "link").symlink_to("../outside")
    sources, links = plan(tmp_path / "data", tmp_path / "data" / "link")
    assert {str(tmp_path / "data"), str(tmp_path / "outside")} <= set(sources)
    assert str(tmp_path / "data" / "link") not in links


def test_links_in_a_circle_lead_nowhere(tmp_path):
    (tmp_path / "one").symlink_to("two")
    (tmp_path / "two").symlink_to("one")
    sources, _ = plan(tmp_path / "one")
    assert sources == plan()[0]


@pytest.mark.parametrize("name", ["/", "/etc", "/tmp", "/proc", "/dev"])
def test_what_a_program_has_of_its_own_is_never_shown_whole(name):
    assert plan(name) == plan()


def test_a_single_file_can_be_shown(tmp_path):
    (tmp_path / "file").write_text("text")
    assert str(tmp_path / "file") in plan(tmp_path / "file")[0]


def test_the_system_and_the_interpreter_are_shown():
    sources, links = plan()
    assert "/usr" in sources
    assert "/lib" in {*sources, *links}


def test_files_for_a_network_are_shown_with_a_network_only():
    def in_etc(network):
        return {path for path in plan(network=network)[0] if path.startswith("/etc/")}

    assert "/etc/hosts" in in_etc(network=True) - in_etc(network=False)


def test_an_answer_is_kept_for_the_children_of_a_process(tmp_path):
    (tmp_path / "data").mkdir()
    before = plan(tmp_path / "data")
    (tmp_path / "data").rmdir()
    assert plan(tmp_path / "data") == before
