"""Breaches in words, as callers' values and as their results."""

import pytest

from toolkit.bundle.comparison.schemas import Breach
from toolkit.bundle.comparison.wording import narrowed, widened

WORDS = [
    ("minLength", 2, 5, "minimum length raised from 2 to 5", "minimum length lowered from 5 to 2"),
    ("maxItems", None, 5, "maximum number of items of 5 now, had none", "no maximum number of items any more, was 5"),
    ("type", "number", "integer", "type narrowed from number to integer", "type widened from integer to number"),
    ("type", "string", "integer", "type changed from string to integer", "type changed from integer to string"),
    ("type", "anything", "integer", "type narrowed from anything to integer", "type widened from integer to anything"),
    ("enum", None, ["a"], "only 'a' now", "no longer only 'a'"),
    ("value", [1, "b"], None, "no longer 1, 'b'", "also 1, 'b' now"),
    ("false", "integer", None, "nothing is allowed any more", "allowed now"),
    ("multipleOf", None, 2, "must be a multiple of 2 now", "not always a multiple of 2 any more"),
    ("pattern", None, "^a", "must match '^a' now", "need not match '^a' any more"),
    ("parametrized", None, True, "must be parametrized now", "not always parametrized any more"),
    ("parametrized", None, False, "must have no parameters now", "can have parameters now"),
    ("dtype", None, "float64", "dtype narrowed from any to float64", "dtype widened from float64 to any"),
    ("shape", [None], [2], "shape narrowed from (any) to (2)", "shape widened from (2) to (any)"),
    ("shape", None, [2, 3], "shape narrowed from any to (2, 3)", "shape widened from (2, 3) to any"),
    ("uniqueItems", None, True, "items must differ from each other now", "items can be equal to each other now"),
    ("dependentRequired", None, "a", "required beside a now", "not always beside a any more"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "inner", "outer", "less", "more"), WORDS)
def test_a_breach_is_said_from_before_to_after(rule, inner, outer, less, more):
    breach = Breach(path="a", rule=rule, inner=inner, outer=outer)
    assert narrowed(breach, given=True) == narrowed(breach, given=False) == less
    assert widened(breach, given=True) == widened(breach, given=False) == more


@pytest.mark.parametrize(
    ("rule", "known", "words"),
    [
        ("gone", None, ("no longer accepted", "never there any more", "new, optional", "new")),
        ("required", True, ("required now", "always there now", "not required any more", "not always there any more")),
        ("required", False, ("new and required", "always there now", "not required any more", "not always there any more")),
    ],
)  # fmt: skip
def test_what_is_given_and_what_is_got_have_words_of_their_own(rule, known, words):
    breach = Breach(path="a", rule=rule, inner=known)
    said = [
        say(breach, given=given)
        for say in (narrowed, widened)
        for given in (True, False)
    ]
    assert tuple(said) == words


@pytest.mark.parametrize("say", [narrowed, widened])
def test_what_can_not_be_judged_is_said_to_be(say):
    def told(rule, **fields):
        return say(Breach(path="a", rule=rule, undecided=True, **fields), given=True)

    assert told("if") == "cannot be judged: 'if' is too complex to be compared"
    assert told("schema") == "cannot be judged: they are too complex to be compared"
    assert told("pattern", outer="x").endswith(", which cannot be judged")


def test_names_that_no_schema_lists_are_said_to_be():
    breach = Breach(path="result.*", rule="gone")
    assert narrowed(breach, given=True) == (
        "names that are not listed: no longer accepted"
    )
