"""What a run of an attack means."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .corpus import Attack

BLOCKED = "BLOCKED"
SUCCEEDED = "SUCCEEDED"
INCONCLUSIVE = "INCONCLUSIVE"
NOT_TRIED = "-"
ABSENT = "ABSENT"

_WORDS = 300


@dataclass(kw_only=True)
class Observation:
    """What was seen of one run, from outside and from inside."""

    end: str
    """``Completed``, ``Cancelled`` or the code of the failure."""
    message: str = ""
    result: Any = None
    texts: str = ""
    """All that came out of the job: messages, log, result, error."""
    evidence: list[str] = field(default_factory=list)
    """What the oracles noticed."""
    harm: list[str] = field(default_factory=list)
    """What was left behind or disturbed."""
    seconds: float = 0.0


@dataclass(kw_only=True)
class Verdict:
    """A word and why."""

    word: str
    reason: str
    expected: str = BLOCKED
    seconds: float = 0.0

    @property
    def good(self) -> bool:
        return self.word == self.expected or self.word in {ABSENT, NOT_TRIED}


def judge(attack: Attack, seen: Observation, token: str) -> Verdict:
    """Weigh one run.

    Args:
        attack: What was tried.
        seen: What came of it.
        token: What every planted secret begins with.
    """
    returned = seen.result if isinstance(seen.result, dict) else {}
    end = f"{seen.end} {seen.message}".strip()[:_WORDS]
    if token in seen.texts:
        at = seen.texts.index(token) + len(token)
        return _succeeded(f"a secret came out: …{seen.texts[at : at + 40]!r}")
    if seen.evidence or seen.harm:
        return _succeeded("; ".join([*seen.evidence, *seen.harm])[:_WORDS])
    if "got" in returned:
        return _succeeded(f"got {returned['got']}"[:_WORDS])
    if "refused" in returned and "refused" in attack.blocked_by:
        return _blocked(f"{returned['refused']}"[:_WORDS])
    if seen.end in attack.blocked_by:
        return _blocked(end)
    expected = ", ".join(attack.blocked_by)
    saw = f"{end}, returned {seen.result!r}"[:_WORDS]
    return Verdict(word=INCONCLUSIVE, reason=f"expected {expected}, saw {saw}")


def judge_off(attack: Attack, seen: Observation, token: str) -> Verdict:
    """Weigh a run with the defence off, which must succeed."""
    verdict = judge(attack, seen, token)
    verdict.expected = SUCCEEDED
    if verdict.word != SUCCEEDED and attack.may_lack:
        verdict.word = ABSENT
        verdict.reason = f"{attack.may_lack}: {verdict.reason}"
    return verdict


def not_tried(reason: str) -> Verdict:
    """A cell of the table that needs no run."""
    return Verdict(word=NOT_TRIED, reason=reason, expected=NOT_TRIED)


def _succeeded(reason: str) -> Verdict:
    return Verdict(word=SUCCEEDED, reason=reason)


def _blocked(reason: str) -> Verdict:
    return Verdict(word=BLOCKED, reason=reason)
