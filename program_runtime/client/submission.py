"""From a program's inputs to a job: check, encode, send."""

from __future__ import annotations

import difflib
import secrets
from typing import TYPE_CHECKING, Any

from program_runtime import codec, errors, metadata
from program_runtime.codec import wire

if TYPE_CHECKING:
    from collections.abc import Mapping

    from program_runtime.client.api import ServiceApi
    from program_runtime.client.api.handshake import Handshake

__all__ = [
    "INLINE_BYTES",
    "check_inputs",
    "parameters_of",
    "reading",
    "release_of",
    "submit",
]

INLINE_BYTES = 64 * 1024
"""Larger inputs are stored first and the job names their digest."""

_LISTED = 1000


def release_of(api: ServiceApi, program: str) -> tuple[str, dict[str, Any]]:
    """The version that a reference means now, and the parameters it takes.

    Args:
        api: The service.
        program: ``name``, ``name@version`` or ``name:label``.

    Raises:
        RuntimeProgramNotFound: There is no such program or release.
    """
    name, ref = _split(program)
    if ref is None:
        try:
            latest = api.program(name)
        except errors.RuntimeProgramNotFound as err:
            raise _with_suggestion(api, name, err) from err
        return str(latest["version"]), _parameters(latest.get("spec"))
    release = api.release(name, ref)
    parsed = metadata.parse_metadata(release["metadata"], strict_version=False)
    return str(release["version"]), _parameters(parsed.spec)


def parameters_of(api: ServiceApi, program: str) -> dict[str, Any]:
    """The JSON Schema of a program's inputs.

    Args:
        api: The service.
        program: ``name``, ``name@version`` or ``name:label``.

    Raises:
        RuntimeProgramNotFound: There is no such program or release.
    """
    return release_of(api, program)[1]


def check_inputs(
    program: str, parameters: Mapping[str, Any], inputs: Mapping[str, Any]
) -> None:
    """Hold inputs against the parameters of a program.

    Raises:
        BadInputsError: It lists every problem.
    """
    problems = metadata.validate_inputs(parameters, inputs)
    if problems:
        raise errors.BadInputsError(
            f"The inputs do not fit the program {program!r}.", problems=problems
        )


def submit(
    api: ServiceApi,
    program: str,
    inputs: Mapping[str, Any],
    *,
    idempotency_key: str | None = None,
    **request: Any,
) -> dict[str, Any]:
    """Encode inputs that were checked, and make the job.

    Args:
        api: The service.
        program: ``name``, ``name@version`` or ``name:label``.
        inputs: Python values by name.
        idempotency_key: The same key twice is one job; by default a new one.
        **request: More fields of the service's ``POST /jobs``; None is left out.

    Returns:
        The job, as the service describes it.

    Raises:
        UnserializableError: An input has no JSON form.
        IncompatibleVersionsError: The versions of the service do not fit ours, or its
            Qiskit is too old for a circuit among the inputs.
    """
    handshake = api.meet()
    with wire.written_for(handshake.target()):
        text = codec.encode(dict(inputs), name="inputs")
    body = {name: value for name, value in request.items() if value is not None}
    body |= reading(handshake)
    body["program_id"] = program
    if len(text) > INLINE_BYTES:
        body["inputs_digest"] = api.put_blob(text.encode())
    else:
        body["inputs"] = text
    key = idempotency_key or secrets.token_hex(16)
    return api.submit_job(body, idempotency_key=key)


def reading(handshake: Handshake) -> dict[str, int]:
    """What a submission says of the circuits that its caller reads: mostly nothing."""
    newest = handshake.results_qpy()
    return {} if newest is None else {"qpy": newest}


def _split(program: str) -> tuple[str, str | None]:
    for separator in "@:":
        name, found, ref = program.partition(separator)
        if found:
            return name, ref
    return program, None


def _parameters(spec: Any) -> dict[str, Any]:
    parameters = spec.get("parameters") if isinstance(spec, dict) else None
    return parameters if isinstance(parameters, dict) else {}


def _with_suggestion(
    api: ServiceApi, name: str, error: errors.RuntimeProgramNotFound
) -> errors.RuntimeProgramNotFound:
    if error.hint:
        return error
    names = [entry["id"] for entry in api.programs(limit=_LISTED)["programs"]]
    close = difflib.get_close_matches(name, names, n=1)
    hint = f"Did you mean {close[0]!r}?" if close else None
    return errors.RuntimeProgramNotFound(
        error.message, status=error.status, code=error.service_code, hint=hint
    )
