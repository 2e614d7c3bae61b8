"""Record a program's quantum calls once, and replay them in milliseconds."""

from __future__ import annotations

from toolkit.harness.cassettes.brokers import RecordingBroker, ReplayBroker
from toolkit.harness.cassettes.cassette import Cassette
from toolkit.harness.cassettes.file import load, save

__all__ = ["Cassette", "RecordingBroker", "ReplayBroker", "load", "save"]
