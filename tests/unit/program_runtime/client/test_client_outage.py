import threading
import time

import pytest

from program_runtime import errors
from program_runtime.client.deadline import Deadline
from program_runtime.client.file_lock import hold
from program_runtime.client.outage import Outage


def test_an_outage_longer_than_the_patience_raises_its_error():
    outage = Outage(patience_s=0)
    outage.wait(OSError("first"), at_most_s=0.01)
    with pytest.raises(OSError, match="second"):
        outage.wait(OSError("second"))


def test_an_answer_renews_the_patience():
    outage = Outage(patience_s=0)
    for _ in range(3):
        outage.wait(OSError("again"), at_most_s=0.01)
        outage.over()


def test_whoever_ends_the_wait_ends_it_at_once():
    ended = threading.Event()
    ended.set()
    outage = Outage(patience_s=3600, ended=ended)
    for _ in range(50):
        outage.wait(OSError("away"))
    assert ended.is_set()


def test_without_a_timeout_polls_go_on():
    deadline = Deadline(None)
    assert deadline.left_s() is None
    assert deadline.next_wait("job_1") == 25.0


def test_polls_follow_each_other_no_faster_than_one_can_bear(monkeypatch):
    naps = []
    monkeypatch.setattr(time, "sleep", naps.append)
    deadline = Deadline(3600)
    assert deadline.next_wait("job_1") == 25.0
    deadline.next_wait("job_1")
    assert 0 < naps[0] <= 0.2


def test_a_passed_deadline_lets_one_poll_through():
    deadline = Deadline(0)
    assert deadline.next_wait("job_1") == 0
    with pytest.raises(errors.RuntimeJobTimeoutError, match="not over after 0 s"):
        deadline.next_wait("job_1")


def test_a_lock_lets_one_in_at_a_time(tmp_path):
    inside, order = threading.Event(), []

    def second():
        inside.wait(5)
        with hold(tmp_path / "a" / "lock"):
            order.append("second")

    thread = threading.Thread(target=second)
    thread.start()
    with hold(tmp_path / "a" / "lock"):
        inside.set()
        thread.join(0.1)
        order.append("first")
    thread.join(5)
    assert order == ["first", "second"]
