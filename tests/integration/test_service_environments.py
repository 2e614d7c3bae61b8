"""Releases that require more than the base, on a service with processes of its own."""

import json
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from service_in_process import service_for
from tiny_wheels import wheel

from program_runtime.bundle import write_bundle
from program_runtime.environments import Lock, Pin, installed_base
from program_runtime.execution import JobControl, JobSpec, MemorySink
from program_runtime.service.environments.environments import _link_runtime
from program_runtime.service.executors import LocalExecutor

pytestmark = [
    pytest.mark.fork,
    pytest.mark.skipif(sys.platform != "linux", reason="needs fork"),
]

PURELIB = sysconfig.get_path("purelib")
SOURCE = """
import tiny_a
def main(backend, user_messenger):
    return tiny_a.VERSION
"""


@pytest.fixture(scope="module")
def links(tmp_path_factory):
    return tmp_path_factory.mktemp("wheels") / "links"


@pytest.fixture(scope="module")
def pins(links):
    return (Pin(name="tiny-a", version="1.0", hashes=(wheel(links, "tiny-a", "1.0"),)),)


@pytest.fixture(scope="module")
def real(tmp_path_factory, links, pins):
    """One service for all tests here: its zygote takes its time."""
    folder = tmp_path_factory.mktemp("real")
    executor = LocalExecutor(spool_dir=folder / "data" / "spool", pool_size=1)
    settings = {"index_url": "off", "find_links": str(links), "import_s": 2.0}
    with service_for(folder, executor=executor, **settings) as service:
        yield service


@pytest.fixture
def send(real):
    """Publish sources as a program; returns the answer."""

    def send(name, lock=None, **sources):
        about = {"name": name, "version": "1.0.0", "description": "Is tried."}
        about |= {"max_execution_time": 60, "spec": {}}
        files = {"program.json": json.dumps(about).encode()}
        files |= {f"{key}.py": text.encode() for key, text in sources.items()}
        if lock is not None:
            files["requirements.lock"] = lock.text().encode()
        info = write_bundle(files, real.folder / f"{name}.zip")
        path = f"/programs/{name}/releases/1.0.0?visibility=public"
        return real.maker.put(path, content=info.path.read_bytes())

    return send


def lock_of(*pins):
    base = installed_base()
    return Lock(python=base.python, platform=base.platform, pins=pins)


def test_a_release_finds_what_it_requires_and_others_do_not(real, send, pins):
    lock = lock_of(*pins)
    answer = real.maker.put(
        f"/environments/{lock.digest()}?wait=20", content=lock.text().encode()
    )
    assert (answer.status_code, answer.json()["state"]) == (200, "ready")
    assert send("needy", lock, program=SOURCE).status_code == 201
    job_id = real.u_b.submit("needy")
    job = real.u_b.finished(job_id)
    assert job["state"]["status"] == "Completed", job
    assert real.u_b.get(f"/jobs/{job_id}/results").json() == "1.0"
    refused = send("without", program=SOURCE)
    assert refused.status_code == 400
    assert refused.json()["error"]["problems"] == [
        {
            "path": "program.py:2",
            "message": "can not be imported: ModuleNotFoundError: No module named "
            "'tiny_a'",
            "hint": "Write tiny_a.py beside program.py, or add what brings tiny_a to "
            "[project] dependencies in pyproject.toml",
        }
    ]
    assert real.maker.get("/programs/without").status_code == 404


def test_an_environment_that_is_gone_is_built_again_and_the_job_says_so(
    real, send, pins
):
    assert send("again", lock_of(*pins), program=SOURCE).status_code == 201
    for path in real.context.environments._shelf.root.iterdir():
        real.context.environments._shelf._remove(path.name)
    job_id = real.u_b.submit("again")
    assert real.u_b.finished(job_id)["state"]["status"] == "Completed"
    told = [
        json.loads(event["data"]).get("reason")
        for event in real.u_b.stream(job_id)
        if event["type"] == "status"
    ]
    message = "Building the environment: 1 package (tiny-a)."
    assert told == [None, None, message, None, None]


def test_wheels_that_are_gone_fail_the_job_and_not_the_service(real, send, links, pins):
    assert send("gone", lock_of(*pins), program=SOURCE).status_code == 201
    for path in real.context.environments._shelf.root.iterdir():
        real.context.environments._shelf._remove(path.name)
    kept = [path.rename(path.with_suffix(".gone")) for path in links.glob("*.whl")]
    try:
        job = real.u_b.finished(real.u_b.submit("gone"))
    finally:
        for path in kept:
            path.rename(path.with_suffix(".whl"))
    assert job["failure"]["code"] == "bad_environment"
    assert "tiny-a" in job["failure"]["message"]


@pytest.mark.parametrize(
    ("source", "helper", "where", "why"),
    [
        pytest.param(
            "import helper", "\nimport scipy.nothing", "helper.py:2", "scipy.nothing",
            id="no-module",
        ),
        pytest.param("x = 1 / 0", "", "program.py:1", "ZeroDivisionError", id="raises"),
        pytest.param("import helper", "def f(:", "helper.py:1", "SyntaxError", id="syntax"),
        pytest.param(
            "import os; os._exit(0)", "", "program.py", "exited with code 0", id="exits"
        ),
        pytest.param(
            "while True: pass", "", "program.py", "the limit is 2 s", id="endless"
        ),
        pytest.param(
            "import socket; socket.create_connection(('127.0.0.1', 9))", "",
            "program.py:1", "OSError", id="network",
        ),
    ],
)  # fmt: skip
def test_what_can_not_be_imported_is_refused_with_its_line(
    *, real, send, source, helper, where, why
):
    if why == "OSError" and real.executor.level == "none":
        pytest.skip("there is no wall")
    main = "\ndef main(backend, user_messenger): return 1\n"
    answer = send("broken", program=source + main, helper=helper)
    assert answer.status_code == 400
    [problem] = answer.json()["error"]["problems"]
    assert problem["path"] == where
    assert why in problem["message"]
    assert real.maker.get("/programs/broken").status_code == 404


def test_a_lock_that_can_not_be_installed_is_refused(real, send, pins):
    other = lock_of(Pin(name="nothing", version="1", hashes=pins[0].hashes))
    answer = send("nothing", other, program=SOURCE)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "bad_requirements"
    path = f"/environments/{other.digest()}?wait=20"
    assert real.maker.put(path, content=other.text().encode()).status_code == 400
    wrong = f"/environments/sha256:{'0' * 64}"
    answer = real.maker.put(wrong, content=other.text().encode())
    assert answer.json()["error"]["code"] == "bad_digest"
    assert real.u_b.put(path, content=b"").status_code == 403


def test_who_asks_does_not_wait_longer_than_they_said(real, links):
    digest = wheel(links, "tiny-slow", "1.0")
    lock = lock_of(Pin(name="tiny-slow", version="1.0", hashes=(digest,)))

    def ask(wait):
        path = f"/environments/{lock.digest()}?wait={wait}"
        return real.maker.put(path, content=lock.text().encode())

    first = ask(0)
    assert first.status_code == 202
    assert first.json() == {
        "digest": lock.digest(),
        "state": "building",
        "message": "Building the environment: 1 package (tiny-slow).",
    }
    assert ask(20).json()["state"] == "ready"


@pytest.fixture
def own(tmp_path):
    """As an environment of its own has it, without Qiskit in a second copy."""
    packages = tmp_path / "name" / "packages"
    packages.mkdir(parents=True)
    (packages / "tiny_own.py").write_text("VERSION = 'own'")
    _link_runtime(packages.with_name("runtime"))
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_mode & 0o055 != 0o055 and folder.is_relative_to("/tmp"):
            folder.chmod(0o755)
    return packages


def run_in(real, packages, folder, source, *, others=(Path(PURELIB),)):
    """Run a program that finds these packages alone; returns outcome and result."""
    folder.mkdir()
    (folder / "program.py").write_text(source)
    spec = JobSpec(
        job_id="job_own",
        program_dir=folder,
        inputs=b"{}",
        backend="aer_simulator",
        overlay=(packages, packages.with_name("runtime"), *others),
        alone=True,
    )
    sink = MemorySink()
    outcome = real.do(real.executor.run, spec, sink, JobControl(), first_seq=1)
    results = [event.data for event in sink.events if event.type == "result"]
    return outcome, json.loads(results[0]) if results else None


def test_a_program_finds_its_own_packages_in_place_of_the_base(real, own, tmp_path):
    source = """
import sys
import program_runtime
import tiny_own
def main(backend, user_messenger):
    user_messenger.publish(1)
    return [tiny_own.VERSION, program_runtime.__file__, backend.name, sys.path[-3:]]
"""
    _, result = run_in(real, own, tmp_path / "program", source)
    version, package, backend, path = result
    runtime = str(own.with_name("runtime"))
    assert (version, backend) == ("own", "aer_simulator")
    assert package.startswith(runtime)
    assert path == [str(own), runtime, PURELIB]


def test_packages_of_its_own_run_nowhere_but_behind_the_walls(real, own, tmp_path):
    """A wheel may bring what an interpreter runs when it starts."""
    if real.executor.level == "none":
        pytest.skip("there is no wall")
    mark = tmp_path / "mark"
    attack = f"open({str(mark)!r}, 'a').write('x')"
    (own / "attack.pth").write_text(f"import os; {attack}\n")
    # In the place of one that every job needs; the true one is found behind it.
    (own / "jsonschema.py").write_text(
        f"import sys\ntry: {attack}\nexcept OSError as error: sys.refused = error\n"
        f"sys.path.remove({str(own)!r}); del sys.modules['jsonschema']\n"
        "import jsonschema\n"
    )
    for code in (
        f"import site; site.addsitedir({str(own)!r})",
        f"import sys; sys.path.insert(0, {str(own)!r}); import jsonschema",
    ):
        mark.unlink(missing_ok=True)
        subprocess.run([sys.executable, "-c", code], check=True)
        assert mark.exists()  # what happens where nothing keeps it from that
    mark.unlink()
    source = (
        "import sys, jsonschema\n"
        "def main(backend, user_messenger): return repr(sys.refused)\n"
    )
    _, refused = run_in(real, own, tmp_path / "program", source)
    assert "Error" in refused
    assert not mark.exists()


def test_packages_that_can_not_run_a_program_are_named(real, own, tmp_path):
    source = "def main(backend, user_messenger): return 1\n"
    outcome, _ = run_in(real, own, tmp_path / "program", source, others=())
    assert outcome.code == "bad_environment"
    assert "Its packages can not run a program: ModuleNotFoundError" in outcome.message
