"""Reading the signature of main without importing the program."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.errors import InterfaceError
from toolkit.project import ParameterKind, read_interface


def reason_of(source):
    with pytest.raises(InterfaceError) as caught:
        read_interface(source)
    return caught.value


def test_every_kind_of_parameter_is_read():
    source = '''
def main(backend, user_messenger, a, b: int = 1, *rest, c, d: "list[str]" = None, **more):
    """Do it."""
'''
    interface = read_interface(source)

    shown = [
        (p.name, p.kind.value, p.annotation, p.default, p.has_default)
        for p in interface.parameters
    ]
    assert shown == [
        ("a", "normal", None, None, False),
        ("b", "normal", "int", "1", True),
        ("rest", "var_positional", None, None, False),
        ("c", "keyword_only", None, None, False),
        ("d", "keyword_only", "'list[str]'", "None", True),
        ("more", "var_keyword", None, None, False),
    ]
    assert interface.leading == ("backend", "user_messenger")
    assert interface.docstring == "Do it."
    assert interface.line == 2
    assert interface.accepts_any
    assert [p.name for p in interface.inputs] == ["a", "b", "c", "d"]


def test_positional_only_inputs_are_no_named_inputs():
    interface = read_interface("def main(backend, user_messenger, a, /, b=2): ...")

    assert interface.parameters[0].kind is ParameterKind.POSITIONAL_ONLY
    assert [p.name for p in interface.inputs] == ["b"]


def test_the_last_main_wins_as_in_python():
    source = """
if True:
    def main(backend, user_messenger, old): ...
try:
    pass
except ValueError:
    def main(backend, user_messenger, *, new): ...
"""
    assert [p.name for p in read_interface(source).inputs] == ["new"]


@pytest.mark.parametrize(
    ("source", "reason", "line", "words"),
    [
        ("x = 1", "no_main", None, "program.py defines no function main"),
        ("main = 3", "not_a_function", 1, "main is an assigned value"),
        ("main: int = 3", "not_a_function", 1, "main is an assigned value"),
        ("main = lambda backend, user_messenger: 1", "not_a_function", 1, "assigned"),
        ("\nclass main: ...", "not_a_function", 2, "main is a class"),
        ("from core import main", "not_a_function", 1, "main is an import"),
        ("import x as main", "not_a_function", 1, "main is an import"),
        ("async def main(backend, user_messenger): ...", "async", 1, "main is async"),
        ("class A:\n  def main(self): ...", "nested", 2, "inside another block"),
        ("def f():\n  def main(): ...", "nested", 2, "inside another block"),
        ("def main(): ...", "leading", 1, "main takes () where it must begin with"),
        ("def main(user_messenger, backend): ...", "leading", 1, "(user_messenger, b"),
        ("def main(backend, *, user_messenger): ...", "leading", 1, "must begin with"),
        ("def main(*args, **kwargs): ...", "leading", 1, "(*args, **kwargs)"),
        ("def main(:", "syntax", 1, "program.py:1: invalid syntax"),
        (b"x = '\xff'", "syntax", 1, "program.py:1"),
        ("\0", "syntax", None, "null bytes"),
        ("(" * 1000, "syntax", 1, "too many nested parentheses"),
    ],
)
def test_a_source_without_a_usable_main_says_why(source, reason, line, words):
    error = reason_of(source)

    assert error.reason == reason
    assert words in error.message
    if line is not None:
        assert error.line == line


def test_a_function_that_is_wrapped_afterwards_is_still_the_interface():
    source = "def main(backend, user_messenger, *, n): ...\nmain = traced(main)"

    assert [p.name for p in read_interface(source).inputs] == ["n"]


def test_a_generator_inside_main_is_no_generator():
    inner = "def main(backend, user_messenger):\n    def g(): yield 1\n    return g"
    assert read_interface(inner).line == 1

    error = reason_of("def main(backend, user_messenger):\n    x = yield 1")
    assert error.reason == "generator"


def test_the_hint_is_the_line_to_write():
    hint = "Add `def main(backend, user_messenger, **inputs):`."

    assert reason_of("").hint == hint


def test_deep_expressions_and_long_elif_chains_are_read():
    chain = "".join(f"elif x == {n}:\n  pass\n" for n in range(150))
    deep = "+".join(["1"] * 900)
    source = f"""
if x == 0:
  pass
{chain}
def main(backend, user_messenger, a={deep}): ...
"""
    assert read_interface(source).inputs[0].name == "a"


@given(st.binary(max_size=200))
def test_any_bytes_are_an_interface_or_a_clear_error(source):
    try:
        read_interface(source)
    except InterfaceError as err:
        assert err.reason  # noqa: PT017 - either end is fine
