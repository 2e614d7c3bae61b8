"""The certificate that the service shows: the operator's, or one of its own."""

from __future__ import annotations

from program_runtime.service.tls.showing import Tls, open_tls

__all__ = ["Tls", "open_tls"]
