"""A program reads the interpreter and its packages, and nothing that lies beside them."""

import os
import sys
from pathlib import Path

import numpy as np
import pytest

import program_runtime
from program_runtime.execution.confinement.interpreter import interpreter_folders

PACKAGE = Path(program_runtime.__file__).parent


def covers(folders, path):
    return any(Path(path).is_relative_to(folder) for folder in folders)


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """An install whose package lies in a folder of its own making."""
    package = tmp_path / "checkout" / "program_runtime"
    package.mkdir(parents=True)
    monkeypatch.setattr(program_runtime, "__file__", str(package / "__init__.py"))
    monkeypatch.setattr(sys, "path", [*sys.path, str(package.parent)])
    return package.parent


@pytest.mark.parametrize(
    "path",
    [sys.executable, os.path.realpath(sys.executable), os.__file__, np.__file__],
    ids=["name of the interpreter", "interpreter", "standard library", "package"],
)
def test_what_an_interpreter_needs_is_there(path):
    assert covers(interpreter_folders(), path)


def test_this_package_is_there():
    assert covers(interpreter_folders(), PACKAGE / "errors.py")


def test_of_a_checkout_only_the_package_is_there(checkout):
    folders = interpreter_folders()
    assert str(checkout / "program_runtime") in folders
    assert not covers(folders, checkout / ".env")


def test_a_folder_that_an_installer_filled_is_there_as_a_whole(checkout):
    (checkout / "qiskit-2.0.dist-info").mkdir()
    assert covers(interpreter_folders(), checkout / "qiskit")


def test_a_folder_that_the_operator_put_on_the_path_is_there(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path)])
    assert covers(interpreter_folders(), tmp_path / "plugin.py")


def test_a_link_is_there_by_both_its_names(tmp_path, monkeypatch):
    real, name = tmp_path / "python-3.11.7", tmp_path / "python-3.11"
    real.mkdir()
    name.symlink_to(real)
    monkeypatch.setattr(sys, "base_prefix", str(name))
    assert {str(real), str(name)} <= set(interpreter_folders())


@pytest.mark.parametrize("entry", ["", ".", "/no/such/folder"])
def test_what_is_no_folder_of_its_own_is_left_out(entry, monkeypatch):
    before = interpreter_folders()
    monkeypatch.setattr(sys, "path", [*sys.path, entry])
    assert interpreter_folders() == before


def test_the_prefix_of_a_python_in_bin_does_not_open_the_machine(monkeypatch):
    monkeypatch.setattr(sys, "prefix", "/")
    assert "/" not in interpreter_folders()


def test_no_folder_lies_beneath_another_one(monkeypatch):
    monkeypatch.setattr(sys, "path", [*sys.path, str(PACKAGE / "codec")])
    folders = interpreter_folders()
    assert folders == sorted(set(folders))
    assert str(PACKAGE / "codec") not in folders


def test_an_interpreter_without_a_name_does_not_open_the_current_folder(monkeypatch):
    monkeypatch.setattr(sys, "executable", "")
    assert not covers(interpreter_folders(), Path.cwd())
    assert covers(interpreter_folders(), os.__file__)


def test_the_search_is_made_once(monkeypatch):
    first = interpreter_folders()
    monkeypatch.setattr(Path, "is_dir", None)
    assert interpreter_folders() == first
    first.append("/etc")
    assert "/etc" not in interpreter_folders()
