"""JSON Schemas of what commands print with ``--json``."""

from __future__ import annotations

import jsonschema

TEXT = {"type": "string"}
COUNT = {"type": "integer", "minimum": 0}


def closed(optional=(), **properties):
    """An object that holds these and nothing else."""
    return {
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in optional],
        "additionalProperties": False,
    }


def holding(**properties):
    """An object of the service's own form that holds at least these."""
    return {"type": "object", "properties": properties, "required": list(properties)}


def many(item):
    return {"type": "array", "items": item}


def maybe(schema):
    return {"anyOf": [schema, {"type": "null"}]}


FINDING = closed(
    severity={"enum": ["error", "warning"]},
    code=TEXT,
    message=TEXT,
    hint=maybe(TEXT),
    path=maybe(TEXT),
    line=maybe(COUNT),
)
FIX = closed(code=TEXT, path=TEXT, line=maybe(COUNT), message=TEXT)
LOCK = closed(
    digest=TEXT,
    environment={"enum": ["overlay", "own"]},
    packages={"type": "object", "additionalProperties": TEXT},
    resolved={"type": "boolean"},
    conflicts=many(TEXT),
)
FAILURE = maybe(closed(code=TEXT, message=TEXT, traceback=maybe(TEXT)))
STATUS = {"enum": ["Queued", "Running", "Completed", "Failed", "Cancelled"]}
JOB = holding(
    id=TEXT,
    program=holding(id=TEXT, version=TEXT),
    backend=TEXT,
    state=holding(status=STATUS),
    created=TEXT,
    tags=many(TEXT),
)
PROGRAM = holding(
    id=TEXT, version=TEXT, owner=TEXT, visibility=TEXT, description=TEXT, spec=holding()
)
EVENT = closed(
    optional=("blob", "size"),
    seq=COUNT,
    time={"type": "number"},
    type={
        "enum": [
            "status", "interim", "metric", "checkpoint", "log", "result", "error",
        ]
    },
    data=maybe(TEXT),
    blob=TEXT,
    size=COUNT,
)  # fmt: skip
OUTCOME = closed(type={"const": "outcome"}, status=STATUS, failure=FAILURE)
REPORT = closed(
    ok={"type": "boolean"},
    findings=many(FINDING),
    interim_examined=COUNT,
    interim_total=COUNT,
    measures=many(
        closed(name=TEXT, value={"type": "number"}, limit=maybe({}), unit=TEXT)
    ),
)
RUN_OUTCOME = {
    **OUTCOME,
    "properties": {
        **OUTCOME["properties"],
        "report": REPORT,
        "faults": closed(
            ok={"type": "boolean"},
            hurt={"type": "object", "additionalProperties": COUNT},
            connections=COUNT,
            events=COUNT,
        ),
        "simulated": closed(
            calls=COUNT,
            refused=COUNT,
            queued_s={"type": "number"},
            clock_s={"type": "number"},
            readout_error={"type": "number"},
            asked={"type": "object", "additionalProperties": {"type": "number"}},
        ),
    },
    "required": [*OUTCOME["required"], "report"],
}

ERROR = closed(
    error=closed(
        optional=("hint", "findings"),
        code=TEXT,
        message=TEXT,
        hint=TEXT,
        findings=many(closed(optional=("hint",), path=TEXT, message=TEXT, hint=TEXT)),
    )
)

TEMPLATE_UPDATE = {
    "template": TEXT,
    "from": maybe(TEXT),
    "to": maybe(TEXT),
    "changes": many(closed(path=TEXT, change=TEXT, conflicts=COUNT, note=maybe(TEXT))),
    "conflicts": COUNT,
    "written": {"type": "boolean"},
}

BACKUP = {
    "created": TEXT,
    "version": TEXT,
    "revision": TEXT,
    **dict.fromkeys(("users", "programs", "releases", "jobs", "events"), COUNT),
    "blobs": COUNT,
    "size_bytes": COUNT,
    "files": many(TEXT),
}
"""What a backup holds."""

ROW = closed(
    optional=("difference",),
    name=TEXT,
    one={},
    other={},
    difference={"type": "number"},
    same={"type": "boolean"},
)
"""One thing of two jobs."""

COUNTS = closed(
    **dict.fromkeys(
        ("calls", "pubs", "circuits", "shots", "depth", "two_qubit_gates"), COUNT
    ),
    qpu_s=maybe({"type": "number"}),
)
"""What calls of a backend came to."""

CHANGE = closed(name=TEXT, old={}, new={})
COMPARISON = {
    "from": TEXT,
    "to": TEXT,
    "compatibility": {"enum": ["breaking", "additive", "none"]},
    "bump": {"enum": ["major", "minor", "patch"]},
    "suffices": {"type": "boolean"},
    "interface": many(
        closed(
            part=TEXT,
            path=TEXT,
            message=TEXT,
            effect={"enum": ["breaking", "additive", "none"]},
            undecided={"type": "boolean"},
        )
    ),
    "requirements": maybe(many(CHANGE)),
    "budget": many(CHANGE),
    "files": maybe(
        many(
            closed(
                path=TEXT,
                change={"enum": ["added", "removed", "changed"]},
                added=COUNT,
                removed=COUNT,
                diff=TEXT,
                note=maybe(TEXT),
            )
        )
    ),
    "unread": maybe(TEXT),
}
TRIAL = closed(
    job=TEXT,
    status=TEXT,
    new_job=TEXT,
    new_status=TEXT,
    same={"type": "boolean"},
    differences=many(
        closed(path=TEXT, old={}, new={}, difference=maybe({"type": "number"}))
    ),
)
FORMS = {
    "backends": closed(devices=many(holding(name=TEXT, simulator={"type": "boolean"}))),
    "backup": closed(path=TEXT, **BACKUP),
    "budget": closed(
        ok={"type": "boolean"},
        status=STATUS,
        backend=TEXT,
        sample=maybe(TEXT),
        iterations=many(COUNTS),
        rest=COUNTS,
        total=COUNTS,
        missing=maybe(TEXT),
        over=many(closed(path=TEXT, message=TEXT, hint=maybe(TEXT))),
        recorded={"type": "boolean"},
    ),
    "build": closed(
        path=TEXT, digest=TEXT, size=COUNT, files=many(TEXT), lock=maybe(LOCK)
    ),
    "cancel": closed(job_id=TEXT, cancel={"const": True}),
    "check": closed(ok={"type": "boolean"}, findings=many(FINDING), ignored=COUNT),
    "check --fix": closed(
        ok={"type": "boolean"}, findings=many(FINDING), ignored=COUNT, fixed=many(FIX)
    ),
    "check --diff": closed(ok={"type": "boolean"}, fixes=many(FIX), diff=TEXT),
    "compare": closed(
        jobs=many(TEXT),
        first_difference=maybe(TEXT),
        parted_at=maybe(TEXT),
        facts=many(ROW),
        inputs=many(ROW),
        results=many(ROW),
        curves={"type": "object"},
    ),
    "completion": closed(shell=TEXT, script=TEXT),
    "config show": closed(
        settings={
            "type": "object",
            "additionalProperties": closed(value={}, origin=TEXT, variable=TEXT),
        }
    ),
    "doctor": closed(
        ok={"type": "boolean"},
        checks=many(
            closed(
                name=TEXT,
                state={"enum": ["ok", "warning", "problem"]},
                message=TEXT,
                hint=maybe(TEXT),
                fixed={"type": "boolean"},
            )
        ),
    ),
    "env": holding(
        QISKIT_IBM_CHANNEL=TEXT,
        QISKIT_IBM_URL=TEXT,
        QISKIT_IBM_INSTANCE=TEXT,
        QISKIT_IBM_TOKEN=TEXT,
    ),
    "job export": closed(path=TEXT, job_id=TEXT, size=COUNT, parts=many(TEXT)),
    "job show": holding(job=TEXT, program=TEXT, seed=maybe(COUNT), versions={}),
    "jobs": holding(jobs=many(JOB), count=COUNT),
    "login": closed(profile=TEXT, url=TEXT, user=TEXT, role=TEXT),
    "login --target": closed(profile=TEXT, url=TEXT, target=TEXT, functions=COUNT),
    "logout": closed(forgot=TEXT),
    "logs": closed(job_id=TEXT, logs=TEXT),
    "metadata sync": closed(
        written={"type": "boolean"},
        changes=many(
            closed(input=TEXT, keyword=maybe(TEXT), old=maybe(TEXT), new=maybe(TEXT))
        ),
    ),
    "new": closed(path=TEXT, template=TEXT),
    "profiles": closed(
        profiles=many(
            closed(
                name=TEXT,
                url=TEXT,
                target={"enum": ["service", "qiskit-serverless"]},
                default={"type": "boolean"},
            )
        )
    ),
    "programs delete": closed(deleted=TEXT),
    "programs label": closed(program=TEXT, label=TEXT, version=TEXT),
    "programs list": holding(programs=many(PROGRAM), count=COUNT),
    "programs private": PROGRAM,
    "programs public": PROGRAM,
    "programs releases": closed(
        releases=many(
            holding(version=TEXT, digest=TEXT, labels=many(TEXT), created=TEXT)
        )
    ),
    "programs show": PROGRAM,
    "programs diff": closed(program=TEXT, **COMPARISON),
    "programs rollback": closed(
        program=TEXT,
        label={"const": "latest"},
        digest=TEXT,
        **{"from": TEXT, "to": TEXT},
    ),
    "programs source": closed(program=TEXT, version=TEXT, source=TEXT),
    "programs source --output": closed(program=TEXT, version=TEXT, path=TEXT),
    "publish": closed(
        program=TEXT,
        version=TEXT,
        digest=TEXT,
        created={"type": "boolean"},
        labels=many(TEXT),
        visibility=maybe(TEXT),
        sent_bytes=COUNT,
        canary=many(TRIAL),
    ),
    "publish --target": closed(
        target=TEXT,
        url=TEXT,
        program=TEXT,
        version=TEXT,
        digest=TEXT,
        created={"type": "boolean"},
    ),
    "publish --target --dry-run": closed(
        dry_run={"const": True},
        target=TEXT,
        url=TEXT,
        message=TEXT,
        program=TEXT,
        version=TEXT,
        current_version=maybe(TEXT),
        unchanged={"type": "boolean"},
        digest=TEXT,
        artifact=TEXT,
        size=COUNT,
        dependencies=many(TEXT),
        findings=many(FINDING),
    ),
    "publish --dry-run": closed(
        dry_run={"const": True},
        verdict=TEXT,
        message=TEXT,
        program=TEXT,
        version=TEXT,
        user=maybe(TEXT),
        current_version=maybe(TEXT),
        digest=maybe(TEXT),
        size=maybe(COUNT),
        labels=many(TEXT),
        visibility=maybe(TEXT),
        comparison=maybe(closed(**COMPARISON)),
        findings=many(FINDING),
    ),
    "rerun": JOB,
    "restore": closed(data_dir=TEXT, **BACKUP),
    "result": closed(
        optional=("result",), job_id=TEXT, status=STATUS, failure=FAILURE, result={}
    ),
    "run --help-inputs": closed(inputs=holding()),
    "serve": holding(url=TEXT, pid=COUNT, version=TEXT),
    "stub": closed(program=TEXT, version=TEXT, source=TEXT),
    "stop": closed(job_id=TEXT, stop={"const": True}),
    "submit": JOB,
    "template update": closed(**TEMPLATE_UPDATE),
    "template update --diff": closed(**TEMPLATE_UPDATE, diff=TEXT),
    "test": closed(ok={"type": "boolean"}, pytest_exit_code={"type": "integer"}),
    "test --backends": closed(
        ok={"type": "boolean"},
        pytest_exit_code={"type": "integer"},
        matrix=many(
            closed(
                backend=TEXT,
                values={
                    "type": "object",
                    "additionalProperties": closed(
                        mean={"type": "number"},
                        standard_error=maybe({"type": "number"}),
                        runs=COUNT,
                    ),
                },
                ignored={"type": "object", "additionalProperties": TEXT},
                failure=FAILURE,
            )
        ),
    ),
    "test --kill-resume": closed(
        ok={"type": "boolean"},
        seed=COUNT,
        failure=FAILURE,
        kills=many(
            closed(
                after=TEXT,
                checkpoint=COUNT,
                killed={"type": "boolean"},
                ok={"type": "boolean"},
            )
        ),
        findings=many(FINDING),
    ),
    "user add": closed(user=TEXT, role=TEXT, token=TEXT),
    "user list": closed(users=many(holding(name=TEXT, role=TEXT))),
    "user revoke": closed(revoked=TEXT),
    "user rotate": closed(user=TEXT, token=TEXT),
    "whoami": holding(name=TEXT, role=TEXT, url=TEXT),
}
"""One object a command; `STREAMS` are JSON Lines."""

STREAMS = {
    "follow": {"anyOf": [EVENT, OUTCOME]},
    "logs --follow": closed(type={"const": "log"}, seq=COUNT, data=TEXT),
    "run": {"anyOf": [EVENT, RUN_OUTCOME]},
    "run --watch": {
        "anyOf": [
            closed(type={"const": "run"}, number=COUNT, saved=many(TEXT)),
            EVENT,
            OUTCOME,
            RUN_OUTCOME,
            ERROR,
        ]
    },
    "submit --follow": {
        "anyOf": [
            EVENT,
            OUTCOME,
            {**JOB, "properties": {**JOB["properties"], "type": {"const": "job"}}},
        ]
    },
}


def check(name, value):
    """Hold the answer of a command against its form; returns the answer."""
    jsonschema.validate(value, FORMS[name])
    return value


def check_stream(name, lines):
    """Hold each line against the form; returns the lines."""
    assert lines
    for line in lines:
        jsonschema.validate(line, STREAMS[name])
    return lines


def check_error(value):
    """Hold an error against its form; returns what is inside."""
    jsonschema.validate(value, ERROR)
    return value["error"]
