"""How shells ask for completions, where click's own way does not fit our words."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from click.shell_completion import (
    BashComplete,
    FishComplete,
    ZshComplete,
    add_completion_class,
    split_arg_string,
)

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

_SOURCE = """\
%(complete_func)s() {
    local IFS=$'\\n'
    local response completion type value
    response=$(env _QRT_LINE="${COMP_LINE:0:$COMP_POINT}" \\
        _QRT_BREAKS="$COMP_WORDBREAKS" %(complete_var)s=bash_complete $1)
    for completion in $response; do
        IFS=',' read -r type value <<< "$completion"
        if [[ $type == 'dir' ]]; then
            COMPREPLY=()
            compopt -o dirnames
        elif [[ $type == 'file' ]]; then
            COMPREPLY=()
            compopt -o default
        elif [[ $type == 'plain' ]]; then
            COMPREPLY+=("$value")
        fi
    done
    return 0
}

complete -o nosort -F %(complete_func)s %(prog_name)s
"""


class Bash(BashComplete):
    """Completes ``vqe:stable`` and ``vqe@1.2.0``, at whose marks bash breaks words."""

    source_template = _SOURCE

    def get_completion_args(self) -> tuple[list[str], str]:
        """Split the line as a shell splits words, not at bash's word breaks."""
        line = os.environ.get("_QRT_LINE", "")
        words = split_arg_string(line)
        begun = bool(words) and not line[-1:].isspace()
        incomplete = words.pop() if begun and len(words) > 1 else ""
        return words[1:], incomplete

    def format_completion(self, item: CompletionItem[str]) -> str:
        """Leave out what stands before the last break: bash keeps it."""
        breaks = re.escape(os.environ.get("_QRT_BREAKS", ""))
        _, incomplete = self.get_completion_args()
        kept = re.match(f".*[{breaks}]", incomplete, re.DOTALL) if breaks else None
        value = item.value.removeprefix(kept[0]) if kept else item.value
        return f"{item.type},{value}"


class Zsh(ZshComplete):
    """Keeps ``--backend=`` before the value: zsh replaces the whole word."""

    def get_completions(
        self, args: list[str], incomplete: str
    ) -> list[CompletionItem[str]]:
        """Offer whole words."""
        return _whole(super().get_completions(args, incomplete), incomplete)


class Fish(FishComplete):
    """Keeps ``--backend=`` before the value: fish looks for the whole word."""

    def get_completions(
        self, args: list[str], incomplete: str
    ) -> list[CompletionItem[str]]:
        """Offer whole words."""
        return _whole(super().get_completions(args, incomplete), incomplete)


def _whole(
    items: list[CompletionItem[str]], incomplete: str
) -> list[CompletionItem[str]]:
    option, equals, _ = incomplete.partition("=")
    if equals and option.startswith("--"):
        for item in items:
            item.value = f"{option}={item.value}"
    return items


def register() -> None:
    """Let click use them."""
    for shell in (Bash, Zsh, Fish):
        add_completion_class(shell)
