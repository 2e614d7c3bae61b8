"""docs/commands.md is what the commands say of themselves."""

import re

import command_reference
import pytest

from toolkit.errors import ExitCode

PAGE = command_reference.PAGE.read_text(encoding="utf-8")


def test_the_page_is_as_the_commands_are():
    assert command_reference.render() == PAGE, (
        f"docs/commands.md is stale; renew it with: {command_reference.RENEW}"
    )


def test_every_exit_code_is_explained():
    assert set(command_reference.EXIT_CODES) == set(ExitCode)
    assert all(f"| {int(code)} | " in PAGE for code in ExitCode)


def test_every_command_has_its_place_and_its_json():
    for name, command in command_reference._leaves():
        section = PAGE.split(f"### qrt {name}\n")[1].split("\n### ")[0]
        assert command.help.split("\n")[0] in " ".join(section.split())
        assert f"`qrt {name}" in section.split("--json`")[0]
        assert "--json`" in section


@pytest.mark.parametrize("page", sorted(set(re.findall(r"\]\(([\w.]+)\)", PAGE))))
def test_every_link_of_the_page_leads_somewhere(page):
    assert (command_reference.PAGE.parent / page).exists()
