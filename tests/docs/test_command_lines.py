"""Every command line in the documentation is one that there is, with its flags."""

import re
import shlex
from pathlib import Path

import click
import pytest

from toolkit.cli import _commands

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
LINE = re.compile(r"^\$ (.*\bqrt\b.*)$", re.MULTILINE)
MISSPELT = {"submitt"}  # where a page shows what is said to that
BETWEEN = {"|", "&&", ";", ">", "<", ">>", "2>"}


def words_of(line):
    """What stands behind each ``qrt`` of a line, up to the shell's own words."""
    bare = re.sub(r"\$\((.*?)\)", r" ; \1 ; ", line.replace('"', " "))
    lexer = shlex.shlex(bare, posix=True, punctuation_chars="|&;<>")
    lexer.whitespace_split = True
    words = list(lexer)
    for index, word in enumerate(words):
        if word == "qrt":
            rest = words[index + 1 :]
            ends = [i for i, other in enumerate(rest) if other in BETWEEN]
            yield rest[: ends[0]] if ends else rest


def command_of(words):
    """The command that the words name, and its words."""
    command = _commands.LazyGroup("qrt")
    while isinstance(command, click.Group) and words and words[0][0] != "-":
        found = command.get_command(click.Context(command), words[0])
        if found is None:
            return None if command.name == "qrt" else (command, words)
        command, words = found, words[1:]
    return command, words


@pytest.mark.parametrize("page", [page.name for page in PAGES])
def test_every_command_line_of_a_page_is_one_that_there_is(page):
    path = next(each for each in PAGES if each.name == page)
    unknown = []
    for line in LINE.findall(path.read_text(encoding="utf-8")):
        for words in words_of(line):
            found = command_of(words)
            if found is None and words[0] in MISSPELT:
                continue
            if found is None:
                unknown.append(f"{line}: no such command")
                continue
            command, rest = found
            if "--" in rest:
                rest = rest[: rest.index("--")]
            flags = {o for p in command.params for o in (*p.opts, *p.secondary_opts)}
            unknown += [
                f"{line}: {word}"
                for word in rest
                if re.match(r"--?[a-z]", word)
                and word.partition("=")[0] not in {*flags, "--help", "-v", "-vv"}
            ]
    assert unknown == []


def test_a_line_that_there_is_not_is_found():
    assert command_of(["sumbit", "vqe"]) is None
    assert [*words_of('eval "$(qrt env --client retired)" && qrt jobs')] == [
        ["env", "--client", "retired"],
        ["jobs"],
    ]
