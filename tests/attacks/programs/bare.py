"""Runs a program without any runner: what it can do there is what it wants to do."""

import importlib.util
import json
import os
import sys
from pathlib import Path


class Messenger:
    """Takes messages nowhere."""

    stop_requested = False

    def publish(self, message, **options):
        """Drop it."""


def main(folder, target):
    facts = json.load(sys.stdin)
    encode = json.JSONEncoder().encode  # before the program can replace it
    sys.path.insert(0, folder)
    spec = importlib.util.spec_from_file_location("program", f"{folder}/program.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["program"] = module
    spec.loader.exec_module(module)
    for each in facts:
        result = module.main(None, Messenger(), **each)
    partial = Path(f"{target}.partial")
    partial.write_text(encode(result))
    partial.rename(target)
    os._exit(0)


main(sys.argv[1], sys.argv[2])
