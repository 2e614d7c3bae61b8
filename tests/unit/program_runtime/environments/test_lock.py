"""Locks: one form, read strictly, equal for equal content."""

import pytest

from program_runtime.environments import Kind, Lock, Pin, parse_lock, read_lock
from program_runtime.environments.lock import LOCK_BYTES, LOCK_NAME, LOCK_PINS
from program_runtime.errors import BadRequirementsError

ONE, TWO = (f"sha256:{digit * 64}" for digit in "12")
HEADER = "# environment: overlay\n# python: 3.11\n# platform: x86_64-manylinux_2_28\n"


def test_what_is_written_is_read_again():
    lock = Lock(
        python="3.12",
        platform="aarch64-apple-darwin",
        kind=Kind.OWN,
        requires=("numpy<2.3", "six"),
        pins=(
            Pin(name="numpy", version="2.2.0", hashes=(ONE, TWO)),
            Pin(name="six", version="1.17.0", hashes=(ONE,)),
        ),
    )
    assert parse_lock(lock.text()) == lock
    assert lock.versions() == {"numpy": "2.2.0", "six": "1.17.0"}


def test_order_comments_and_spelling_do_not_change_a_digest():
    plain = parse_lock(f"{HEADER}a-b==1 --hash={ONE} --hash={TWO}\nc==2 --hash={ONE}\n")
    other = parse_lock(
        f"# of mine\nC==2 --hash={ONE}\n\n{HEADER}A_b==1 \\\n    --hash={TWO} \\\n"
        f"    --hash={ONE}\n"
    )
    assert other.digest() == plain.digest()
    assert plain.digest() != parse_lock(f"{HEADER}c==2 --hash={ONE}").digest()


@pytest.mark.parametrize(
    ("line", "words"),
    [
        pytest.param("six>=1", "is no `name==version` with hashes", id="range"),
        pytest.param("six==1", "six==1 has no --hash=sha256:...", id="no-hash"),
        pytest.param(
            f"six==1 --hash=md5:{'1' * 32}", "no --hash=sha256:...", id="weak-hash"
        ),
        pytest.param(
            "--index-url https://me:secret@index.example/simple",
            "is no `name==version`",
            id="index",
        ),
        pytest.param("-e ../other", "is no `name==version`", id="editable"),
        pytest.param("-r /etc/passwd", "is no `name==version`", id="file"),
        pytest.param(
            f"six @ https://x.example/six.whl --hash={ONE}",
            "is no `name==version`",
            id="address",
        ),
        pytest.param(f"../six==1 --hash={ONE}", "is no `name==version`", id="path"),
        pytest.param(
            f"six==1 ; python_version>'3' --hash={ONE}", "followed by", id="marker"
        ),
        pytest.param(
            f"six==1 --hash={ONE} --global-option=x", "followed by", id="option"
        ),
    ],
)
def test_a_line_that_is_no_pin_is_refused_with_its_number(line, words):
    with pytest.raises(BadRequirementsError) as caught:
        parse_lock(f"{HEADER}{line}\n")
    [problem] = caught.value.problems
    assert problem.path == "requirements.lock:4"
    assert words in problem.message
    assert caught.value.hint == "`qrt build --upgrade` makes it anew."


def test_all_that_is_wrong_is_told_at_once():
    with pytest.raises(BadRequirementsError) as caught:
        parse_lock(f"six==1 --hash={ONE}\nSix==2 --hash={ONE}\n# python: three\n")
    assert [problem.message for problem in caught.value.problems] == [
        "six is pinned twice",
        "has no line `# environment: ...`, or a wrong one",
        "has no line `# python: ...`, or a wrong one",
        "has no line `# platform: ...`, or a wrong one",
    ]


def test_a_lock_is_bounded():
    many = "".join(f"p{number}==1 --hash={ONE}\n" for number in range(LOCK_PINS + 1))
    with pytest.raises(BadRequirementsError, match=r"301 packages, at most 300"):
        parse_lock(HEADER + many)
    with pytest.raises(BadRequirementsError, match=r"more than 1,048,576 bytes"):
        parse_lock(b" " * (LOCK_BYTES + 1))
    with pytest.raises(BadRequirementsError, match="is not UTF-8"):
        parse_lock(b"\xff")


def test_a_file_of_that_name_from_another_tool_means_nothing(tmp_path):
    assert read_lock(tmp_path) is None
    (tmp_path / LOCK_NAME).write_text("six==1.17.0\n")
    assert read_lock(tmp_path) is None
    (tmp_path / LOCK_NAME).write_text(f"{HEADER}six==1 --hash={ONE}\n")
    assert read_lock(tmp_path).versions() == {"six": "1"}


def test_of_many_problems_the_first_are_listed():
    with pytest.raises(BadRequirementsError) as caught:
        parse_lock("x\n" * (LOCK_BYTES // 2))
    assert len(caught.value.problems) == 51
    assert "these are the first 50" in str(caught.value)


def test_requirements_are_bounded_as_packages_are():
    said = "# requires: a\n" * (LOCK_PINS + 1)
    with pytest.raises(BadRequirementsError, match="has 301 requirements, at most 300"):
        parse_lock(HEADER + said)
