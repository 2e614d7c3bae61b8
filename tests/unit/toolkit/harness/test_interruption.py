"""A program that is killed goes on from its checkpoint, or is found out."""

import pytest

from program_runtime.program import saved_state
from toolkit.harness import Harness, run_project
from toolkit.harness.interruption import kill_and_resume
from toolkit.project import load_project

STEPPER = """
import random
import time


def main(backend, user_messenger, *, steps=6):
    state = user_messenger.restored or {"step": 0, "random": None}
    dice = random.Random(7)
    if state["random"]:
        dice.setstate((3, tuple(state["random"]), None))
    for step in range(state["step"], steps):
        throw = dice.random()
        user_messenger.publish({"step": step, "throw": throw})
        user_messenger.metric(throw=throw, step=step)
        user_messenger.checkpoint({"step": step + 1, "random": dice.getstate()[1]})
        time.sleep(0.02)
    return {"last": dice.random()}
"""
# Each execution has a seed of its own; half of the shots are random.
MEASURED = """
from qiskit import QuantumCircuit


def main(backend, user_messenger):
    coin = QuantumCircuit(1, 1)
    coin.h(0)
    coin.measure(0, 0)
    for step in range(user_messenger.restored or 0, 4):
        counts = backend.run(coin, shots=1000).result().get_counts()
        user_messenger.publish(counts["0"])
        user_messenger.checkpoint(step + 1)
"""


@pytest.fixture(scope="module")
def warm():
    with Harness() as harness:
        yield harness


@pytest.fixture
def project(make_project, metadata):
    metadata["spec"] = {}

    def make(program):
        return load_project(make_project(program=program, metadata=metadata))

    return make


@pytest.fixture
def trial(project, warm):
    def run(program, kills=3, seed=5):
        return kill_and_resume(
            project(program), {}, seed=seed, kills=kills, harness=warm
        )

    return run


def test_a_program_that_saves_all_it_needs_says_the_same(trial):
    seen = trial(STEPPER)
    assert seen.ok
    assert len(seen.interruptions) == 3
    assert any(each.killed for each in seen.interruptions)
    assert len({each.checkpoint for each in seen.interruptions}) == 3
    assert seen.undisturbed.interim[5]["step"] == 5


def test_the_same_seed_tries_the_same_places(trial):
    quick = STEPPER.replace("0.02", "0")
    places = [
        [(each.after, each.checkpoint) for each in trial(quick, 2).interruptions]
        for _ in range(2)
    ]
    assert places[0] == places[1]


def test_more_kills_than_iterations_are_one_for_each(trial):
    assert len(trial(STEPPER.replace("steps=6", "steps=2"), 9).interruptions) == 2


def test_what_was_not_saved_is_found_at_its_first_difference(trial):
    forgetful = STEPPER.replace('if state["random"]:', "if False:")
    [seen] = trial(forgetful, 1).interruptions
    assert seen.finding.code == "QRT508"
    step = seen.checkpoint + 1
    assert seen.finding.path == f"interim result {step}['throw']"
    assert seen.finding.message == "The undisturbed run has something else here."
    assert "the state of a random number generator" in seen.finding.hint


def test_a_resumed_run_that_says_less_or_more_is_found(trial):
    silent = STEPPER.replace(
        "user_messenger.metric(", "state['step'] or user_messenger.metric("
    )
    [seen] = trial(silent, 1).interruptions
    assert seen.finding.path == f"metric {seen.checkpoint + 1}"
    assert "The other run says something else in its place: " in seen.finding.message
    longer = STEPPER.replace("steps=6", "steps=3").replace(
        "return {", "state['step'] and user_messenger.publish('more')\n    return {"
    )
    [seen] = trial(longer, 1).interruptions
    assert seen.finding.path == "result"
    assert seen.finding.message.endswith("in its place: interim result.")


def test_a_resumed_run_that_fails_is_found(trial):
    broken = STEPPER.replace(
        'if state["random"]:', 'if state["random"]:\n        1 / 0'
    )
    [seen] = trial(broken, 1).interruptions
    assert seen.finding.message == (
        "The resumed run ended Failed: program_error: ZeroDivisionError: division by zero"
    )
    assert seen.finding.path == f"after checkpoint {seen.checkpoint}"


def test_a_program_that_never_says_the_same_is_told_apart(trial):
    erratic = STEPPER.replace("random.Random(7)", "random.Random()")
    [seen] = trial(erratic, 1).interruptions
    assert seen.finding.code == "QRT507"
    assert seen.finding.path == "interim result 0['throw']"


def test_a_program_without_checkpoints_is_told_what_to_do(trial):
    seen = trial("def main(backend, user_messenger): user_messenger.publish(1)")
    assert not seen.ok
    [finding] = seen.findings
    assert finding.code == "QRT509"
    assert "user_messenger.checkpoint(state)" in finding.hint


def test_a_program_that_fails_by_itself_is_not_killed(trial):
    seen = trial(STEPPER.replace("return {", "return {}[1], {"))
    assert not seen.ok
    assert seen.interruptions == seen.findings == ()
    assert seen.undisturbed.outcome.code == "program_error"


def test_a_resumed_run_goes_on_with_the_seeds_of_its_executions(project, warm):
    coin = project(MEASURED)
    whole = run_project(coin, {}, seed=3, harness=warm)
    assert whole.checkpoints == [1, 2, 3, 4]
    texts = [event.data for event in whole.events if event.type == "checkpoint"]

    def rest(restored):
        return run_project(coin, {}, seed=3, restored=restored, harness=warm).interim

    assert rest(texts[1]) == whole.interim[2:]
    # Without the number of executions the seeds would begin anew.
    state, executions = saved_state.unpack(texts[1])
    assert executions == 2
    assert rest(state) == whole.interim[:2] != whole.interim[2:]


def test_without_a_seed_a_checkpoint_is_the_state_alone(project, warm):
    whole = run_project(project(MEASURED), {}, harness=warm)
    texts = [event.data for event in whole.events if event.type == "checkpoint"]
    assert texts == ["1", "2", "3", "4"]
