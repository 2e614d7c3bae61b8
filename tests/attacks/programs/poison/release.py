"""Changes the release that it came from: the folder of the server, and its own copy.

The next job of this release must start from what was published.
"""

from pathlib import Path

from attempt import attempts, nothing

ATTACK = {
    "oracles": ["release"],
    "off": "none",
    "blocked_by": ["refused"],
    "turns": 2,
}


def main(backend, user_messenger, release, turn):
    folders = {"servers": Path(release["path"]), "own": Path(__file__).parent}
    ways = {}
    for name, folder in folders.items():
        file = folder / "data.txt"
        ways[name] = (
            (lambda f=file: spoil(f)) if turn == 1 else (lambda f=file: look(f))
        )
    return attempts(**ways)


def spoil(file):
    file.write_text("poisoned")


def look(file):
    if file.read_text() == "poisoned":
        return f"{file} is still poisoned"
    return nothing(f"{file} is as it was published")
