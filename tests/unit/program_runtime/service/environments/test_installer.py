"""What uv installs for a lock, and what it is kept from."""

import asyncio
import os
import subprocess
import sys

import pytest
from tiny_wheels import wheel

from program_runtime.environments import Pin
from program_runtime.environments import uv as uv_tool
from program_runtime.errors import BadRequirementsError
from program_runtime.service.environments import Bounds, Installer

MIB = 1024 * 1024


@pytest.fixture
def links(tmp_path):
    return tmp_path / "links"


@pytest.fixture
def install(tmp_path, links):
    """Install pins into a folder; returns it."""

    def install(*pins, **bounds):
        place = tmp_path / "place"
        work, target = place / "work", place / "content"
        work.mkdir(parents=True)
        installer = Installer(
            index_url="off",
            find_links=str(links),
            bounds=Bounds(**bounds),
            environment={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
        )

        async def both():
            await installer.unpack(pins, target, work=work)
            await installer.compile(target, work=work)

        asyncio.run(both())
        return target

    return install


def pin(name, version, *hashes):
    return Pin(name=name, version=version, hashes=hashes)


def test_wheels_are_unpacked_and_compiled_but_not_run(install, links):
    source = "import pathlib\npathlib.Path(__file__).with_name('ran').touch()\n"
    digest = wheel(links, "tiny-a", "1.0", files={"tiny_a.py": source})
    target = install(pin("tiny-a", "1.0", digest))
    assert (target / "tiny_a.py").read_text() == source
    assert (target / "tiny_a.py").stat().st_mode & 0o044 == 0o044
    assert list((target / "__pycache__").glob("tiny_a.*.pyc"))
    assert not (target / "ran").exists()


def test_what_a_package_requires_is_not_installed_unless_it_is_locked(install, links):
    digest = wheel(links, "tiny-a", "1.0", requires=["tiny-b"])
    wheel(links, "tiny-b", "1.0")
    assert not (install(pin("tiny-a", "1.0", digest)) / "tiny_b.py").exists()


@pytest.mark.parametrize(
    "name", ["tiny-a", "no-such-thing"], ids=["other-bytes", "not-there"]
)
def test_what_is_not_what_was_locked_is_refused(install, links, name):
    wheel(links, "tiny-a", "1.0")
    with pytest.raises(BadRequirementsError) as caught:
        install(pin(name, "1.0", f"sha256:{'0' * 64}"))
    [problem] = caught.value.problems
    assert name in problem.message
    assert caught.value.hint.startswith("The service takes wheels alone")


def test_a_source_is_never_built(install, links, tmp_path):
    links.mkdir()
    (links / "tiny-a-1.0.tar.gz").write_bytes(b"whatever")
    with pytest.raises(BadRequirementsError, match="tiny-a"):
        install(pin("tiny-a", "1.0", f"sha256:{'0' * 64}"))


def test_a_wheel_that_unfolds_to_too_much_is_stopped(install, links):
    files = {f"tiny_a{number}.py": "#" * (8 * MIB) for number in range(4)}
    digest = wheel(links, "tiny-a", "1.0", files=files)
    assert (links / "tiny_a-1.0-py3-none-any.whl").stat().st_size < MIB
    with pytest.raises(BadRequirementsError, match="more than 16,777,216 bytes"):
        install(pin("tiny-a", "1.0", digest), total_bytes=16 * MIB)


def test_a_wheel_with_too_many_files_is_stopped(install, links):
    files = {f"tiny_a/m{number}.py": "" for number in range(60)}
    digest = wheel(links, "tiny-a", "1.0", files=files)
    with pytest.raises(BadRequirementsError, match="more than 50 files"):
        install(pin("tiny-a", "1.0", digest), files=50)


def test_an_installation_has_an_end(install, links):
    digest = wheel(links, "tiny-a", "1.0")
    with pytest.raises(BadRequirementsError, match=r"take longer than 0\.01 s"):
        install(pin("tiny-a", "1.0", digest), time_s=0.01)


def test_a_wheel_writes_nothing_outside(install, links, tmp_path):
    files = {"tiny_a.py": "", "../../outside.py": "", "/tmp/absolute-of-tiny-a.py": ""}
    digest = wheel(links, "tiny-a", "1.0", files=files)
    try:
        install(pin("tiny-a", "1.0", digest))
    except BadRequirementsError as err:
        assert "tiny" in str(err)  # noqa: PT017 - either way will do
    assert list(tmp_path.rglob("outside.py")) == []
    assert not os.path.exists("/tmp/absolute-of-tiny-a.py")  # noqa: PTH110


def test_without_uv_the_operator_is_named(install, links, monkeypatch):
    monkeypatch.setattr(uv_tool, "find_uv", lambda: None)
    with pytest.raises(BadRequirementsError) as caught:
        install(pin("tiny-a", "1.0", f"sha256:{'0' * 64}"))
    assert caught.value.hint == "Its operator installs it (pip install uv)."


def test_the_address_of_the_index_is_in_no_command_line(monkeypatch, tmp_path):
    seen = {}

    async def spy(*words, env, **_):
        seen.update(words=words, env=env)
        raise FileNotFoundError

    monkeypatch.setattr(asyncio, "create_subprocess_exec", spy)
    secret = "https://me:secret@index.example/simple"
    installer = Installer(
        index_url=secret,
        environment={"PATH": "/bin", "QRT_IBM_TOKEN": "planted"},
    )
    with pytest.raises(FileNotFoundError):
        asyncio.run(installer.unpack([], tmp_path / "content", work=tmp_path))
    assert "secret" not in " ".join(seen["words"])
    assert seen["env"]["UV_DEFAULT_INDEX"] == secret
    assert "planted" not in repr(seen["env"])


@pytest.mark.skipif(sys.platform != "linux", reason="needs Landlock")
def test_who_compiles_can_write_nowhere_else(tmp_path):
    from program_runtime.execution.confinement import landlock

    if landlock.abi() < 1:
        pytest.skip("needs Landlock")
    code = (
        "import sys; from program_runtime.service import inspector\n"
        "if sys.argv[2] == 'on': inspector.confine(sys.argv[1], writable=sys.argv[1])\n"
        "open(sys.argv[1] + '/inside', 'w').close()\n"
        "open(sys.argv[1] + '/../outside', 'w').close()\n"
    )
    folder = tmp_path / "packages"
    folder.mkdir()

    def attempt(walls):
        command = [sys.executable, "-c", code, str(folder), walls]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    assert attempt("off").returncode == 0
    (tmp_path / "outside").unlink()
    assert "PermissionError" in attempt("on").stderr
    assert (folder / "inside").exists()
    assert not (tmp_path / "outside").exists()


def test_a_configuration_that_lies_above_the_folder_is_not_taken(
    install, links, tmp_path
):
    digest = wheel(links, "tiny-a", "1.0")
    (tmp_path / "uv.toml").write_text("not a configuration\n")
    assert (install(pin("tiny-a", "1.0", digest)) / "tiny_a.py").exists()
