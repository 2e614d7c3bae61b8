"""The OpenAPI document: FastAPI's, with our forms of answers and errors in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi.openapi.utils import get_openapi

from program_runtime.service.api.answer_schemas import ANSWERS, COMPONENTS
from program_runtime.service.auth import PUBLIC, ROLES

if TYPE_CHECKING:
    from fastapi import FastAPI

_METHODS = frozenset({"get", "put", "post", "delete", "patch"})
_WITHOUT_BODY = "204"
_FASTAPIS_OWN = ("HTTPValidationError", "ValidationError")

_PROBLEM = {
    "type": "object",
    "required": ["path", "message"],
    "properties": {
        "path": {"type": "string"},
        "message": {"type": "string"},
        "hint": {"type": ["string", "null"]},
    },
}
_ERROR = {
    "type": "object",
    "required": ["code", "message"],
    "properties": {
        "code": {"type": "string"},
        "message": {"type": "string"},
        "hint": {"type": "string"},
        "problems": {"type": "array", "items": _PROBLEM},
    },
}
_ANSWER = {
    "title": "Error",
    "type": "object",
    "required": ["error", "errors", "trace"],
    "properties": {
        "error": _ERROR,
        "errors": {"type": "array", "items": {"type": "object"}},
        "trace": {"type": "string"},
    },
}


def install(app: FastAPI) -> None:
    """Have the app describe itself by :func:`document`, made once."""
    made: dict[str, Any] = {}

    def openapi() -> dict[str, Any]:
        if not made:
            made.update(document(app))
        return made

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's way to extend it


def document(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI document of an app."""
    described = get_openapi(
        title=app.title,
        version=app.version,
        description=app.description,
        routes=app.routes,
    )
    components = described.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for name in _FASTAPIS_OWN:
        schemas.pop(name, None)
    schemas |= {"Error": _ANSWER, **COMPONENTS}
    components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            if method in _METHODS:
                _describe(operation, method, path)
    return described


def _describe(operation: dict[str, Any], method: str, path: str) -> None:
    responses = operation["responses"]
    responses.pop("422", None)
    answers = ANSWERS.get((method.upper(), path), {})
    for status, answer in responses.items():
        if status != _WITHOUT_BODY:
            answer["content"] = {
                media_type: {"schema": schema} for media_type, schema in answers.items()
            }
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    responses["default"] = {"description": "What is wrong.", "content": content}
    role = ROLES[method.upper(), path]
    if role is not PUBLIC:
        operation["security"] = [{"token": []}]
        operation["x-role"] = str(role)
