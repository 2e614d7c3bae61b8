"""Who tries to break the walls, and what they must not reach."""

import sys
import tempfile
from pathlib import Path

import ordinary_user
import pytest


@pytest.fixture(params=ordinary_user.USERS)
def user(request):
    """Walls must hold whoever builds them."""
    if sys.platform != "linux":
        pytest.skip("walls need Linux")
    return request.param


@pytest.fixture
def open_folder():
    """A folder of this machine where everybody may read and write."""
    with tempfile.TemporaryDirectory(prefix="open-", dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o777)
        yield folder


@pytest.fixture
def canary(open_folder):
    """A file that everybody on this machine may read."""
    path = open_folder / "canary"
    path.write_text("a secret")
    path.chmod(0o644)
    return path
