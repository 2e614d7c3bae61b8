"""Routes about the service itself, its users and its backends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from program_runtime.client.api.transport import Transport

__all__ = ["AccountRoutes"]

_CRN_NAME = 7
"""The part of a cloud resource name that people know."""


class AccountRoutes:
    """Who is there: version, users, backends."""

    transport: Transport

    def version(self) -> dict[str, Any]:
        """The versions of the service, its API and its Qiskit; needs no token."""
        return _object(self.transport.request("GET", "/version").json())

    def whoami(self) -> dict[str, Any]:
        """The user whose token this is: name and role."""
        return _object(self.transport.request("GET", "/users/me").json())

    def instances(self) -> list[dict[str, Any]]:
        """The instances that official clients may name.

        Each has a ``crn``, a ``name``, and its hub, group and project as ``provider``.
        """
        version = self.version()
        instance = version.get("instance")
        if not instance:
            return []
        parts = str(instance).split(":")
        is_crn = parts[0] == "crn" and len(parts) > _CRN_NAME
        name = (parts[_CRN_NAME] if is_crn else None) or instance
        names = {"crn": instance, "name": name, "provider": version.get("provider")}
        return [{key: str(value) for key, value in names.items() if value}]

    def users(self) -> list[dict[str, Any]]:
        """All users, for an admin."""
        answer = self.transport.request("GET", "/users").json()
        return list(answer["users"] if isinstance(answer, dict) else answer)

    def add_user(self, name: str, role: str) -> dict[str, Any]:
        """Add a user; the answer holds the ``token``, this once."""
        body = {"name": name, "role": role}
        return _object(self.transport.request("POST", "/users", json=body).json())

    def rotate_user(self, name: str) -> dict[str, Any]:
        """Give a user a new token, in the answer; the old one is void."""
        path = f"/users/{quote(name, safe='')}/rotate"
        return _object(self.transport.request("POST", path).json())

    def revoke_user(self, name: str) -> None:
        """Void a user's token."""
        self.transport.request("DELETE", f"/users/{quote(name, safe='')}")

    def backends(self) -> list[dict[str, Any]]:
        """One entry a backend, as the service lists them."""
        answer = self.transport.request("GET", "/backends").json()
        return list(answer["devices"])

    def backend_configuration(self, name: str) -> dict[str, Any]:
        """The fixed facts of a backend: size, gates, coupling map."""
        return self._backend_part(name, "configuration")

    def backend_properties(
        self, name: str, *, updated_before: str | None = None
    ) -> dict[str, Any]:
        """The calibration data of a backend; empty for an ideal simulator."""
        return self._backend_part(name, "properties", updated_before=updated_before)

    def backend_status(self, name: str) -> dict[str, Any]:
        """Whether a backend takes jobs, and how many wait."""
        return self._backend_part(name, "status")

    def _backend_part(
        self, name: str, part: str, **params: str | None
    ) -> dict[str, Any]:
        path = f"/backends/{quote(name, safe='')}/{part}"
        return _object(self.transport.request("GET", path, params=params).json())


def _object(answer: Any) -> dict[str, Any]:
    return answer if isinstance(answer, dict) else {}
