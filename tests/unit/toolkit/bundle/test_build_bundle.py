"""The bundle of a project: the same files make the same bytes."""

import json
import os
import subprocess
import sys
import zipfile

import pytest

from program_runtime.bundle import BundleLimits
from toolkit.bundle import build_bundle, bundle_name, collect_files
from toolkit.errors import BundleError, ExitCode
from toolkit.project import load_project

BUILD = """
import sys
from pathlib import Path
from toolkit.bundle import build_bundle
from toolkit.project import load_project
print(build_bundle(load_project(Path(sys.argv[1])), Path(sys.argv[2])).digest)
"""


def names_in(info):
    with zipfile.ZipFile(info.path) as archive:
        return sorted(archive.namelist())


def test_the_bundle_holds_the_project_without_its_tests(make_project, tmp_path):
    project = load_project(make_project())
    info = build_bundle(project, tmp_path / "out")

    assert info.path == tmp_path / "out" / "hello-1.0.0.zip"
    assert bundle_name(project) == "hello-1.0.0.zip"
    assert names_in(info) == [
        "README.md",
        "inputs/short.json",
        "program.json",
        "program.py",
        "pyproject.toml",
    ]
    assert info.files == tuple(names_in(info))


def test_times_folder_mask_and_language_do_not_change_a_byte(make_project, tmp_path):
    root = make_project(files={"data/ä.txt": "é", "data/Z.txt": "z", "data/a.txt": "a"})
    first = build_bundle(load_project(root), tmp_path / "one")
    for path in root.rglob("*"):
        os.utime(path, (1_700_000_000, 1_700_000_000))
        path.chmod(0o700)
    previous = os.umask(0o077)
    try:
        again = subprocess.run(
            [sys.executable, "-c", BUILD, root, tmp_path / "two"],
            cwd="/",
            env={**os.environ, "LC_ALL": "tr_TR.UTF-8", "TZ": "Asia/Tokyo"},
            check=True,
            capture_output=True,
            text=True,
        )
    finally:
        os.umask(previous)

    assert again.stdout.strip() == first.digest
    name = "hello-1.0.0.zip"
    one, two = tmp_path / "one" / name, tmp_path / "two" / name
    assert one.read_bytes() == two.read_bytes()


def test_another_folder_name_does_not_change_a_byte(make_project, tmp_path):
    digests = {
        build_bundle(load_project(make_project(folder)), tmp_path / folder).digest
        for folder in ("one", "two")
    }
    assert len(digests) == 1


@pytest.mark.parametrize("out", [".", "out", "dist"])
def test_a_build_inside_the_project_is_no_part_of_the_next(make_project, out):
    root = make_project()
    digests = {build_bundle(load_project(root), root / out).digest for _ in range(3)}
    assert len(digests) == 1


def test_a_change_of_content_changes_the_digest(make_project, tmp_path):
    root = make_project()
    before = build_bundle(load_project(root), tmp_path).digest
    (root / "README.md").write_text("other")

    assert build_bundle(load_project(root), tmp_path).digest != before


def test_a_bundle_the_service_would_refuse_is_not_left_behind(
    make_project, tmp_path, metadata
):
    del metadata["version"]
    project = load_project(make_project(metadata=metadata))

    with pytest.raises(BundleError) as caught:
        build_bundle(project, tmp_path / "out")
    assert str(caught.value) == (
        "The bundle of hello would be refused:\n"
        "  program.json $.version: is required (such as 1.0.0)"
    )
    assert caught.value.exit_code is ExitCode.FINDINGS
    assert list((tmp_path / "out").iterdir()) == []


def test_an_archive_over_the_limit_names_the_largest_files(make_project, tmp_path):
    root = make_project(files={"noise.bin": os.urandom(20_000)})

    with pytest.raises(BundleError) as caught:
        build_bundle(
            load_project(root), tmp_path, limits=BundleLimits(archive_bytes=10_000)
        )
    assert "would be refused: The bundle has" in str(caught.value)
    assert "The largest files are noise.bin" in str(caught.value)


def test_ignored_files_stay_out(make_project):
    root = make_project(
        files={
            ".env": "TOKEN=1",
            ".git/config": "",
            ".venv/bin/python": "",
            "__pycache__/program.cpython-311.pyc": "",
            "a/.ipynb_checkpoints/x.ipynb": "",
            "dist/hello-1.0.0.zip": "",
            ".qrtignore": "*.csv\n!keep.csv\n/notes/\n",
            "big.csv": "",
            "keep.csv": "",
            "notes/a.txt": "",
            "sub/notes/a.txt": "",
            "sub/tests/data.txt": "",
        }
    )
    files = collect_files(load_project(root))

    assert sorted(set(files) - {"README.md", "inputs/short.json"}) == [
        "keep.csv",
        "program.json",
        "program.py",
        "pyproject.toml",
        "sub/notes/a.txt",
        "sub/tests/data.txt",
    ]


def test_what_the_defaults_leave_out_can_be_taken_back(make_project):
    root = make_project(files={".qrtignore": "!/tests/\n!.env\n", ".env": ""})
    files = collect_files(load_project(root))

    assert {"tests/test_program.py", ".env"} <= set(files)


def test_links_inside_are_followed_and_links_outside_refused(make_project, tmp_path):
    (tmp_path / "secret.txt").write_text("secret")
    root = make_project(files={"data/a.txt": "a", ".env": "TOKEN=1"})
    (root / "good.txt").symlink_to("data/a.txt")
    (root / "out.txt").symlink_to(tmp_path / "secret.txt")
    (root / "gone.txt").symlink_to("nothing")
    (root / "folder").symlink_to("data")
    (root / "hidden.txt").symlink_to(".env")
    (root / "loop").symlink_to("loop")
    os.mkfifo(root / "pipe")
    project = load_project(root)

    with pytest.raises(BundleError) as caught:
        build_bundle(project, tmp_path / "dist")
    problems = {p.path: p.message for p in caught.value.problems}
    assert problems == {
        "folder": "is a link to the folder data; copy it instead",
        "gone.txt": "is a link to nothing, which does not exist",
        "hidden.txt": "is a link to .env, which is left out of the bundle",
        "loop": "is a link to loop, which does not exist",
        "out.txt": "is a link that leads outside the project, to "
        f"{tmp_path / 'secret.txt'}",
        "pipe": "is no regular file",
    }
    assert "name them in .qrtignore" in str(caught.value)
    for name in problems:
        (root / name).unlink()
    assert "good.txt" in names_in(build_bundle(project, tmp_path / "dist"))


def test_an_unreadable_qrtignore_is_refused(make_project):
    root = make_project(files={".qrtignore": b"\xff\xfe"})

    with pytest.raises(BundleError, match=r"\.qrtignore: can not be read"):
        collect_files(load_project(root))


def test_a_name_that_is_no_text_is_refused(make_project):
    root = make_project()
    bad = os.fsencode(root) + b"/\xff.txt"
    with open(bad, "w") as file:  # noqa: PTH123 - a Path can not hold it everywhere
        file.write("")

    with pytest.raises(
        BundleError, match=r"\\udcff\.txt: has a name that is not UTF-8"
    ):
        collect_files(load_project(root))


def test_two_spellings_of_one_name_are_refused(make_project):
    root = make_project(files={"e\u0301.txt": "", "\u00e9.txt": ""})

    with pytest.raises(BundleError, match="the same name as another file's"):
        collect_files(load_project(root))


def test_the_metadata_in_the_bundle_is_the_projects(make_project, tmp_path, metadata):
    info = build_bundle(load_project(make_project()), tmp_path)

    with zipfile.ZipFile(info.path) as archive:
        assert json.loads(archive.read("program.json")) == metadata
