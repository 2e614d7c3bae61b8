"""Python and Qiskit values to JSON text and back.

The text is that of the official clients' ``RuntimeEncoder`` and
``RuntimeDecoder``: what either side encodes, the other decodes. ``docs/codec.md``
has the format, the rule for NaN and the limits.

Importing this package imports neither NumPy nor Qiskit; they are imported when a
value needs them.
"""

from __future__ import annotations

from program_runtime.codec.decoder import RuntimeDecoder, decode
from program_runtime.codec.encoder import RuntimeEncoder, encode
from program_runtime.codec.limits import DecodeLimits

__all__ = ["DecodeLimits", "RuntimeDecoder", "RuntimeEncoder", "decode", "encode"]
