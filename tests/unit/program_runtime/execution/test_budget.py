"""What a job may send, counted."""

from program_runtime.execution import Limits
from program_runtime.execution.budget import MessageBudget
from program_runtime.execution.verdict import Verdict


def test_messages_are_counted_in_bytes_not_in_characters():
    budget = MessageBudget(Limits(messages_bytes=10))
    assert budget.spend("abcd") is None
    assert budget.spend("\u00e9\u00e9\u00e9") is None
    assert budget.spend("\U0001f600") == Verdict.failed(
        "messages", "The program sent 14 bytes in messages, the limit is 10 bytes."
    )


def test_one_message_too_many_ends_the_job():
    budget = MessageBudget(Limits(message_count=1))
    assert budget.spend("") is None
    assert budget.spend("") == Verdict.failed(
        "messages", "The program sent 2 messages, the limit is 1."
    )
