"""Levels of confinement: what is offered, and never something weaker silently."""

import asyncio

import pytest

from program_runtime.errors import ExecutionError
from program_runtime.execution import (
    Level,
    Runner,
    SpawnLauncher,
    choose_level,
    levels_to_try,
)
from program_runtime.execution.confinement.probe import probe_levels, probe_machine

NO_NAMESPACES = "clone: Operation not permitted"


def test_auto_tries_the_best_first():
    assert levels_to_try("auto") == (Level.STRONG, Level.REDUCED, Level.NONE)


def test_auto_is_the_best_that_holds():
    problems = {"strong": [NO_NAMESPACES], "reduced": []}
    assert choose_level("auto", problems) is Level.REDUCED


def test_a_level_that_does_not_hold_is_an_error():
    problems = {"strong": [NO_NAMESPACES], "reduced": [], "none": []}
    with pytest.raises(ExecutionError) as caught:
        choose_level("strong", problems)
    assert str(caught.value) == (
        "Isolation level 'strong' is not available here: clone: Operation not "
        "permitted. Nothing weaker is chosen silently. Choose one of: none, reduced."
    )


def test_a_level_that_was_not_tried_is_not_offered():
    with pytest.raises(ExecutionError, match="not available here: it was not tried"):
        choose_level("strong", {})


def test_an_unknown_level_is_an_error(tmp_path):
    with pytest.raises(ExecutionError) as caught:
        Runner(spool_dir=tmp_path, level="stron")
    assert str(caught.value) == (
        "There is no isolation level 'stron'. "
        "Choose auto or one of: none, reduced, strong."
    )


def test_the_level_is_unknown_until_the_runner_has_started(tmp_path):
    with pytest.raises(ExecutionError, match="has not started"):
        _ = Runner(spool_dir=tmp_path).level


def test_children_that_are_spawned_are_not_confined(tmp_path):
    runner = Runner(spool_dir=tmp_path, launcher=SpawnLauncher(), pool_size=0)
    asyncio.run(runner.start())
    assert runner.level is Level.NONE
    asyncio.run(runner.close())


def test_a_runner_does_not_start_below_what_was_asked_for(tmp_path):
    runner = Runner(spool_dir=tmp_path, level="strong", launcher=SpawnLauncher())
    with pytest.raises(ExecutionError, match="'strong' is not available here"):
        asyncio.run(runner.start())


def test_nothing_is_tried_for_none():
    assert probe_levels("none") == {"none": []}


@pytest.mark.fork
def test_every_level_is_really_tried():
    problems = probe_machine()
    assert list(problems) == ["strong", "reduced", "none"]
    assert problems["none"] == []


def test_elsewhere_there_is_only_none(monkeypatch):
    monkeypatch.setattr("sys.platform", "darwin")
    assert probe_levels("auto") == {
        "strong": ["it needs Linux, this is darwin"],
        "reduced": ["it needs Linux, this is darwin"],
        "none": [],
    }
