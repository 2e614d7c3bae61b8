"""The service's HTTP interface: one method a route.

A method sends one request and returns the parsed answer; what the answers mean is
for :mod:`program_runtime.client.service` and :mod:`program_runtime.client.job`.
"""

from __future__ import annotations

from program_runtime.client.api.job_routes import ResultAnswer
from program_runtime.client.api.service_api import ServiceApi

__all__ = ["ResultAnswer", "ServiceApi"]
