"""Reaches the data directory by ways around: links, /proc/*/root, /proc/*/cwd, "..".

Must be refused.
"""

import os
from pathlib import Path

from attempt import attempts

ATTACK = {"oracles": ["data", "server"], "off": "none"}


def main(backend, user_messenger, data, server):
    path = f"{data['path']}/public.txt"

    def by_link():
        os.symlink(path, "link")
        return Path("link").read_text()

    def by_hard_link():
        os.link(path, "hard")
        return Path("hard").read_text()

    def by_folder_link():
        os.symlink(data["path"], "folder")
        return os.listdir("folder")

    def by_root(pid):
        return Path(f"/proc/{pid}/root{path}").read_text()

    def upwards():
        return Path("../" * 60 + path.lstrip("/")).read_text()

    def by_cwd():
        return os.listdir(f"/proc/{server['pid']}/cwd")

    return attempts(
        link=by_link,
        hard_link=by_hard_link,
        folder_link=by_folder_link,
        own_root=lambda: by_root("self"),
        parent_root=lambda: by_root(os.getppid()),
        first_root=lambda: by_root(1),
        server_root=lambda: by_root(server["pid"]),
        server_cwd=by_cwd,
        upwards=upwards,
    )
