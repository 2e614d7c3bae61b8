"""Reads a data file beside program.py, and imports a module from there."""

from pathlib import Path

import attempt

CONTROL = {"expects": ["data of the program", True]}


def main(backend, user_messenger):
    text = (Path(__file__).parent / "data.txt").read_text()
    return [text, callable(attempt.call)]
