"""Exact expectation values from an ideal simulator outside of the process."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
from qiskit.primitives import (
    BaseEstimatorV2,
    BasePrimitiveJob,
    DataBin,
    PrimitiveResult,
    PubResult,
)
from qiskit.primitives.containers.estimator_pub import EstimatorPub
from qiskit.providers import JobStatus

from program_runtime.errors import DeviceError
from program_runtime.program.exact_request import pack_pubs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from qiskit import QuantumCircuit
    from qiskit.primitives.containers import EstimatorPubLike

    from program_runtime.program.brokered import DeviceLine, DeviceRequest

__all__ = ["BrokeredEstimator"]

_STATUS = {"done": JobStatus.DONE, "cancelled": JobStatus.CANCELLED}


class BrokeredEstimator(BaseEstimatorV2):
    """Sends circuits with observables and angles, gets expectation values.

    Args:
        name: Of the backend.
        line: To the broker.
        encode: Circuits to bytes.
    """

    def __init__(
        self,
        name: str,
        line: DeviceLine,
        encode: Callable[[Sequence[QuantumCircuit]], bytes],
    ) -> None:
        self._name = name
        self._line = line
        self._encode = encode

    def run(
        self, pubs: Iterable[EstimatorPubLike], *, precision: float | None = None
    ) -> _EstimateJob:
        """Ask for exact expectation values.

        Args:
            pubs: Circuits with observables and parameter values.
            precision: Is met, whatever it is.

        Returns:
            The job; ``.result()`` waits for it.
        """
        coerced = [EstimatorPub.coerce(pub, precision) for pub in pubs]
        body = pack_pubs(coerced, self._encode([pub.circuit for pub in coerced]))
        content = {"circuits": len(coerced), "options": {}}
        return _EstimateJob(
            self._name, self._line.ask("estimate", content, body), coerced
        )


class _EstimateJob(BasePrimitiveJob[PrimitiveResult[PubResult], JobStatus]):
    """Waits for the broker's answer."""

    def __init__(
        self, name: str, request: DeviceRequest, pubs: Sequence[EstimatorPub]
    ) -> None:
        super().__init__("")
        self._name = name
        self._request = request
        self._pubs = pubs

    def result(self) -> PrimitiveResult[PubResult]:
        """Wait.

        Raises:
            DeviceError: There is no result; the message says why.
        """
        self._request.wait()
        answer = self._request.answer()
        if answer["state"] != "done":
            raise DeviceError(
                answer.get("message") or f"{self._name!r} did not compute it."
            )
        found = json.loads(self._request.body())["pubs"]
        return PrimitiveResult(
            [
                _result(pub, values)
                for pub, values in zip(self._pubs, found, strict=True)
            ],
            metadata={"version": 2},
        )

    def status(self) -> JobStatus:
        """Say how far it is."""
        state = self._request.answer().get("state", "asked")
        return _STATUS.get(
            state, JobStatus.ERROR if state == "failed" else JobStatus.RUNNING
        )

    def done(self) -> bool:
        """Whether it has a result."""
        return self.status() is JobStatus.DONE

    def running(self) -> bool:
        """Whether it is under way."""
        return self.status() is JobStatus.RUNNING

    def cancelled(self) -> bool:
        """Whether it was cancelled."""
        return self.status() is JobStatus.CANCELLED

    def in_final_state(self) -> bool:
        """Whether it has ended."""
        return not self.running()

    def cancel(self) -> None:
        """Ask the broker to end it."""
        self._request.cancel()


def _result(pub: EstimatorPub, values: dict[str, Any]) -> PubResult:
    evs = np.asarray(values["evs"], dtype=float)
    stds = np.zeros_like(evs)
    return PubResult(
        DataBin(evs=evs, stds=stds, shape=pub.shape),
        metadata={
            "target_precision": 0.0,
            "circuit_metadata": pub.circuit.metadata or {},
        },
    )
