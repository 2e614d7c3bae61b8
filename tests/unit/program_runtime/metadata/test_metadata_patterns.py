"""Patterns: the same answers as re, in linear time."""

import re

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from program_runtime.metadata import pattern_syntax, patterns, work

pieces = st.lists(
    st.sampled_from(
        [
            "a",
            "b",
            "(",
            "(?:",
            ")",
            "|",
            "*",
            "+",
            "?",
            "{1,2}",
            "{2}",
            "{0,1}?",
            "[ab]",
            "[^a]",
            "[a-c]",
            ".",
            "^",
            "$",
            "\\b",
            "\\B",
            "\\w",
            "\\W",
            "\\d",
            "\\s",
            "\\.",
            "{",
        ]
    ),
    max_size=9,
)


@settings(max_examples=150, deadline=None)
@given(pieces=pieces, text=st.text("abc1 -.", max_size=7))
def test_matches_what_re_matches(pieces, text):
    source = "".join(pieces)
    assume(text or "\\B" not in source)  # re and ECMAScript disagree before 3.14
    try:
        patterns.check(source)
    except pattern_syntax.PatternError:
        return
    expected = re.compile(source.replace("$", r"\Z"), re.ASCII).search(text)
    assert patterns.matches(source, text) == (expected is not None)


@pytest.mark.parametrize(
    ("source", "text", "found"),
    [
        ("^[a-z0-9][a-z0-9_-]{0,62}$", "my-vqe_2", True),
        ("^a$", "a\n", False),
        ("[]", "a", False),
        ("[^]", "\n", True),
        ("[a-]", "-", True),
        ("[\\d-x]", "-", True),
        ("[\\]\\\\]", "]", True),
        ("[^\\W]", "-", False),
        ("[\\b]", "\b", True),
        ("\\bfoo\\b", "a foo b", True),
        ("\\bfoo\\b", "afoob", False),
        ("\\Boo\\b", "foo", True),
        ("[^\\D\\S]", "a", False),
        ("\\u00e9\\x41", "éA", True),
        ("\\t", "\t", True),
        ("x{", "x{", True),
        ("x{,2}", "x{,2}", True),
        ("(foo|ba+r)*?$", "foobaar", True),
        ("", "", True),
        ("^(){99999999}$", "", True),
        ("^(a{0}){9}$", "a", False),
        ("\\d", "٣", False),
    ],
)
def test_particular_patterns(source, text, found):
    assert patterns.matches(source, text) is found


def test_what_makes_re_run_for_ever_takes_linear_time():
    for source in ("^(a+)+$", "^(a|a)*$", "^(a|ab|b)*$", "a*a*a*a*a*a*c"):
        assert not patterns.matches(source, "a" * 5_000 + "!")


@pytest.mark.parametrize(
    ("source", "wording"),
    [
        ("(?=a)", "uses (?, of which only (?: is supported"),
        ("(?P<n>a)", "uses (?, of which only (?: is supported"),
        ("(a)\\1", "uses \\1, which is not supported"),
        ("\\p{L}", "uses \\p, which is not supported"),
        ("(a", "has a ( without its )"),
        ("a)", "has a ) without its ("),
        ("[a", "ends too early"),
        ("a\\", "ends too early"),
        ("*a", "has a repeat with nothing before it"),
        ("a**", "has two repeats in a row"),
        ("^*", "repeats a position, such as ^ or $"),
        ("[a-\\d]", "has a range that does not go upwards"),
        ("[z-a]", "has a range that does not go upwards"),
        ("a{3,2}", "has a repeat whose bounds do not go upwards"),
        ("\\xZZ", "has the malformed escape \\x"),
        ("a" * 501, "has 501 characters, at most 500 are allowed"),
        ("(" * 30 + ")" * 30, "nests groups deeper than 20 levels"),
        ("(a{50}){50}", "repeats too much: it needs too many states"),
        ("a{99999999999}", "repeats too much: it needs too many states"),
        ("(|){99999999}", "repeats too much: it needs too many states"),
        ("a{" + "9" * 450 + "}", "repeats too much: it needs too many states"),
    ],
)
def test_what_is_not_supported_is_refused(source, wording):
    with pytest.raises(pattern_syntax.PatternError) as caught:
        patterns.check(source)
    assert str(caught.value) == wording


def test_a_text_too_long_for_the_pattern_is_not_even_begun():
    with pytest.raises(work.TooMuchWorkError):
        patterns.matches("a{1000}b", "a" * 1_000_000)
