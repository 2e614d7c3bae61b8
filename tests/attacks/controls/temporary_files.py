"""Writes temporary files and folders, reads them, renames them, removes them."""

import shutil
import tempfile
from pathlib import Path

import numpy as np

CONTROL = {"expects": ["text", 7, True, 1000]}


def main(backend, user_messenger):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_text("text")
        path.rename(path.with_name("renamed"))
        text = path.with_name("renamed").read_text()
    with tempfile.NamedTemporaryFile() as file:
        file.write(b"1234567")
        file.flush()
        size = Path(file.name).stat().st_size
    Path("here").write_text("in its own folder")
    shutil.copy2("here", "there")
    Path("touched").touch()
    assert Path("touched").exists()
    same = Path("here").read_text() == Path("there").read_text()
    numbers = np.memmap("numbers", dtype="float64", mode="w+", shape=(1000,))
    numbers[:] = 1
    return [text, size, same, int(numbers.sum())]
