import json
import threading
from html.parser import HTMLParser

import pytest

from program_runtime.client import job_display
from program_runtime.client.sparkline import sparkline


class Balanced(HTMLParser):
    """Notes tags, and that each one is closed."""

    def __init__(self):
        super().__init__()
        self.open, self.seen = [], []

    def handle_starttag(self, tag, attrs):
        self.seen.append(tag)
        self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.seen.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def html_of(job):
    text = job._repr_mimebundle_()["text/html"]
    parser = Balanced()
    parser.feed(text)
    parser.close()
    assert parser.open == []
    return text, parser.seen


def test_a_job_shows_its_state_and_its_curve(job, running):
    running.publish({"energy": -1.0}, {"energy": -1.5})
    running.more = {
        "started": "2026-11-22T07:00:01Z",
        "ended": "2026-11-22T07:00:03.5Z",
    }
    running.finish()
    text, tags = html_of(job)
    assert "svg" in tags
    for part in ("job_1", "Completed", "vqe 1.0.0", "aer_simulator", "2.5 s"):
        assert part in text
    assert "energy -1.5" in text
    bundle = job._repr_mimebundle_(include=None, exclude=None)
    assert bundle["text/plain"] == (
        "job_1  vqe 1.0.0 on aer_simulator: Completed, energy -1.5"
    )


def test_a_job_without_numbers_shows_no_curve(job):
    text, tags = html_of(job)
    assert "svg" not in tags
    assert "Queued" in text


def test_a_running_job_shows_for_how_long(job, running):
    running.status = "Running"
    running.more = {"started": "2026-11-22T07:00:01Z"}
    assert "<td style='opacity:.6'>runs</td>" in html_of(job)[0]


def test_what_users_wrote_is_text_and_no_html(job, running):
    planted = "<script>alert('x')</script>"
    running.tags = [planted]
    running.publish({planted: 1})
    failure = {"code": "error", "message": planted, "traceback": f"{planted}\n"}
    running.finish(status="Failed", failure=failure)
    text, tags = html_of(job)
    assert "script" not in tags
    assert text.count("&lt;script&gt;") == 4


def test_a_job_whose_service_is_away_shows_what_is_known(contract, job, running):
    running.finish()
    job.state()
    contract.fail_next("GET /jobs/job_1/events", 500, times=9)
    assert "Completed" in html_of(job)[0]


def test_only_the_last_events_are_read_for_a_curve(contract, job, running):
    running.publish(*range(30))
    running.finish()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(job_display, "_EVENTS", 10)
        html_of(job)
    assert "after=23" in contract.seen("events")[0]


def test_the_number_to_show_may_be_chosen(job, running, capsys):
    running.publish({"energy": -1.0, "loss": 3.5})
    running.finish()
    job.display("loss")
    assert capsys.readouterr().out.endswith("Completed, loss 3.5\n")
    job.display("zzz")
    assert capsys.readouterr().out.endswith("Completed\n")


def test_outside_of_a_notebook_a_line_is_printed(job, capsys):
    job.display()
    assert capsys.readouterr().out == "job_1  vqe 1.0.0 on aer_simulator: Queued\n"


def test_a_terminal_prints_a_line_too(job, capsys, notebook):
    del notebook.shell.kernel
    job._ipython_display_()
    assert "Queued" in capsys.readouterr().out
    assert notebook.shown == []


def wait_for_display():
    for thread in threading.enumerate():
        if thread.name.startswith("display-"):
            thread.join(10)


def test_a_notebooks_view_changes_until_the_job_is_over(job, running, notebook):
    job._ipython_display_()
    (first,) = notebook.shown
    assert "Queued" in first["text/html"]
    running.append("metric", json.dumps({"step": 1, "values": {"energy": -1.0}}))
    running.finish()
    wait_for_display()
    last = notebook.updates[-1]["text/html"]
    assert "Completed" in last
    assert "energy -1" in last


def test_a_view_is_redrawn_on_the_way(job, running, notebook, monkeypatch):
    monkeypatch.setattr(job_display, "_REFRESH_S", 0)
    running.publish(1)
    job.display()
    notebook.updated.wait(5)
    assert "Queued" in notebook.updates[0]["text/plain"]
    running.finish()
    wait_for_display()


def test_the_view_of_a_job_that_is_over_is_not_kept_up(job, running, notebook):
    running.finish()
    job.display()
    assert len(notebook.shown) == 1
    wait_for_display()
    assert notebook.updates == []


def test_a_view_whose_job_went_away_stays_as_it_is(contract, job, running, notebook):
    contract.fail_next("GET /jobs/job_1$", 404)
    running.publish(1)
    running.finish()
    job_display._keep(job._api, job._job, notebook)
    assert notebook.updates == []


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        ([(1, 1)], "130.0,24.0"),
        ([(1, 0), (2, 1)], "3.0,45.0 257.0,3.0"),
        ([(1, -1e308), (2, 1e308)], "3.0,45.0 257.0,3.0"),
    ],
    ids=["one", "two", "huge"],
)
def test_a_sparkline_fills_its_picture(points, expected):
    assert f"points='{expected}'" in sparkline(points)
