"""Where latest goes back to."""

import pytest

from toolkit.errors import ExitCode, NothingBeforeError
from toolkit.publish import version_before


def release(version, *, was_latest=True):
    return {"version": version, "was_latest": was_latest}


@pytest.mark.parametrize(
    ("releases", "current", "expected"),
    [
        ([release("1.0.0"), release("1.9.0"), release("1.10.0")], "1.10.0", "1.9.0"),
        ([release("1.0.0"), release("1.1.0"), release("1.2.0")], "1.1.0", "1.0.0"),
        ([release("1.0.0"), release("1.1.0", was_latest=False)], "1.2.0", "1.0.0"),
        ([release("1.0.0"), release("2.0.0-rc.1")], "2.0.0", "1.0.0"),
        ([release("1.0.0-rc.1"), release("1.0.0-rc.2")], "1.0.0-rc.2", "1.0.0-rc.1"),
        ([{"version": "1.0.0"}], "1.1.0", "1.0.0"),
    ],
)
def test_latest_goes_back_to_the_version_below_that_was_latest(
    releases, current, expected
):
    assert version_before("vqe", releases, current) == expected


def test_there_may_be_nothing_to_go_back_to():
    held = [release("0.9.0", was_latest=False), release("1.0.0"), release("1.1.0")]
    with pytest.raises(NothingBeforeError) as caught:
        version_before("vqe", held, "1.0.0")
    assert caught.value.exit_code is ExitCode.NOT_FOUND
    assert str(caught.value) == (
        "No release of vqe before 1.0.0 has been the latest. `qrt programs releases "
        "vqe` lists all; name one: qrt programs rollback vqe VERSION"
    )
