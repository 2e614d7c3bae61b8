"""Errors of the toolkit: wording and exit codes."""

import pytest

from program_runtime import errors as runtime_errors
from program_runtime.errors import Problem
from toolkit import errors
from toolkit.errors import ExitCode, ProjectError, ToolkitError, exit_code_of


def test_an_error_shows_what_and_then_what_to_do():
    assert str(ToolkitError("It broke.", hint="Mend it.")) == "It broke. Mend it."
    assert str(ToolkitError("It broke.")) == "It broke."


def test_problems_are_listed_below_the_summary():
    problems = [
        Problem(path="a", message="odd", hint="even"),
        Problem(path="b", message="c"),
    ]
    error = ProjectError("Two things:", problems=problems, hint="Look.")

    assert error.summary == "Two things:"
    assert str(error) == "Two things:\n  a: odd (even)\n  b: c\nLook."


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ToolkitError("x"), 1),
        (errors.UsageError("x"), 2),
        (errors.TemplateNotFoundError("x"), 2),
        (errors.SampleNotFoundError("x"), 2),
        (errors.TargetExistsError("x"), 2),
        (errors.ProjectError("x"), 3),
        (errors.BundleError("x"), 3),
        (errors.FindingsError("x"), 3),
        (errors.NotAuthorisedError("x"), 4),
        (errors.ConflictError("x"), 6),
        (errors.VerificationError("x"), 1),
        (runtime_errors.BadInputsError("x"), 3),
        (runtime_errors.NotAuthorizedError("x"), 4),
        (runtime_errors.RuntimeProgramNotFound("x"), 5),
        (runtime_errors.RuntimeJobNotFound("x"), 5),
        (runtime_errors.BackendNotFoundError("x"), 5),
        (runtime_errors.RuntimeDuplicateProgramError("x"), 6),
        (runtime_errors.ServiceUnreachableError("x"), 7),
        (runtime_errors.RuntimeJobTimeoutError("x"), 7),
        (runtime_errors.RuntimeJobCancelledError("x"), 8),
        (runtime_errors.RuntimeJobFailureError("x"), 1),
        (KeyboardInterrupt(), 130),
        (ZeroDivisionError(), 70),
    ],
)
def test_every_error_has_its_exit_code(error, code):
    assert exit_code_of(error) == ExitCode(code)


def test_every_error_is_exported_and_in_the_tree():
    classes = {
        name
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, ToolkitError)
    }
    assert classes <= set(errors.__all__)
    assert all(name in errors.__doc__ for name in classes)
