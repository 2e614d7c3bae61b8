"""What may be wrong with this machine, and what to do about it: one file a check."""

from __future__ import annotations

from toolkit.doctor import stored_services
from toolkit.doctor.diagnosis import Diagnosis, State
from toolkit.doctor.examination import examine
from toolkit.doctor.situation import Situation, Way

__all__ = ["Diagnosis", "Situation", "State", "Way", "examine", "stored_services"]
