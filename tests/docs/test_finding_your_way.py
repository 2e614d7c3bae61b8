"""The examples of docs/finding-your-way.md, with the output that stands there."""

import re
import shlex
import shutil
from pathlib import Path

import pytest

from toolkit.cli import _main

PAGE = Path(__file__).parents[2] / "docs" / "finding-your-way.md"
BLOCKS = re.findall(r"```console\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
EXAMPLES = [
    part.split("\n", maxsplit=1)
    for block in BLOCKS
    for part in block.split("$ qrt ")[1:]
    if "\n" in part.rstrip()
]


@pytest.mark.parametrize(
    ("words", "expected"), EXAMPLES, ids=[words for words, _ in EXAMPLES]
)
def test_an_example_says_what_the_page_says(
    words, expected, tmp_path, monkeypatch, capsys
):
    root = tmp_path / "hello_world"
    shutil.copytree(PAGE.parents[1] / "samples" / "hello_world", root)
    pyproject = root / "pyproject.toml"
    pyproject.write_text(
        pyproject.read_text().replace(
            "[tool.qrt.template]", "[tool.qrt]\nshots = 100\n\n[tool.qrt.template]"
        )
    )
    monkeypatch.chdir(root)
    capsys.readouterr()
    _main.run(shlex.split(words))
    told = capsys.readouterr()
    said = [" ".join(line.split()) for line in (told.out + told.err).splitlines()]
    lines = [" ".join(line.split()) for line in expected.splitlines()]
    for line in lines:
        beginning = line.removesuffix("...")
        assert any(each.startswith(beginning) for each in said), (line, said)


def test_every_script_of_the_page_is_one_that_the_command_names():
    from toolkit.cli import completion

    text = PAGE.read_text(encoding="utf-8")
    assert all(f"$ {start}\n" in text for start in completion.START.values())
