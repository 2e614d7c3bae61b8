"""What gets installed is the two packages and the templates, and it works alone."""

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "uv", "build", "--wheel", "-o", folder, ROOT],
        check=True,
        capture_output=True,
    )
    return next(folder.glob("*.whl"))


def test_the_wheel_holds_the_packages_and_the_templates_only(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names}
    packages = {top for top in tops if not top.endswith(".dist-info")}
    assert packages == {"program_runtime", "toolkit"}
    kinds = {n.split("/")[2] for n in names if n.startswith("toolkit/templates/")}
    assert {"hello-world", "variational", "sampling"} <= kinds
    assert "program_runtime/metadata/schemas/program.schema.json" in names
    assert not [name for name in names if "__pycache__" in name]


@pytest.mark.timeout(600)
@pytest.mark.parametrize("resolution", ["highest", "lowest-direct"])
def test_the_wheel_works_in_a_new_environment(wheel, tmp_path, resolution):
    place = tmp_path / "env"
    venv.create(place, with_pip=False)
    python = place / "bin" / "python"
    uv = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--python"]
    subprocess.run(
        [*uv, python, "--resolution", resolution, wheel], check=True, cwd=tmp_path
    )
    environment = {
        name: value for name, value in os.environ.items() if name != "PYTHONPATH"
    }

    def qrt(*words, cwd=tmp_path):
        return subprocess.run(
            [place / "bin" / "qrt", *words],
            cwd=cwd,
            env=environment,
            check=True,
            capture_output=True,
            text=True,
        )

    qrt("new", "fresh", "--template", "hello-world", "--defaults")
    qrt("check", "--strict", cwd=tmp_path / "fresh")
    assert qrt("run", cwd=tmp_path / "fresh").stdout.strip()
