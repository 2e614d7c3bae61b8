"""Puts a module where every Python of the server's user looks at its start.

Must be refused: the next zygote would run it, outside of everything.
"""

import sys
from pathlib import Path

from attempt import attempts, nothing

ATTACK = {"oracles": ["data"], "off": "none"}


def main(backend, user_messenger, data):
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"

    def put(folder):
        if not Path(data["home"]).exists():
            nothing("the home folder is not there")
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "usercustomize.py").write_text("print('the attack was here')")
        return str(folder)

    return attempts(
        home=lambda: put(f"{data['home']}/.local/lib/{version}/site-packages"),
        profile=lambda: put(f"{data['home']}/.config"),
    )
