"""Returns payloads that would call something when they are decoded.

May complete: they are text. Whoever decodes them must get values or an error, no call.
"""

import json

ATTACK = {
    "off": "needs no defence: the rules for events hold at every level, and are checked",
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["Completed"],
    "oracles": ["data"],
}

NAMES = ("Popen", "system", "eval", "exec")


class Raw(json.JSONEncoder):
    def encode(self, value):
        return json.dumps(value)


def main(backend, user_messenger, data):
    words = ["touch", f"{data['path']}/pwned"]
    hostile = [
        {
            "__type__": kind,
            "__module__": "subprocess",
            "__class__": "Popen",
            "__value__": {"args": words},
            "_json": {"args": words},
        }
        for kind in ("settings", "Result", "to_json", "object", "function", "module")
    ]
    user_messenger.publish(hostile, encoder=Raw, final=True)
