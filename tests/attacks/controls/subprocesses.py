"""Runs other programs, a shell, and Python itself."""

import subprocess
import sys

CONTROL = {"expects": ["hello\n", 6, "a b\n"]}


def main(backend, user_messenger):
    echo = subprocess.check_output(["echo", "hello"], text=True)
    python = subprocess.check_output([sys.executable, "-c", "print(1 + 2 + 3)"])
    shell = subprocess.check_output("echo a | sed 's/$/ b/'", shell=True, text=True)
    return [echo, int(python), shell]
