"""Files over the limits of a bundle."""

from program_runtime.bundle import BundleLimits
from toolkit.checks import run_checks, sizes

LIMITS = BundleLimits(
    total_bytes=1000, file_bytes=600, files=3, name_bytes=20, depth=2, source_bytes=100
)


def over(**found):
    return [str(f) for f in sizes._over(found, LIMITS)]


def test_each_limit_is_named_with_its_number():
    assert over(**{"a": 1, "b/c": 2}) == []
    assert over(a=601) == [
        (
            "a: error QRT405: It has 601 bytes, at most 600 bytes are taken. "
            "Name it in .qrtignore, or pass it as an input."
        )
    ]
    assert "All files have" in over(a=600, b=500)[0]
    assert "There are 4 files, at most 3 are taken." in over(a=1, b=1, c=1, d=1)[0]
    assert "It has a name of 21 bytes, 20 are allowed." in over(**{"x" * 21: 1})[0]
    assert "It is deeper than 2 folders." in over(**{"a/b/c": 1})[0]
    assert "in case or accents only" in over(A=1, a=1)[0]


def test_a_link_that_leads_outside_is_a_finding(make_project, tmp_path):
    root = make_project()
    (root / "out").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere").write_text("")

    ((code, message),) = [(f.code, f.message) for f in run_checks(root)]
    assert code == "QRT403"
    assert message.startswith("It is a link that leads outside the project, to /")


def test_a_bad_pattern_is_a_finding(make_project):
    root = make_project(files={".qrtignore": "!\n"})
    found = run_checks(root)

    assert [(f.code, f.path) for f in found] == [("QRT403", ".qrtignore")]
    assert found[0].message.startswith("It has a bad pattern")
