"""Whether every value that one JSON Schema allows is allowed by another."""

from toolkit.bundle.comparison.schemas.breach import Breach
from toolkit.bundle.comparison.schemas.containment import breaches

__all__ = ["Breach", "breaches"]
