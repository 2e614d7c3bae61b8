"""What the answers of the routes hold, for the OpenAPI document.

The routes write their JSON themselves, which takes a fraction of the time that models
of answers would; the fuzz tests hold what they write against this page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from program_runtime.execution.events import EventType
from program_runtime.execution.outcome import JobStatus
from program_runtime.service.domain import Role, SessionMode, SessionState, Visibility

if TYPE_CHECKING:
    from enum import StrEnum

__all__ = ["ANSWERS", "COMPONENTS"]

Schema = dict[str, Any]

_TEXT: Final = {"type": "string"}
_TEXT_OR_NULL: Final = {"type": ["string", "null"]}
_COUNT: Final = {"type": "integer", "minimum": 0}
_DURATION: Final = {"type": "number", "minimum": 0}
_TIME: Final = {"type": "string", "format": "date-time"}
_TIME_OR_NULL: Final = {"type": ["string", "null"], "format": "date-time"}
_ANY_OBJECT: Final = {"type": "object"}
_DIGEST: Final = {"type": "string", "pattern": "^sha256:[0-9a-f]{64}$"}
_BINARY: Final = {"type": "string", "format": "binary"}


def _object(_optional: Schema | None = None, **properties: Schema) -> Schema:
    """An object that has these properties, and perhaps others."""
    return {
        "type": "object",
        "required": list(properties),
        "properties": {**properties, **(_optional or {})},
    }


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _one_of(values: type[StrEnum]) -> Schema:
    return {"type": "string", "enum": [str(value) for value in values]}


COMPONENTS: Final[dict[str, Schema]] = {
    "User": _object(
        name=_TEXT, role=_one_of(Role), created=_TIME, active={"type": "boolean"}
    ),
    "Program": _object(
        id=_TEXT,
        name=_TEXT,
        owner=_TEXT,
        description=_TEXT,
        version=_TEXT,
        labels={"type": "object", "additionalProperties": _TEXT},
        visibility=_one_of(Visibility),
        is_public={"type": "boolean"},
        cost={"type": ["integer", "null"]},
        creation_date=_TIME,
        update_date=_TIME,
        spec=_ANY_OBJECT,
        digest=_DIGEST,
    ),
    "Release": _object(
        program_id=_TEXT,
        version=_TEXT,
        digest=_DIGEST,
        size=_COUNT,
        created=_TIME,
        published_by=_TEXT,
        labels=_list(_TEXT),
        was_latest={"type": "boolean"},
        metadata=_ANY_OBJECT,
    ),
    "Job": _object(
        {"queue_position": {"type": "integer", "minimum": 1}},
        id=_TEXT,
        program=_object(id=_TEXT, version=_TEXT, digest=_DIGEST),
        backend=_TEXT,
        state=_object(
            status=_one_of(JobStatus),
            reason=_TEXT_OR_NULL,
            reason_code={"type": ["integer", "null"]},
        ),
        failure={
            "anyOf": [
                {"type": "null"},
                _object(
                    code=_TEXT_OR_NULL, message=_TEXT_OR_NULL, traceback=_TEXT_OR_NULL
                ),
            ]
        },
        created=_TIME,
        started=_TIME_OR_NULL,
        ended=_TIME_OR_NULL,
        tags=_list(_TEXT),
        session_id=_TEXT_OR_NULL,
        user=_TEXT,
        last_seq=_COUNT,
        isolation=_TEXT_OR_NULL,
        usage={"type": ["object", "null"]},
        conditions={"type": ["object", "null"]},
        options=_ANY_OBJECT,
    ),
    "Session": _object(
        id=_TEXT,
        user=_TEXT,
        mode=_one_of(SessionMode),
        backend_name=_TEXT_OR_NULL,
        state=_one_of(SessionState),
        accepting_jobs={"type": "boolean"},
        max_ttl=_DURATION,
        active_ttl=_DURATION,
        interactive_ttl=_DURATION,
        started_at=_TIME,
        activated_at=_TIME_OR_NULL,
        closed_at=_TIME_OR_NULL,
        last_job_started=_TIME_OR_NULL,
        last_job_completed=_TIME_OR_NULL,
        elapsed_time=_DURATION,
        timestamps=_list(_object(status=_one_of(SessionState), timestamp=_TIME)),
    ),
    "Event": _object(
        {"blob": _DIGEST, "size": _COUNT},
        seq={"type": "integer", "minimum": 1},
        time={"type": "number"},
        type={"type": "string", "enum": [str(kind) for kind in EventType]},
        data=_TEXT_OR_NULL,
    ),
    "Backend": _object(
        name=_TEXT,
        status=_object(name=_TEXT),
        qubits={"type": ["integer", "null"]},
        queue_length=_COUNT,
        simulator={"type": "boolean"},
        aliases=_list(_TEXT),
        description=_TEXT,
    ),
    "Blob": _object(digest=_DIGEST, size=_COUNT),
    "Account": _object(user=_ref("User"), token=_TEXT),
    "Health": _object(
        status={
            "type": "string",
            "enum": ["ok", "degraded", "stopping", "failed"],
        },
        version=_TEXT,
        isolation=_TEXT,
        zygote=_ANY_OBJECT,
        queue=_object(queued={"type": ["integer", "null"]}, running=_COUNT),
        store=_TEXT,
        broker={"type": ["object", "null"]},
        uptime_s={"type": "number"},
    ),
}
"""The parts of answers, by the name that the document gives them."""

_EVENTS: Final = _object(
    events=_list(_ref("Event")), last_seq=_COUNT, final={"type": "boolean"}
)
_JOBS: Final = _object(
    jobs=_list(_ref("Job")), count=_COUNT, limit=_COUNT, offset=_COUNT
)
_METRICS: Final = _object(
    timestamps=_object(
        created=_TIME_OR_NULL, running=_TIME_OR_NULL, finished=_TIME_OR_NULL
    ),
    usage=_object(status=_TEXT),
    metrics=_list(
        _object(
            seq=_COUNT,
            time={"type": "number"},
            step={"type": ["integer", "null"]},
            values={"type": "object", "additionalProperties": {"type": "number"}},
        )
    ),
)


def _json(schema: Schema) -> dict[str, Schema]:
    return {"application/json": schema}


_API = "/api/v1"
_JOB = f"{_API}/jobs/{{job_id}}"
_SESSION = f"{_API}/sessions/{{session_id}}"
_PROGRAM = f"{_API}/programs/{{program_id}}"
_RELEASE = f"{_PROGRAM}/releases/{{ref}}"
_BACKEND = f"{_API}/backends/{{name}}"

ANSWERS: Final[dict[tuple[str, str], dict[str, Schema]]] = {
    ("GET", "/healthz"): _json(_ref("Health")),
    ("GET", "/metrics"): {"text/plain": _TEXT},
    ("GET", f"{_API}/version"): _json(_ANY_OBJECT),
    ("POST", "/identity/token"): _json(
        _object(access_token=_TEXT, token_type=_TEXT, expires_in=_COUNT)
    ),
    ("POST", "/v3/resources/search"): _json(
        _object(items=_list(_object(crn=_TEXT, name=_TEXT, doc=_ANY_OBJECT)))
    ),
    ("GET", "/catalog/{plan}"): _json(
        _object(overview_ui=_ANY_OBJECT, metadata=_ANY_OBJECT)
    ),
    ("GET", f"{_API}/instances/usage"): _json(
        _object(
            usage_consumed_seconds=_DURATION,
            usage_limit_seconds={"type": "null"},
            usage_limit_reached={"type": "boolean"},
            usage_period=_object(start_time=_TIME, end_time=_TIME),
            used=_object(
                jobs=_COUNT,
                wall_s=_DURATION,
                cpu_s=_DURATION,
                qpu_s=_DURATION,
                circuits=_COUNT,
                shots=_COUNT,
            ),
        )
    ),
    ("GET", f"{_API}/users"): _json(_object(users=_list(_ref("User")))),
    ("GET", f"{_API}/users/me"): _json(_ref("User")),
    ("POST", f"{_API}/users"): _json(_ref("Account")),
    ("POST", f"{_API}/users/{{name}}/rotate"): _json(_ref("Account")),
    ("GET", f"{_API}/backends"): _json(_object(devices=_list(_ref("Backend")))),
    ("GET", f"{_BACKEND}/configuration"): _json(_ANY_OBJECT),
    ("GET", f"{_BACKEND}/properties"): _json(_ANY_OBJECT),
    ("GET", f"{_BACKEND}/status"): _json(_object(length_queue=_COUNT)),
    ("GET", f"{_API}/environment"): _json(
        _object(python=_TEXT, platform=_TEXT, promised=_list(_ANY_OBJECT))
    ),
    ("PUT", f"{_API}/environments/{{digest}}"): _json(
        _object(digest=_DIGEST, state=_TEXT, message=_TEXT_OR_NULL)
    ),
    ("GET", f"{_API}/programs"): _json(
        _object(programs=_list(_ref("Program")), count=_COUNT)
    ),
    ("GET", _PROGRAM): _json(_ref("Program")),
    ("PATCH", _PROGRAM): _json(_ref("Program")),
    ("GET", f"{_PROGRAM}/releases"): _json(_object(releases=_list(_ref("Release")))),
    ("GET", _RELEASE): _json(_ref("Release")),
    ("PUT", _RELEASE): _json(_ref("Release")),
    ("GET", f"{_RELEASE}/bundle"): {"application/zip": _BINARY},
    ("PUT", f"{_PROGRAM}/labels/{{label}}"): _json(_ref("Program")),
    ("PUT", f"{_API}/blobs/{{digest}}"): _json(_ref("Blob")),
    ("POST", f"{_API}/jobs"): _json(_ref("Job")),
    ("GET", f"{_API}/jobs"): _json(_JOBS),
    ("GET", _JOB): _json(_ref("Job")),
    ("POST", f"{_API}/sessions"): _json(_ref("Session")),
    ("GET", f"{_API}/sessions"): _json(
        _object(
            sessions=_list(_ref("Session")), count=_COUNT, limit=_COUNT, offset=_COUNT
        )
    ),
    ("GET", _SESSION): _json(_ref("Session")),
    ("PATCH", _SESSION): _json(_ref("Session")),
    ("GET", f"{_JOB}/inputs"): _json({}),
    ("GET", f"{_JOB}/results"): _json({}),
    ("GET", f"{_JOB}/interim_results"): _json(_list({})),
    ("GET", f"{_JOB}/logs"): {"text/plain": _TEXT},
    ("GET", f"{_JOB}/metrics"): _json(_METRICS),
    ("GET", f"{_JOB}/events"): {
        "application/json": _EVENTS,
        "text/event-stream": _TEXT,
    },
    ("GET", f"{_JOB}/blobs/{{digest}}"): {"application/octet-stream": _BINARY},
}
"""Media types and schemas of a success, by route; what is not here has no body."""
