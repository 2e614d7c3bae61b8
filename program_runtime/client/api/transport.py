"""One HTTP session to one service: connections kept, failures retried."""

from __future__ import annotations

import ssl
import threading
import urllib.parse
from pathlib import Path
from typing import TYPE_CHECKING, Any

import requests
from requests.utils import DEFAULT_CA_BUNDLE_PATH

from program_runtime import errors
from program_runtime.client.api import failures
from program_runtime.client.api.handshake import Handshake
from program_runtime.client.api.retrying import RetryingAdapter
from program_runtime.client.secret import Secret
from program_runtime.codec import wire

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from program_runtime.client.profiles import Profile

__all__ = ["API_PREFIX", "Transport"]

API_PREFIX = "/api/v1"

_CONNECT_TIMEOUT_S = 5.0
_READ_TIMEOUT_S = 60.0

_FIRST_FAILURE = 300


class Transport:
    """Sends requests to one service and turns refusals into exceptions.

    Threads may share it.
    """

    def __init__(
        self,
        url: str,
        token: Secret | str | None = None,
        *,
        verify: bool | str = True,
        proxies: Mapping[str, str] | None = None,
        relocate: Callable[[], Profile] | None = None,
        instance: str | None = None,
    ) -> None:
        self.url = _checked_url(url)
        self._instance = _checked_instance(instance)
        self._authorization = {**_authorization(token), **self._instance}
        self._verify = verify
        self._proxies = dict(proxies or {})
        self._relocate = relocate
        self._session: requests.Session | None = None
        self._lock = threading.Lock()
        self.wire = Handshake(self.url)

    def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        json: Any = None,
        data: Any = None,
        headers: Mapping[str, str] | None = None,
        wait_s: float = 0,
        stream: bool = False,
        follow: bool = False,
    ) -> requests.Response:
        """Send one request below ``/api/v1`` and return its successful answer.

        Args:
            method: The HTTP method.
            path: The path below ``/api/v1``, its parts quoted.
            params: The query; values of None are left out.
            json: A body to send as JSON.
            data: A body to send as it is (bytes, or a file that can seek).
            headers: More headers.
            wait_s: How long the service was asked to hold the answer back.
            stream: Leave the body of the answer unread.
            follow: Go where the answer sends, without the token if that is another
                host.

        Raises:
            ApiError: The service refused; the subclass says why.
            InvalidValueError: The service found problems in what was sent.
            ServiceUnreachableError: There was no answer.
            IncompatibleVersionsError: The service speaks none of our versions.
        """

        def send() -> requests.Response:
            return (self._session or self._open()).request(
                method,
                f"{self.url}{API_PREFIX}{path}",
                params=params,
                json=json,
                data=data,
                headers=dict(headers or {}),
                timeout=(_CONNECT_TIMEOUT_S, _READ_TIMEOUT_S + wait_s),
                allow_redirects=follow,
                stream=stream,
            )

        asked = self.url
        try:
            response = send()
        except requests.RequestException as err:
            if not self.moved_from(asked, err):
                raise self._unanswered(err, wait_s) from err
            if hasattr(data, "seek"):
                data.seek(0)
            response = send()
        self.wire.hear(response.headers.get(wire.HEADER))
        if response.status_code >= _FIRST_FAILURE:
            raise failures.from_response(response, path)
        return response

    def meet(self) -> Handshake:
        """Make sure that the service's versions are known and fit ours.

        Every answer tells them, so that only who has not asked for anything yet asks.

        Raises:
            IncompatibleVersionsError: The service speaks none of our versions.
        """
        if not self.wire.known:
            answer = self.request("GET", "/version")
            try:
                document = answer.json()
            except ValueError:  # whatever answers there will refuse what comes next
                document = None
            self.wire.read(document if isinstance(document, dict) else {})
        return self.wire

    def moved_from(self, url: str, error: Exception) -> bool:
        """Whether the service that was at ``url`` is somewhere else now.

        A local service that ended, being idle, is started again by this.

        Args:
            url: Where it did not answer.
            error: Why; a service that was only slow is not looked for.
        """
        if self._relocate is None or isinstance(error, requests.Timeout):
            return False
        with self._lock:
            if self.url == url:
                found = self._relocate()
                self.url = _checked_url(found.url)
                self._authorization = {**_authorization(found.token), **self._instance}
                self._verify = found.trust
                self._session = None
            return self.url != url

    def stream_target(self, path: str) -> tuple[str, dict[str, str]]:
        """The websocket address of a path below ``/api/v1``, and its headers."""
        address = f"ws{self.url.removeprefix('http')}{API_PREFIX}{path}"
        return address, dict(self._authorization)

    def ssl_context(self) -> ssl.SSLContext | None:
        """The trust for a websocket: the same certificates as for requests."""
        if not self.url.startswith("https:"):
            return None
        session = self._session or self._open()
        if session.verify is False:
            context = ssl.create_default_context()
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            return context
        trusted = session.verify if isinstance(session.verify, str) else None
        if trusted and Path(trusted).is_dir():
            return ssl.create_default_context(capath=trusted)
        return ssl.create_default_context(cafile=trusted or DEFAULT_CA_BUNDLE_PATH)

    def close(self) -> None:
        """Give the connections back."""
        if self._session is not None:
            self._session.close()

    def _open(self) -> requests.Session:
        with self._lock:
            if self._session is not None:
                return self._session
            session = requests.Session()
            adapter = RetryingAdapter()
            session.mount("https://", adapter)
            session.mount("http://", adapter)
            session.headers["User-Agent"] = "program-runtime-client"
            session.headers.update(self._authorization)
            # requests reads the environment again at every call, a third of the
            # time of a short one, and lets ~/.netrc replace our Authorization.
            settings = session.merge_environment_settings(
                self.url, self._proxies, None, self._verify, None
            )
            session.proxies = settings["proxies"]
            session.verify = settings["verify"]
            session.trust_env = False
            self._session = session
            return session

    def _unanswered(self, error: requests.RequestException, wait_s: float) -> Exception:
        if isinstance(error, requests.exceptions.SSLError):
            return errors.ServiceUnreachableError(
                f"The certificate of {self.url} is not trusted: {error}.",
                hint="Give the file of its authority: verify='/path/to/ca.pem', or "
                "`qrt login URL --verify FILE`.",
            )
        if isinstance(error, requests.ReadTimeout):
            waited = _READ_TIMEOUT_S + wait_s
            return failures.unreachable(self.url, f"no answer within {waited:g} s")
        return failures.unreachable(self.url, error)


def _authorization(token: Secret | str | None) -> dict[str, str]:
    """The header for a token; a bad token is refused here, without showing it.

    The HTTP library would name the whole header in its error.
    """
    if not token:
        return {}
    text = Secret(token).reveal().strip()
    if not (text.isascii() and text.isprintable()) or " " in text:
        raise errors.InvalidValueError(
            "The token holds characters that no token has.",
            hint="Copy it again, without quotes and line breaks.",
        )
    return {"Authorization": f"Bearer {text}"}


def _checked_instance(instance: str | None) -> dict[str, str]:
    """The header for an instance."""
    if not instance:
        return {}
    if not (instance.isascii() and instance.isprintable()):
        raise errors.InvalidValueError(
            f"{instance!r} is no name of an instance.",
            hint="It is a CRN or a plain name, in ASCII; or leave it out.",
        )
    return {"Service-CRN": instance}


def _checked_url(url: str) -> str:
    """The url without what follows its path, or an error that says what is wrong."""
    parts = urllib.parse.urlsplit(url.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise errors.InvalidValueError(
            f"{url!r} is no url of a service.",
            hint="It begins with http:// or https://, as in http://127.0.0.1:8000.",
        )
    if parts.username or parts.password:
        raise errors.InvalidValueError(
            f"The url of {parts.hostname} holds a user name or password.",
            hint="Give the token as token=..., never in the url.",
        )
    path = parts.path.rstrip("/").removesuffix(API_PREFIX)
    return f"{parts.scheme}://{parts.netloc}{path}"
