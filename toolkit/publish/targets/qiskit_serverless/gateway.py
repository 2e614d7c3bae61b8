"""The gateway's HTTP interface, as far as publishing and running need it."""

from __future__ import annotations

import io
import json
import uuid
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from program_runtime import errors
from program_runtime.client.api.transport import Transport

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import requests

    from program_runtime.client.secret import Secret

__all__ = ["CHANNELS", "Gateway"]

CHANNELS = ("local", "ibm_cloud", "ibm_quantum_platform")
_NO_CONTENT, _BAD_REQUEST = 204, 400
_LOGIN = "Give a valid token: `qrt login URL --target qiskit-serverless`, or QRT_TOKEN."
_AWAY = "Check the gateway's url: `qrt profiles`."
_NO_LOGS = frozenset(
    {
        "No logs available.",
        "No logs yet.",
        "Logs not available for this job during execution.",
    }
)
_CONFIG = {"workers": None, "min_workers": None, "max_workers": None}


class Gateway:
    """Sends requests to one gateway; its refusals become our exceptions.

    Args:
        url: Where it is.
        token: What it knows the user by.
        name: What the user calls it, if it has a name.
        channel: How it shall look at the token: one of ``CHANNELS``.
        instance: The CRN of the user's instance; the channel ``local`` needs none.
        verify: Whom to trust with https: a file, or whom this machine trusts.
    """

    def __init__(
        self,
        url: str,
        token: Secret | str | None,
        *,
        name: str = "",
        channel: str | None = None,
        instance: str | None = None,
        verify: bool | str = True,
    ) -> None:
        self.name = name
        self._transport = Transport(url, token, verify=verify, instance=instance)
        platform = "ibm_quantum_platform" if instance else "local"
        self._headers = {"Service-Channel": channel or platform}

    @property
    def url(self) -> str:
        """Where it is."""
        return self._transport.url

    def functions(self) -> list[dict[str, Any]]:
        """List the user's own functions; the cheapest question that needs a token.

        Raises:
            NotAuthorizedError: The token is missing or refused.
            ServiceUnreachableError: There was no answer.
        """
        answer = self._send("GET", "/programs/", params={"filter": "serverless"})
        found = _json(answer, self.url)
        if not isinstance(found, list):
            raise _no_gateway(self.url)
        return found

    def function(self, title: str) -> dict[str, Any] | None:
        """Look up one function; None if the user has none of this title."""
        try:
            path = f"/programs/get_by_title/{quote(title, safe='')}/"
            return dict(_json(self._send("GET", path), self.url))
        except errors.RuntimeProgramNotFound:
            return None

    def dependencies(self) -> list[str]:
        """List what a function may depend on, each as ``name==version``."""
        answer = self._send("GET", "/dependencies-versions/")
        return [str(line) for line in _json(answer, self.url)]

    def upload(
        self,
        fields: Mapping[str, str],
        artifact: bytes,
        filename: str,
        *,
        on_progress: Callable[[int, int], None] | None = None,
    ) -> dict[str, Any]:
        """Create a function, or replace the one of the same title.

        Args:
            fields: The form, without the artifact.
            artifact: A tar.
            filename: Its name; must end in ``.tar``.
            on_progress: Called with the bytes sent and the bytes in all.

        Raises:
            ApiError: The gateway refused, with its words.
        """
        boundary = uuid.uuid4().hex
        body = _CountedBody(_form(fields, artifact, filename, boundary), on_progress)
        kind = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        answer = self._send("POST", "/programs/upload/", data=body, headers=kind)
        return dict(_json(answer, self.url))

    def run(self, title: str, arguments: str) -> dict[str, Any]:
        """Start a job.

        Args:
            title: The function.
            arguments: JSON text.

        Raises:
            RuntimeProgramNotFound: There is no such function.
            BadInputsError: The gateway's schema refuses the arguments.
        """
        body = {
            "title": title,
            "provider": None,
            "arguments": arguments,
            "config": _CONFIG,
        }
        try:
            answer = self._send("POST", "/programs/run/", json=body)
        except errors.ApiError as err:
            if err.status == _BAD_REQUEST:
                raise errors.BadInputsError(err.message, hint=err.hint) from err
            raise
        return dict(_json(answer, self.url))

    def job(self, job_id: str) -> dict[str, Any]:
        """Return what the gateway says of a job, its result left out.

        Raises:
            RuntimeJobNotFound: There is none of this id.
        """
        query = {"with_result": "false"}
        return dict(_json(self._send("GET", _job(job_id), params=query), self.url))

    def result(self, job_id: str) -> str | None:
        """Return the text of a job's result as far as it was written, or None."""
        return self._text(_job(job_id, "result/"), "result")

    def logs(self, job_id: str) -> str:
        """Return the whole log; empty where the gateway has none."""
        text = self._text(_job(job_id, "logs/"), "logs") or ""
        return "" if text.strip() in _NO_LOGS else text

    def stop(self, job_id: str) -> str:
        """Kill a job; the gateway then forgets its log. Returns its words."""
        body = {"service": json.dumps(None)}
        answer = self._send("POST", _job(job_id, "stop/"), json=body)
        return str(_json(answer, self.url).get("message", ""))

    def _send(self, method: str, path: str, **options: Any) -> requests.Response:
        headers = {**self._headers, **options.pop("headers", {})}
        try:
            return self._transport.request(method, path, headers=headers, **options)
        except errors.NotAuthorizedError as err:
            err.hint = _LOGIN
            raise
        except errors.ServiceUnreachableError as err:
            err.hint = _AWAY
            raise

    def _text(self, path: str, field: str) -> str | None:
        """Read a text; some gateways send to another store for it."""
        answer = self._send("GET", path, follow=True)
        if answer.status_code == _NO_CONTENT:
            return None
        if answer.history:
            return answer.content.decode("utf-8", "replace")
        text = _json(answer, self.url).get(field)
        return None if text is None else str(text)


class _CountedBody(io.BytesIO):
    """A body that tells how much of it has been read."""

    def __init__(
        self, content: bytes, on_progress: Callable[[int, int], None] | None
    ) -> None:
        super().__init__(content)
        self._total = len(content)
        self._on_progress = on_progress

    def read(self, size: int | None = -1, /) -> bytes:
        piece = super().read(size)
        if piece and self._on_progress is not None:
            self._on_progress(self.tell(), self._total)
        return piece


def _form(
    fields: Mapping[str, str], artifact: bytes, filename: str, boundary: str
) -> bytes:
    from urllib3.filepost import encode_multipart_formdata  # noqa: PLC0415

    parts: dict[str, str | bytes | tuple[str, str | bytes, str]] = {**fields}
    parts["artifact"] = (filename, artifact, "application/x-tar")
    body, _ = encode_multipart_formdata(parts, boundary)
    return body


def _job(job_id: str, part: str = "") -> str:
    return f"/jobs/{quote(job_id, safe='')}/{part}"


def _json(answer: requests.Response, url: str) -> Any:
    try:
        return answer.json()
    except ValueError as err:
        raise _no_gateway(url) from err


def _no_gateway(url: str) -> errors.ApiError:
    return errors.ApiError(
        f"What answers at {url} is no gateway of Qiskit Serverless.", hint=_AWAY
    )
