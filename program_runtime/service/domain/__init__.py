"""The service's rules and records: values in, values out, no input or output."""

from program_runtime.service.domain.access import (
    may_change_program,
    may_see_job,
    may_see_program,
    may_see_session,
)
from program_runtime.service.domain.ids import (
    new_job_id,
    new_request_id,
    new_session_id,
)
from program_runtime.service.domain.queries import JobQuery, SessionQuery
from program_runtime.service.domain.records import (
    BUILTIN_OWNER,
    Inputs,
    Job,
    NewJob,
    Program,
    Release,
    Role,
    StoredEvent,
    UsageSum,
    User,
    Visibility,
)
from program_runtime.service.domain.references import (
    LATEST,
    Reference,
    parse_reference,
)
from program_runtime.service.domain.refusals import (
    ConflictError,
    NotFoundError,
    Refusal,
)
from program_runtime.service.domain.sessions import (
    NewSession,
    Session,
    SessionMode,
    SessionState,
)
from program_runtime.service.domain.states import ALLOWED, FINAL, PENDING, check_move
from program_runtime.service.domain.tokens import hash_token, new_token
from program_runtime.service.domain.versions import version_key

__all__ = [
    "ALLOWED",
    "BUILTIN_OWNER",
    "FINAL",
    "LATEST",
    "PENDING",
    "ConflictError",
    "Inputs",
    "Job",
    "JobQuery",
    "NewJob",
    "NewSession",
    "NotFoundError",
    "Program",
    "Reference",
    "Refusal",
    "Release",
    "Role",
    "Session",
    "SessionMode",
    "SessionQuery",
    "SessionState",
    "StoredEvent",
    "UsageSum",
    "User",
    "Visibility",
    "check_move",
    "hash_token",
    "may_change_program",
    "may_see_job",
    "may_see_program",
    "may_see_session",
    "new_job_id",
    "new_request_id",
    "new_session_id",
    "new_token",
    "parse_reference",
    "version_key",
]
