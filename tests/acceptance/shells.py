"""Real shells that complete what is typed: bash, zsh and fish."""

import os
import pty
import re
import select
import subprocess
import sys
import time
from pathlib import Path

_PATIENCE_S = 30.0
_READY = "READY-"


def complete_in_bash(lines, environment):
    """Ask bash's own machinery, as TAB would: which words could stand here?"""
    script = """
eval "$(qrt completion bash)"
function=$(complete -p qrt | sed 's/.*-F \\([^ ]*\\).*/\\1/')
for line in "$@"; do
    COMP_LINE=$line COMP_POINT=${#line} COMPREPLY=()
    COMP_WORDBREAKS=$' \\t\\n"\\'><=;|&(:@'
    "$function" qrt
    (IFS=' '; echo "${COMPREPLY[*]}")
done
"""
    return _told(["bash", "--norc", "-c", script, "bash", *lines], environment)


def complete_in_fish(lines, environment):
    script = """
qrt completion fish 2>/dev/null | source
for line in $argv
    set found (complete --do-complete $line | string replace -r '\\t.*' '')
    echo "$found"
end
"""
    return _told(["fish", "--no-config", "-c", script, *lines], environment)


def complete_in_zsh(lines, environment):
    """Type into a zsh at a terminal: TAB completes, and Ctrl-X p prints the line."""
    with _Terminal(["zsh", "-f", "-i"], environment) as terminal:
        terminal.send(
            "PS1=''; unsetopt zle_bracketed_paste; autoload -Uz compinit; "
            'compinit -u -D; eval "$(qrt completion zsh 2>/dev/null)"; '
            'show() { print -r -- "[[$BUFFER]]"; BUFFER=; }; zle -N show; '
            f"bindkey '^Xp' show; print {_READY[:-1]}-\n"
        )
        terminal.wait_for(rf"\n{_READY}")
        return [_typed(terminal, line) for line in lines]


def _typed(terminal, line):
    terminal.send(f"{line}\t\x18p")
    return terminal.wait_for(r"\[\[(.*?)\]\]")[1].strip()


class _Terminal:
    def __init__(self, command, environment):
        self.seen = ""
        self.main, child = pty.openpty()
        self.process = subprocess.Popen(
            command,
            stdin=child,
            stdout=child,
            stderr=child,
            env={**environment, "TERM": "dumb"},
            start_new_session=True,
        )
        os.close(child)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        os.close(self.main)

    def send(self, text):
        os.write(self.main, text.encode())

    def wait_for(self, pattern):
        deadline = time.monotonic() + _PATIENCE_S
        while time.monotonic() < deadline:
            found = re.search(pattern, self.seen)
            if found:
                self.seen = self.seen[found.end() :]
                return found
            if select.select([self.main], [], [], 0.1)[0]:
                self.seen += os.read(self.main, 65536).decode("utf-8", "replace")
        raise AssertionError(f"no {pattern!r} in {self.seen!r}")


def offers_of(shell, lines, environment):
    """For each line the words that a shell would offer, or zsh's line after TAB."""
    bin_dir = str(Path(sys.executable).parent)
    environment = {
        **environment,
        "PATH": f"{bin_dir}{os.pathsep}{environment['PATH']}",
    }
    return _SHELLS[shell](lines, environment)


def _told(command, environment):
    told = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=True
    )
    return told.stdout.splitlines()


_SHELLS = {
    "bash": complete_in_bash,
    "fish": complete_in_fish,
    "zsh": complete_in_zsh,
}
