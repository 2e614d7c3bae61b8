"""The programs that scenarios run: our own samples, and some with one habit each."""

import json
import textwrap
from pathlib import Path

from program_runtime.bundle import write_bundle

SAMPLES = Path(__file__).parents[2] / "samples"
SOURCES = {
    "echo": """
        def main(backend, user_messenger, **inputs):
            return {"backend": backend.name, "inputs": inputs}
    """,
    "talker": """
        def main(backend, user_messenger, *, times=3):
            for number in range(times):
                print("number", number)
                user_messenger.publish({"number": number})
            return times
    """,
    "breaker": """
        def divide(by):
            return 1 / by

        def main(backend, user_messenger, *, by=0):
            return divide(by)
    """,
    "sleeper": """
        import time

        def main(backend, user_messenger, *, seconds=60):
            time.sleep(seconds)
            return "slept"
    """,
    "silent": """
        def main(backend, user_messenger):
            return None
    """,
}
SAMPLE_NAMES = ("hello_world",)


def publish_all(service, folder):
    """Publish every program, for everybody, as the owner of a service."""
    for name, source in SOURCES.items():
        publish(service, folder, _single_file(name, source))
    for name in SAMPLE_NAMES:
        files = ("program.py", "program.json")
        content = {file: (SAMPLES / name / file).read_bytes() for file in files}
        publish(service, folder, content)


def publish(service, folder, files):
    """Publish one program and let everybody run it."""
    metadata = json.loads(files["program.json"])
    name, version = metadata["name"], metadata["version"]
    bundle = write_bundle(files, folder / f"{name}.zip")
    path = f"/programs/{name}"
    answer = service.http(
        "PUT", f"{path}/releases/{version}", data=bundle.path.read_bytes()
    )
    assert answer.status_code == 201, answer.text
    answer = service.http("PATCH", path, json={"visibility": "public"})
    assert answer.status_code == 200, answer.text


def _single_file(name, source):
    metadata = {
        "name": name,
        "version": "1.0.0",
        "description": "For the tests of official clients.",
        "max_execution_time": 300,
        "spec": {},
    }
    return {
        "program.py": textwrap.dedent(source).lstrip().encode(),
        "program.json": json.dumps(metadata).encode(),
    }
