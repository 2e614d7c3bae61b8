"""One measured figure with its goal."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """A number, its unit, and what it should be at most or at least."""

    name: str
    value: float
    unit: str
    most: float | None = None
    least: float | None = None

    def line(self) -> str:
        """Say the figure, its goal and the ratio between them."""
        text = f"{self.name:66} {self.value:12.4g} {self.unit:7}"
        if self.most is not None:
            ratio = f"{self.value / self.most:.2f} of it" if self.most else ""
            return f"{text} goal <= {self.most:g}, {ratio} {self._verdict()}"
        if self.least is not None:
            ratio = self.value / self.least
            return f"{text} goal >= {self.least:g}, {ratio:.2f} of it {self._verdict()}"
        return text.rstrip()

    @property
    def met(self) -> bool:
        """Whether the goal is met; a figure without one always is."""
        return not (
            (self.most is not None and self.value > self.most)
            or (self.least is not None and self.value < self.least)
        )

    def _verdict(self) -> str:
        return "ok" if self.met else "MISSED"
