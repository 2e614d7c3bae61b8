"""The door of the command: help, suggestions, exit codes, errors as JSON."""

import importlib
import json
import subprocess
import sys

import click
import pytest

from program_runtime import errors
from toolkit.cli import _commands, _exits, _main
from toolkit.errors import ToolkitError


@pytest.mark.parametrize("name", list(_commands.HELP))
def test_the_help_table_names_a_command_with_that_name(name):
    command = importlib.import_module(f"toolkit.cli.{name}").command
    assert command.name == name
    assert command.help or isinstance(command, click.Group)


@pytest.mark.parametrize("name", list(_commands.HELP))
def test_every_command_takes_json(name):
    command = importlib.import_module(f"toolkit.cli.{name}").command
    leaves = (
        command.commands.values() if isinstance(command, click.Group) else [command]
    )
    for leaf in leaves:
        assert "as_json" in {parameter.name for parameter in leaf.params}


@pytest.mark.parametrize("name", list(_commands.HELP))
def test_every_environment_variable_is_named_in_the_help(name):
    command = importlib.import_module(f"toolkit.cli.{name}").command
    for parameter in command.params:
        if parameter.envvar:
            assert parameter.envvar.startswith("QRT_")
            assert parameter.show_envvar


def test_help_lists_every_command_by_section(capsys):
    assert _main.run(["--help"]) == 0
    printed = capsys.readouterr().out
    assert all(f"  {name} " in printed for name in _commands.HELP)
    assert "Write a program:" in printed


def test_help_imports_click_and_nothing_heavy():
    code = (
        "import sys; sys.argv = ['qrt', '--help']\n"
        "from toolkit.cli import _main; _main.run(['--help'])\n"
        "heavy = {'qiskit', 'numpy', 'requests', 'rich', 'jsonschema', 'websockets',"
        " 'cookiecutter', 'fastapi', 'sqlalchemy'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def test_a_misspelt_command_is_answered_with_the_meant_one(capsys):
    assert _main.run(["pubish"]) == 2
    assert (
        capsys.readouterr().err
        == "error: No such command 'pubish'. Did you mean 'publish'?\nhint: `qrt --help`\n"
    )


def test_errors_are_json_on_stdout_when_json_is_asked_for(capsys):
    assert _main.run(["check", "--json", "--no-such-flag"]) == 2
    printed = capsys.readouterr()
    body = json.loads(printed.out)
    assert body["error"]["code"] == "usage"
    assert "--no-such-flag" in body["error"]["message"]
    assert printed.err == ""


def test_no_words_at_all_prints_the_help_and_is_a_usage_error(capsys):
    assert _main.run([]) == 2
    assert "Write a program:" in "".join(capsys.readouterr())


@pytest.mark.parametrize(
    ("error", "exit_code"),
    [
        (errors.NotAuthorizedError("no"), 4),
        (errors.RuntimeProgramNotFound("no"), 5),
        (errors.RuntimeJobNotFound("no"), 5),
        (errors.BackendNotFoundError("no"), 5),
        (errors.RuntimeDuplicateProgramError("no"), 6),
        (errors.RuntimeInvalidStateError("no"), 6),
        (errors.ServiceUnreachableError("no"), 7),
        (errors.RuntimeJobTimeoutError("no"), 7),
        (errors.RuntimeJobCancelledError("no"), 8),
        (errors.BadInputsError("no"), 3),
        (errors.BadMetadataError("no"), 3),
        (errors.RuntimeJobFailureError("no"), 1),
        (errors.ApiError("no", status=404), 5),
        (errors.ApiError("no", status=409), 6),
        (errors.ApiError("no", status=500), 1),
        (ToolkitError("no"), ToolkitError.exit_code),
        (click.UsageError("no"), 2),
        (FileNotFoundError(2, "No such file or directory", "x.json"), 2),
        (ZeroDivisionError("no"), 70),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_each_error_has_its_exit_code(error, exit_code):
    assert _exits.describe(error).exit_code == exit_code


def test_every_error_class_of_the_runtime_has_an_exit_code():
    for name in errors.__all__:
        kind = getattr(errors, name)
        if isinstance(kind, type) and issubclass(kind, Exception):
            assert _exits.describe(kind("no")).exit_code != 70


def test_all_problems_are_named_at_once():
    problems = [
        errors.Problem(path="iterations", message="must be an integer", hint="use 5"),
        errors.Problem(path="shots", message="is missing"),
    ]
    failure = _exits.describe(errors.BadInputsError("Bad inputs.", problems=problems))
    assert failure.to_dict() == {
        "code": "bad_inputs",
        "message": "Bad inputs.",
        "findings": [
            {"path": "iterations", "message": "must be an integer", "hint": "use 5"},
            {"path": "shots", "message": "is missing"},
        ],
    }


def test_an_internal_error_says_what_to_do_and_shows_no_traceback(capsys, monkeypatch):
    def broken(*_, **__):
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr(_main.qrt, "main", broken)
    assert _main.run(["check"]) == 70
    printed = capsys.readouterr().err
    assert "internal error: ZeroDivisionError: division by zero" in printed
    assert "-v" in printed
    assert "Traceback" not in printed


def test_a_file_of_the_system_is_named_with_what_is_wrong():
    failure = _exits.describe(OSError(28, "No space left on device", "out.json"))
    assert (failure.code, failure.exit_code) == ("file", 1)
    assert failure.message == "No space left on device: out.json"
    assert _exits.describe(OSError("odd")).exit_code == 70


@pytest.mark.parametrize(
    ("error", "hint"),
    [
        (errors.RuntimeJobNotFound("x"), "`qrt jobs` lists yours."),
        (errors.BackendNotFoundError("x"), "`qrt backends` lists them."),
        (errors.RuntimeJobNotFound("x", hint="y"), "y"),
        (errors.StorageError("x"), None),
        (click.ClickException("x"), None),
    ],
)
def test_the_next_command_is_named_where_the_service_names_none(error, hint):
    assert _exits.describe(error).hint == hint


def test_with_v_the_traceback_is_shown(capsys, monkeypatch):
    def broken(*_, **__):
        raise ZeroDivisionError

    monkeypatch.setattr(_main.qrt, "main", broken)
    for words in (["check", "-v"], ["check", "-qvv"]):
        _main.run(words)
        assert ("Traceback" in capsys.readouterr().err) == (words[1] == "-v")


@pytest.mark.parametrize(
    ("words", "order"),
    [
        (["--json", "-q", "jobs", "--limit", "1"], "jobs --limit 1 --json -q"),
        (["-vv", "test", ".", "--", "-x"], "test . -vv -- -x"),
        (["jobs", "--json"], "jobs --json"),
        (["--json"], "--json"),
        ([], ""),
    ],
)
def test_common_options_may_stand_before_the_command(words, order):
    assert " ".join(_main._common_last(words)) == order


def test_words_behind_two_dashes_are_not_ours(qrt, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert qrt("test", "--", "--json", "-v", code=1).stdout == ""


def test_a_reader_who_leaves_ends_the_command_quietly(qrt, api, monkeypatch):
    import io
    import sys

    class Closed(io.StringIO):
        def write(self, text):
            raise BrokenPipeError

    monkeypatch.setattr(sys, "stdout", Closed())
    assert _main.run(["jobs"]) == 0


@pytest.mark.parametrize(("flag", "count"), [("-v", 1), ("-vv", 2), ("-q", 0)])
def test_v_shows_log_records_while_the_command_runs(qrt, api, monkeypatch, flag, count):
    import logging

    def logs(job_id):
        logging.getLogger("program_runtime").info("first\x1b[2J")
        logging.getLogger("program_runtime").debug("second")
        return ""

    api.logs = logs
    handlers, level = list(logging.root.handlers), logging.root.level
    lines = qrt("logs", "job_1", flag).stderr.splitlines()
    said = ["INFO program_runtime: first\\x1b[2J", "DEBUG program_runtime: second"]
    assert lines == said[:count]
    assert (logging.root.handlers, logging.root.level) == (handlers, level)


def test_the_version_is_printed(qrt):
    assert qrt("--version").stdout.startswith("qrt, version ")


def test_the_console_script_leaves_with_the_exit_code(monkeypatch, capsys):
    import sys

    from toolkit import cli

    monkeypatch.setattr(sys, "argv", ["qrt", "pubish"])
    with pytest.raises(SystemExit) as left:
        cli.main()
    assert left.value.code == 2


def test_the_package_is_the_command():
    words = [sys.executable, "-m", "toolkit.cli", "pubish"]
    assert subprocess.run(words, capture_output=True, check=False).returncode == 2


def test_ctrl_c_is_130(capsys, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(_main.qrt, "main", interrupted)
    assert _main.run(["check"]) == 130
    assert capsys.readouterr().err == "Interrupted.\n"
