"""The lock of a project, resolved by uv from a folder of tiny wheels."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from tiny_wheels import configure_uv, wheel

from program_runtime.environments import BaseEnvironment, Distribution, Kind
from program_runtime.environments import uv as uv_tool
from program_runtime.errors import BadRequirementsError
from toolkit.bundle import build_bundle, prepare_lock
from toolkit.project import load_project

BASE = BaseEnvironment(
    python="3.11",
    platform="x86_64-manylinux_2_28",
    promised={"numpy": Distribution(name="numpy", version="2.4.6")},
    installed={"numpy": "2.4.6"},
    runs={"numpy": "numpy>=2.0"},
)


@pytest.fixture
def links(tmp_path, monkeypatch):
    """A folder of wheels, the only place that uv knows."""
    folder = tmp_path / "links"
    wheel(folder, "tiny-a", "1.0", requires=["tiny-b>=1", "numpy>=1.26"])
    wheel(folder, "tiny-b", "1.1")
    configure_uv(monkeypatch, tmp_path, folder)
    return folder


@pytest.fixture
def project(make_project):
    """Write a project that requires these; the same folder each time."""

    def project(*requirements):
        listed = ", ".join(f'"{each}"' for each in requirements)
        text = f'[project]\nname = "hello"\nversion = "1"\ndependencies = [{listed}]\n'
        return load_project(make_project(files={"pyproject.toml": text}))

    return project


@pytest.fixture
def no_uv(monkeypatch):
    """A machine without uv."""
    monkeypatch.setattr(uv_tool, "find_uv", lambda: None)


def test_what_the_base_has_needs_no_lock_and_no_uv(project, no_uv):
    assert prepare_lock(project(), base=BASE) is None
    assert prepare_lock(project("numpy>=1.26"), base=BASE) is None
    assert prepare_lock(project("numpy>=1.26", "qiskit>=2.0")) is None
    assert prepare_lock(project("rustworkx")) is None
    other = "pandas; python_version < '3'"
    assert prepare_lock(project("numpy", other), base=BASE) is None
    assert not (project().root / "requirements.lock").exists()


def test_what_is_missing_is_pinned_with_all_that_it_needs(project, links):
    found = prepare_lock(project("tiny-a", "numpy>=1.26"), base=BASE)
    assert found.resolved
    assert found.conflicts == ()
    assert found.lock.kind is Kind.OVERLAY
    assert found.lock.versions() == {"tiny-a": "1.0", "tiny-b": "1.1"}
    text = (project("tiny-a").root / "requirements.lock").read_text()
    assert text == found.lock.text()
    assert text.count("--hash=sha256:") == 2
    assert str(links) not in text


def test_the_same_input_makes_the_same_bundle(project, links, tmp_path):
    here = project("tiny-a")

    def build():
        lock = prepare_lock(here, base=BASE)
        return build_bundle(here, tmp_path / "out", lock=lock)

    first = build()
    assert "requirements.lock" in first.files
    (here.root / "requirements.lock").unlink()
    assert build().digest == first.digest
    without = build_bundle(here, tmp_path / "out")
    assert "requirements.lock" not in without.files


def test_a_lock_that_still_holds_is_kept_without_uv(project, links, monkeypatch):
    first = prepare_lock(project("tiny-a"), base=BASE)
    wheel(links, "tiny-b", "1.2")
    monkeypatch.setattr(uv_tool, "find_uv", lambda: None)
    again = prepare_lock(project("tiny-a"), base=BASE)
    assert (again.lock, again.resolved) == (first.lock, False)


def test_other_requirements_keep_the_versions_that_they_can(project, links):
    prepare_lock(project("tiny-a"), base=BASE)
    wheel(links, "tiny-b", "1.2")
    wheel(links, "tiny-c", "3.0")
    found = prepare_lock(project("tiny-a", "tiny-c"), base=BASE)
    assert found.lock.versions() == {"tiny-a": "1.0", "tiny-b": "1.1", "tiny-c": "3.0"}
    newest = prepare_lock(project("tiny-a", "tiny-c"), base=BASE, upgrade=True)
    assert newest.lock.versions()["tiny-b"] == "1.2"


def test_who_can_not_live_with_the_base_gets_an_environment_of_its_own(project, links):
    wheel(links, "needs-old", "1.0", requires=["numpy<2.3"])
    wheel(links, "numpy", "2.2.0")
    asked = project("needs-old")
    for resolved in (True, False):
        found = prepare_lock(asked, base=BASE)
        assert found.resolved is resolved
        assert found.lock.kind is Kind.OWN
        assert found.lock.versions() == {"needs-old": "1.0", "numpy": "2.2.0"}
        assert found.conflicts == ("numpy 2.2.0 (the base has 2.4.6)",)


def test_a_base_that_fits_again_needs_no_environment_of_its_own(project, links):
    wheel(links, "needs-old", "1.0", requires=["numpy<2.3"])
    wheel(links, "numpy", "2.2.0")
    prepare_lock(project("needs-old"), base=BASE)
    older = BaseEnvironment(
        python=BASE.python,
        platform=BASE.platform,
        promised={"numpy": Distribution(name="numpy", version="2.2.0")},
    )
    found = prepare_lock(project("needs-old"), base=older)
    assert found.lock.kind is Kind.OVERLAY
    assert found.lock.versions() == {"needs-old": "1.0"}


def test_what_does_not_resolve_is_said_in_uvs_words_without_its_noise(project, links):
    with pytest.raises(BadRequirementsError) as caught:
        prepare_lock(project("tiny-a", "no-such-thing>=3"), base=BASE)
    assert str(caught.value) == (
        "The requirements can not be resolved:\n"
        "  no-such-thing>=3, tiny-a: Because no-such-thing was not found in the "
        "provided package locations and you require no-such-thing>=3, we can conclude "
        "that your requirements are unsatisfiable "
        "Change the dependencies in pyproject.toml; wheels alone are considered."
    )


def test_a_conflict_that_nothing_solves_is_told_from_both_sides(project, links):
    wheel(links, "needs-old", "1.0", requires=["numpy<2.3"])
    with pytest.raises(BadRequirementsError) as caught:
        prepare_lock(project("needs-old"), base=BASE)
    assert [problem.path for problem in caught.value.problems] == [
        "needs-old",
        "an environment of its own",
    ]


def test_sources_are_never_built(project, links):
    (links / "only-source-1.0.tar.gz").write_bytes(b"")
    with pytest.raises(BadRequirementsError, match="only-source"):
        prepare_lock(project("only-source"), base=BASE)


def test_without_uv_the_error_says_how_to_get_it(project, no_uv):
    with pytest.raises(BadRequirementsError) as caught:
        prepare_lock(project("tiny-a"), base=BASE)
    assert "uv, which resolves that, is not installed" in str(caught.value)
    assert caught.value.hint == "Install it: pip install uv"


@pytest.mark.parametrize(
    ("requirement", "words"),
    [
        pytest.param(
            "six >> 1", "pyproject.toml six >> 1: is no requirement", id="none"
        ),
        pytest.param(
            "six @ https://me:secret@x.example/six.whl",
            "pyproject.toml six: names an address",
            id="address",
        ),
    ],
)
def test_a_requirement_that_no_lock_can_hold_is_refused(project, requirement, words):
    with pytest.raises(BadRequirementsError) as caught:
        prepare_lock(project(requirement), base=BASE)
    assert words in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_file_of_another_tool_is_not_written_over(project, links):
    path = project("tiny-a").root / "requirements.lock"
    path.write_text("tiny-a==1.0\n")
    with pytest.raises(BadRequirementsError, match="`qrt build` did not make"):
        prepare_lock(project("tiny-a"), base=BASE)
    assert path.read_text() == "tiny-a==1.0\n"
    assert prepare_lock(project("tiny-a"), base=BASE, upgrade=True).resolved


def test_a_lock_changes_as_a_whole(project, links):
    prepare_lock(project("tiny-a"), base=BASE)
    path = project("tiny-a").root / "requirements.lock"
    held = path.with_name("held")
    held.hardlink_to(path)
    before = held.read_text()
    wheel(links, "tiny-b", "1.2")
    prepare_lock(project("tiny-a"), base=BASE, upgrade=True)
    assert path.read_text() != before
    assert held.read_text() == before, "written in place, not beside"


def test_a_lock_that_can_not_be_read_is_an_error(project, links):
    path = project("tiny-a").root / "requirements.lock"
    path.write_text("# environment: overlay\ntiny-a\n")
    with pytest.raises(BadRequirementsError, match=r"requirements\.lock:2"):
        prepare_lock(project("tiny-a"), base=BASE)


@pytest.fixture
def private_index(links, monkeypatch):
    """A simple index on this machine that wants a password."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            if not self.headers.get("Authorization"):
                self.send_error(401)
                return
            name = self.path.rsplit("/", 1)[-1]
            if name.endswith(".whl"):
                body = (links / name).read_bytes()
            else:
                part = self.path.strip("/").rsplit("/", 1)[-1].replace("-", "_")
                found = [path.name for path in links.glob(f"{part}-*.whl")]
                body = "".join(
                    f'<a href="/{each}">{each}</a>' for each in found
                ).encode()
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.delenv("UV_CONFIG_FILE")
    url = f"http://me:secret@127.0.0.1:{server.server_port}/simple"
    monkeypatch.setenv("UV_INDEX_URL", url)
    yield server
    server.shutdown()
    server.server_close()


def test_the_password_of_an_index_is_neither_in_a_lock_nor_in_an_error(
    project, private_index
):
    found = prepare_lock(project("tiny-a"), base=BASE)
    assert found.lock.versions() == {"tiny-a": "1.0", "tiny-b": "1.1"}
    assert "secret" not in found.lock.text()
    with pytest.raises(BadRequirementsError) as caught:
        prepare_lock(project("no-such-thing"), base=BASE)
    assert "secret" not in str(caught.value)


def test_an_index_that_is_not_there_is_said_to_be_so(project, links, monkeypatch):
    monkeypatch.delenv("UV_CONFIG_FILE")
    monkeypatch.setenv("UV_INDEX_URL", "http://me:secret@127.0.0.1:9/simple")
    with pytest.raises(BadRequirementsError) as caught:
        prepare_lock(project("tiny-a"), base=BASE)
    assert caught.value.hint.startswith("The package index was not reached: go online")
    assert "secret" not in str(caught.value)
