import itertools
import json
import sys
import threading

import pytest

from program_runtime import errors
from program_runtime.client.job_curves import Curves
from program_runtime.client.stream import Event

pytest.importorskip("matplotlib").use("Agg")
plt = pytest.importorskip("matplotlib.pyplot")


@pytest.fixture(autouse=True)
def _no_figure_stays():
    plt.close("all")  # of other tests
    yield
    plt.close("all")


def drawn(ax):
    (line,) = ax.lines
    return [tuple(map(float, point)) for point in zip(*line.get_data(), strict=True)]


def energies(running, *values):
    running.publish(*({"iteration": 7, "best": {"energy": value}} for value in values))


def metric(running, step=None, **values):
    running.append("metric", json.dumps({"step": step, "values": values}))


def test_a_number_of_the_interim_results_is_drawn_by_its_key(job, running):
    energies(running, -1.0, -1.5)
    running.finish()
    ax = job.plot("best.energy")
    assert drawn(ax) == [(1, -1.0), (2, -1.5)]
    assert (ax.get_ylabel(), ax.get_xlabel()) == ("best.energy", "step")


def test_a_metric_is_drawn_over_its_steps(job, running):
    metric(running, 10, energy=-1.0)
    metric(running, 20, energy=-2.0)
    metric(running, loss=3.0)
    metric(running, loss=4.0)
    running.finish()
    assert drawn(job.plot("energy")) == [(10, -1.0), (20, -2.0)]
    assert drawn(job.plot("loss")) == [(1, 3.0), (2, 4.0)]


def test_interim_results_that_are_numbers_need_no_key(job, running):
    running.publish(3, {"text": "x"}, 4.5, True, "5")
    running.finish()
    ax = job.plot()
    assert drawn(ax) == [(1, 3), (3, 4.5)]
    assert ax.get_ylabel() == "interim result"


def test_the_only_number_needs_no_key(job, running):
    metric(running, energy=1.0)
    running.finish()
    assert job.plot().get_ylabel() == "energy"


def test_a_plot_goes_where_it_is_wanted(job, running):
    running.publish(1, 2)
    running.finish()
    _, axes = plt.subplots(2)
    assert job.plot(ax=axes[1]) is axes[1]
    assert plt.get_fignums() == [1]


def test_a_plot_follows_a_job_until_it_is_over(job, running):
    energies(running, -1.0)
    ended = threading.Timer(0.1, lambda: (energies(running, -2.0), running.finish()))
    ended.start()
    assert drawn(job.plot("best.energy")) == [(1, -1.0), (2, -2.0)]
    ended.join()


def test_a_plot_that_does_not_follow_shows_what_there_is(contract, job, running):
    energies(running, -1.0)
    assert drawn(job.plot("best.energy", follow=False)) == [(1, -1.0)]
    assert contract.streams == []


@pytest.mark.parametrize(
    ("published", "key", "message"),
    [
        (
            [],
            "energy",
            (
                "Job job_1 has published no number to draw. Publish some: "
                "user_messenger.publish({'energy': ...}), or "
                "user_messenger.metric(energy=...)."
            ),
        ),
        (
            [{"energy": 1, "loss": 2}],
            "enrgy",
            "Job job_1 has published no number 'enrgy'. Did you mean 'energy'?",
        ),
        (
            [{"energy": 1, "loss": 2}],
            "zzz",
            "Job job_1 has published no number 'zzz'. Published: energy, loss.",
        ),
        (
            [{"energy": 1, "loss": 2}],
            None,
            "Job job_1 has published several numbers. Give one as key: energy, loss.",
        ),
        (
            [1],
            "zzz",
            (
                "Job job_1 has published no number 'zzz'. Published: interim results that "
                "are numbers (key=None)."
            ),
        ),
    ],
    ids=["nothing", "close", "far", "several", "plain"],
)
def test_what_can_not_be_drawn_is_said(job, running, published, key, message):
    running.publish(*published)
    running.finish()
    with pytest.raises(errors.InvalidValueError) as caught:
        job.plot(key)
    assert str(caught.value) == message


def test_a_missing_matplotlib_is_named_with_the_extra(job, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ImportError) as caught:
        job.plot("energy")
    assert str(caught.value) == (
        "job.plot() draws with matplotlib, which is not installed. "
        "Install it: pip install 'qiskit-program-toolkit[plots]'"
    )


def test_a_notebook_shows_one_figure_and_changes_it(job, running, notebook):
    energies(running, -1.0)
    running.finish()
    ax = job.plot("best.energy")
    assert notebook.shown == [ax.figure]
    assert plt.get_fignums() == []


def event(seq, value, kind="interim"):
    return Event(seq, 1.0, kind, json.dumps(value))


def test_a_long_curve_is_thinned_evenly_and_ends_with_the_last_point():
    curves = Curves(most=10)
    curves.feed(event(seq, seq) for seq in range(1, 1001))
    points = curves.points("")
    assert len(points) <= 12
    assert points[0] == (1, 1)
    assert points[-1] == (1000, 1000)
    gaps = {after[0] - before[0] for before, after in itertools.pairwise(points[:-1])}
    assert len(gaps) == 1


def test_only_plain_small_finite_numbers_are_progress():
    curves = Curves()
    curves.feed(
        [
            Event(1, 1.0, "interim", None, "sha256:x", 10**6),
            event(2, {"text": "x" * 70_000, "a": 1}),
            event(3, {"__type__": "ndarray", "__value__": 3}),
            event(4, [1, 2]),
            Event(5, 1.0, "interim", "no json"),
            Event(6, 1.0, "interim", '{"nan": NaN, "inf": Infinity, "ok": 1}'),
            event(7, {"a": {"b": {"c": {"d": 1}, "e": 2}}}),
            Event(8, 1.0, "metric", "[1]"),
            event(9, {"energy": 1}, kind="log"),
        ]
    )
    assert curves.names() == ["ok", "a.b.e"]
    assert curves.points("ok") == [(6, 1)]
    assert curves.points("zzz") == []


@pytest.mark.parametrize(
    ("values", "telling"),
    [
        ([{"step": 0, "energy": 0.5}, {"step": 1, "energy": 0.25}], "energy"),
        ([{"step": 0, "again": 3}, {"step": 1, "again": 4}], "step"),
        ([{"energy": 1}], "energy"),
        ([], None),
    ],
    ids=["counter-first", "counters-only", "single", "nothing"],
)
def test_what_counts_only_tells_least(values, telling):
    curves = Curves()
    curves.feed(event(seq, value) for seq, value in enumerate(values, 1))
    assert curves.most_telling() == telling
    if values:
        curves.feed([event(9, {"step": 1, "values": {"loss": 1.0}}, kind="metric")])
        assert curves.most_telling() == "loss"
