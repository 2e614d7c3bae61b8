"""Values go over the wire in every pairing of our codec with the official one."""

import json

import pytest
from qiskit_ibm_runtime import RuntimeDecoder as OfficialDecoder
from qiskit_ibm_runtime import RuntimeEncoder as OfficialEncoder

from program_runtime.codec import decode, encode

READERS = {
    "ours": decode,
    "official": lambda text: json.loads(text, cls=OfficialDecoder),
}
WRITERS = {
    "ours": encode,
    "official": lambda value: json.dumps(value, cls=OfficialEncoder),
}
PAIRINGS = [("ours", "ours"), ("ours", "official"), ("official", "ours")]


@pytest.fixture(scope="session")
def exchange():
    """Give a function that yields the decoded value for each writer and reader."""

    def exchanged(value, pairings=PAIRINGS):
        for writer, reader in pairings:
            yield READERS[reader](WRITERS[writer](value))

    return exchanged


@pytest.fixture(scope="session")
def round_trip():
    """Give a function that encodes and decodes with our codec."""
    return lambda value: decode(encode(value))
