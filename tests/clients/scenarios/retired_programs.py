"""Programs: uploaded, listed, changed, opened to all, deleted."""

import contextlib
import io
import json
import os

from checks import check, equal, raises
from qiskit_ibm_runtime import exceptions
from retired_account import (
    PLAIN_TOKEN,
    SERVICE,
    WAIT_S,
    fresh,
    log_in,
    metadata,
    start,
)

SOURCE = "def main(backend, user_messenger, **kwargs):\n    return {'version': 1}\n"
SPEC = {
    "backend_requirements": {"min_num_qubits": 5},
    "parameters": {
        "$schema": "https://json-schema.org/draft/2019-09/schema",
        "properties": {
            "iterations": {
                "type": "integer",
                "minimum": 0,
                "description": "How often.",
            },
            "scale": {"type": "number", "description": "How much."},
        },
        "required": ["iterations"],
    },
    "return_values": {"type": "object", "description": "What came in."},
    "interim_results": {
        "type": "object",
        "properties": {"iteration": {"type": "integer", "description": "Which."}},
    },
}


def run():
    name = fresh("sample")
    program_id = SERVICE.upload_program(SOURCE, metadata(name, spec=SPEC))
    _shown(program_id, name)
    _names(name)
    _listed(program_id)
    _changed(program_id)
    _seen_by_others(program_id)
    _namespace()
    with check("a program is deleted"):
        SERVICE.delete_program(program_id)
        with raises(exceptions.RuntimeProgramNotFound):
            SERVICE.program(program_id, refresh=True)
        with raises(exceptions.RuntimeProgramNotFound):
            SERVICE.delete_program(program_id)
        with raises(exceptions.RuntimeProgramNotFound):
            start(program_id)


def _shown(program_id, name):
    with check("a program is shown as it was uploaded"):
        program = SERVICE.program(program_id, refresh=True)
        equal((program.program_id, program.name), (program_id, name))
        equal((program.description, program.max_execution_time), ("Of the tests.", 300))
        equal((program.data, program.is_public), (SOURCE, False))
        equal(program.backend_requirements, SPEC["backend_requirements"])
        equal(program.interim_results, SPEC["interim_results"])
        equal(program.return_values, SPEC["return_values"])
        equal(program.parameters().metadata, SPEC["parameters"])
        assert program.creation_date.endswith("Z"), program.creation_date
        assert "How often." in str(program)
    with check("a program is uploaded from files"):
        with open("source.py", "w") as file:
            file.write(SOURCE)
        with open("metadata.json", "w") as file:
            json.dump(metadata(fresh("from-file"), spec=SPEC), file)
        found = SERVICE.upload_program("source.py", "metadata.json")
        equal(SERVICE.program(found).data, SOURCE)
        SERVICE.delete_program(found)
        os.remove("source.py")
    with check("metadata of the oldest form does no harm"):
        old = [
            {"name": "a", "description": "An input.", "type": "int", "required": True}
        ]
        found = SERVICE.upload_program(SOURCE, metadata(fresh("old"), parameters=old))
        equal(start(found).result(WAIT_S), {"version": 1})
        SERVICE.delete_program(found)
    with check("what can not run is refused with the reason"):
        with raises(Exception, "main"):
            SERVICE.upload_program("x = 'def main('\n", metadata(fresh("bad")))


def _names(name):
    with check("a name that is taken gets an id of its own"):
        other = SERVICE.upload_program(SOURCE, metadata(name))
        assert other.startswith(name + "-"), other
        equal(SERVICE.program(other).name, name)
        SERVICE.delete_program(other)
    with check("any text is a name"):
        other = SERVICE.upload_program(SOURCE, metadata("My Program \u00e9"))
        equal(SERVICE.program(other).name, "My Program \u00e9")
        SERVICE.delete_program(other)
    with check("names that some versions refuse to run"):
        found = SERVICE.upload_program(SOURCE, metadata("vqe"))
        equal(start(found).result(WAIT_S), {"version": 1})
        SERVICE.delete_program(found)


def _listed(program_id):
    known = SERVICE.programs(refresh=True, limit=None)
    more = [
        SERVICE.upload_program(SOURCE, metadata(fresh("many")))
        for _ in range(len(known), 22)  # a page has 20, and others may have been here
    ]
    with check("more programs than a page holds are all listed, each once"):
        found = [each.program_id for each in SERVICE.programs(refresh=True, limit=None)]
        equal(len(found), len(set(found)))
        assert {program_id, *more} <= set(found)
    with check("programs are listed from one on"):
        equal(
            [each.program_id for each in SERVICE.programs(limit=3, skip=2)], found[2:5]
        )
    with check("programs are printed"):
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            SERVICE.pprint_programs(refresh=True, detailed=True, limit=None)
        assert program_id in out.getvalue()
        assert "How often." in out.getvalue()


def _changed(program_id):
    with check("the source is changed, and the new one runs"):
        SERVICE.update_program(program_id, data=SOURCE.replace("1", "2"))
        job = start(program_id, {"iterations": 1})
        equal(job.result(WAIT_S), {"version": 2})
        equal(SERVICE.program(program_id, refresh=True).data, SOURCE.replace("1", "2"))
    with check("the metadata is changed, and the rest stays"):
        changes = {"name": "Another name", "max_execution_time": 200}
        SERVICE.update_program(program_id, metadata=changes, description="Changed.")
        program = SERVICE.program(program_id, refresh=True)
        equal((program.name, program.description), ("Another name", "Changed."))
        equal(program.max_execution_time, 200)
        equal(program.return_values, SPEC["return_values"])
        equal(program.data, SOURCE.replace("1", "2"))
    with check("source, metadata and spec are changed together"):
        spec = {"return_values": {"type": "string"}}
        SERVICE.update_program(program_id, data=SOURCE, description="Both.", spec=spec)
        program = SERVICE.program(program_id, refresh=True)
        equal((program.data, program.description), (SOURCE, "Both."))
        equal(program.return_values, {"type": "string"})
        equal(program.backend_requirements, {})
    with check("JSON is understood after an upload of bytes"):
        # From now on the client says application/octet-stream, whatever it sends.
        equal(start(program_id, {"a": 1}).result(WAIT_S), {"version": 1})
        other = SERVICE.upload_program(SOURCE, metadata(fresh("typed")))
        SERVICE.delete_program(other)
    with check("what is not there is not changed"):
        with raises(exceptions.RuntimeProgramNotFound):
            SERVICE.update_program("not-there", description="x")


def _seen_by_others(program_id):
    other = log_in(token=PLAIN_TOKEN)
    with check("a private program is nobody else's"):
        with raises(exceptions.RuntimeProgramNotFound):
            other.program(program_id)
    with check("a public program is run by others, and not read"):
        SERVICE.set_program_visibility(program_id, public=True)
        program = other.program(program_id)
        assert program.is_public
        equal(start(program_id, service=other).result(WAIT_S), {"version": 1})
        with raises(exceptions.IBMNotAuthorizedError):
            program.data  # noqa: B018 - it asks the service
        SERVICE.set_program_visibility(program_id, public=False)
        assert not SERVICE.program(program_id, refresh=True).is_public
    with check("who is no author uploads nothing"):
        with raises(exceptions.IBMNotAuthorizedError, "not authorized to upload"):
            other.upload_program(SOURCE, metadata(fresh("forbidden")))


def _namespace():
    source = "def main(backend, user_messenger, **kwargs):\n    return kwargs\n"
    program_id = SERVICE.upload_program(source, metadata(fresh("named"), spec=SPEC))
    program = SERVICE.program(program_id)
    with check("inputs as a namespace arrive without what belongs to the client"):
        inputs = program.parameters()
        with raises(Exception, "iterations"):
            inputs.validate()
        inputs.iterations = 3
        equal(start(program_id, inputs).result(WAIT_S), {"iterations": 3})
    with check("inputs that do not fit are refused before the program runs"):
        with raises(exceptions.RuntimeJobFailureError, "iterations"):
            start(program_id, {"iterations": "many"}).result(WAIT_S)
    SERVICE.delete_program(program_id)
