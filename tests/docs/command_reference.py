"""Render docs/commands.md from the commands themselves.

Renew the page with ``python tests/docs/command_reference.py``.
"""

import sys
from pathlib import Path

import click

TESTS = Path(__file__).parents[1]
if __name__ == "__main__":
    sys.path.insert(0, str(TESTS))

from unit.toolkit.cli import json_forms  # noqa: E402 - once the path is right

from toolkit.cli import _commands, _main, _settings  # noqa: E402
from toolkit.errors import ExitCode  # noqa: E402

PAGE = TESTS.parent / "docs" / "commands.md"
RENEW = "python tests/docs/command_reference.py"
COMMON = {"as_json", "quiet", "verbose"}

EXIT_CODES = {
    ExitCode.OK: "it did what was asked",
    ExitCode.FAILED: "the program or the job failed, the service can not start, or a person "
    "said no",
    ExitCode.USAGE: "the command line, a setting or a file that it names is wrong",
    ExitCode.FINDINGS: "findings: of the checks, of inputs against their schema, "
    "of `--strict`",
    ExitCode.NOT_AUTHORISED: "the token is missing, wrong or expired, or its role may "
    "not do this",
    ExitCode.NOT_FOUND: "no program, release, job, backend or stored service has this "
    "name",
    ExitCode.CONFLICT: "the version or the name is taken, or the job's state does not "
    "allow it",
    ExitCode.UNREACHABLE: "the service does not answer or speaks other versions, or "
    "`--timeout` passed",
    ExitCode.CANCELLED: "the job was cancelled",
    ExitCode.INTERNAL: "a defect of this command: run it again with `-v` and report it",
    ExitCode.INTERRUPTED: "Ctrl-C",
}

OTHER_VARIABLES = {
    "QRT_URL": "the address of the service; goes before every stored service but the "
    "one that `--profile` names",
    "QRT_TOKEN": "the token; also for `qrt login`",
    "QRT_DATA_DIR": "the data directory of the service on this machine, for every "
    "command",
    "QRT_CONFIG_DIR": "the folder of `profiles.json` and `config.toml`",
    "NO_COLOR": "no colour",
    "CI": "no live lines, no questions",
}

INTRODUCTION = """\
# Commands

<!-- Rendered from the commands by `{renew}`. -->

What a command was asked for goes to stdout, everything else it has to say to stderr:
`qrt run > result.json` is a result and nothing else. Every command takes, behind its name
or before it,

| option | |
|---|---|
{common}

A question is asked only of a person at a terminal; a live line is drawn only there. What
programs and other users wrote reaches a terminal with its control characters spelt out,
and a pipe or a file as it is.

## Inputs

`-i name=value` gives one input, as JSON or else as text; `-i name=@file` takes the value
from a file, such as a circuit in OpenQASM; `-i @file.json` and `-i @-` take a whole object
of inputs. Later words win. Quantum values have the human forms of
[metadata.md](metadata.md): an operator is `{{"ZZ": 1.0, "XX": 0.5}}`.

`--sample NAME` begins with `inputs/NAME.json` of the project, and `-i` goes over it. A
project with exactly one sample runs on it when none is named: `-i iterations=3` then
changes that one input and says so, while `-i @file.json` stands in the sample's place.

Inputs are held against the program's schema before anything runs and before a job exists;
everything that is wrong is said at once.

## Following a job

`qrt follow`, `qrt logs -f`, `qrt result` and `qrt submit --follow` stay with a job. Ctrl-C
detaches from it: the job goes on, the exit code is 130, and the command says how to come
back, `qrt follow JOB --after SEQ` for a stream, which goes on where it was left. Ctrl-C in
`qrt run` cancels the run.

## Settings

A value comes from the first of these that names it: the flag, the environment, the table
`[tool.qrt]` of the program's pyproject.toml, `config.toml` of the user's folder, the
default. `qrt config show --origin` says which; with `-v` a command says it of each setting
it uses. These can stand in a file:
{settings}.

## JSON

With `--json` a command prints one object in one line, or JSON Lines where it streams. An
error is an object too, on stdout:
`{{"error": {{"code", "message", "hint", "findings": [{{"path", "message", "hint"}}]}}}}`, the
last two where there are any. Events have the form of the service's stream: `seq`, `time`,
`type` and `data`, the text as the program encoded it (a large one has `blob` and `size`
instead); the last line of a stream is `{{"type": "outcome", "status", "failure"}}`.

## Exit codes

| code | |
|---|---|
{exit_codes}

## Environment variables

| variable | |
|---|---|
{variables}

The service has more of them, see [service.md](service.md).
"""


def render():
    """Return the page as it should be."""
    some_command = next(command for _, command in _leaves())
    common = [_record(o) for o in some_command.params if o.name in COMMON]
    parts = [
        INTRODUCTION.format(
            renew=RENEW,
            common=_rows(common),
            settings=", ".join(f"`{name}`" for name in _settings.KEYS),
            exit_codes=_rows((str(int(c)), text) for c, text in EXIT_CODES.items()),
            variables=_rows((f"`{n}`", text) for n, text in _variables().items()),
        )
    ]
    for title, commands in _commands.SECTIONS.items():
        parts.append(f"## {title}\n")
        for name in commands:
            parts += [
                _section(full_name, command)
                for full_name, command in _leaves()
                if full_name.split()[0] == name
            ]
    return "\n".join(parts)


def _leaves():
    """Every command that does something, by its words."""
    root = _context(_main.qrt, "qrt")
    for name in _main.qrt.list_commands(root):
        command = _main.qrt.get_command(root, name)
        if isinstance(command, click.Group):
            for word, leaf in command.commands.items():
                yield f"{name} {word}", leaf
        else:
            yield name, command


def _context(command, name):
    return click.Context(command, info_name=name, max_content_width=10_000)


def _section(name, command):
    context = _context(command, f"qrt {name}")
    usage = " ".join([f"qrt {name}", *command.collect_usage_pieces(context)])
    lines = [f"### qrt {name}\n", f"    {usage}\n", f"{_help(command)}\n"]
    records = [
        _record(option)
        for option in command.params
        if isinstance(option, click.Option) and option.name not in COMMON
    ]
    if records:
        lines += ["| option | |\n|---|---|\n" + _rows(records) + "\n"]
    forms = [
        (title, form)
        for table in (json_forms.FORMS, json_forms.STREAMS)
        for title, form in table.items()
        if title == name or title.startswith(f"{name} --")
    ]
    lines += [_form(title, form) for title, form in forms]
    return "\n".join(lines)


def _form(title, form):
    words = f"`qrt {title} --json`"
    if "anyOf" in form:
        first = "the job, " if title.startswith("submit") else ""
        return f"{words}: JSON Lines, {first}the events and the outcome.\n"
    words += ": JSON Lines of" if title in json_forms.STREAMS else ":"
    keys = ", ".join(f"`{key}`" for key in form["properties"])
    more = "" if "additionalProperties" in form else ", and more"
    return f"{words} {keys}{more}.\n"


def _record(option):
    """One row; not click's own words, which change with its versions."""
    names = ", ".join(option.opts) + "".join(f" / {o}" for o in option.secondary_opts)
    kind, facts = option.type, []
    if isinstance(kind, click.Choice):
        names += f" {'/'.join(kind.choices)}"
    elif not (option.is_flag or option.count):
        names += f" {option.metavar}"
    if option.show_default:
        facts.append(f"Default: {option.default}.")
    if option.envvar:
        facts.append(f"`{option.envvar}`")
    return f"`{names}`", " ".join([option.help, *facts])


def _help(command):
    """The help text; what click wraps for a terminal is not wrapped here."""
    paragraphs = (command.help or "").split("\n\n")
    return "\n\n".join(" ".join(text.split()) for text in paragraphs)


def _variables():
    found = {}
    for name, command in _leaves():
        for option in command.params:
            if option.envvar:
                found.setdefault(option.envvar, set()).add(f"`qrt {name}`")
    texts = {
        variable: f"`--{variable[4:].lower().replace('_', '-')}` of "
        + _few(sorted(commands))
        for variable, commands in sorted(found.items())
    }
    return {**texts, **OTHER_VARIABLES}


def _few(names):
    if len(names) > 4:
        return "every command that takes it"
    return ", ".join(names)


def _rows(pairs):
    return "\n".join(f"| {head} | {text} |" for head, text in pairs)


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8")
    sys.stdout.write(f"{PAGE}\n")
