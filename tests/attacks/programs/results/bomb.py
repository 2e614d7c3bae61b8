"""Returns a small payload that expands to a hundred megabytes when decoded.

May complete: it is text. Whoever decodes it must be stopped by a limit.
"""

import base64
import json
import zlib

ATTACK = {
    "off": "needs no defence: the rules for events hold at every level, and are checked",
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["Completed", "bad_result"],
}


class Raw(json.JSONEncoder):
    def encode(self, value):
        return json.dumps(value)


def main(backend, user_messenger):
    squeezer = zlib.compressobj(1)
    pieces = [squeezer.compress(bytes(1_000_000)) for _ in range(100)]
    data = base64.standard_b64encode(b"".join([*pieces, squeezer.flush()])).decode()
    bomb = {"__type__": "ndarray", "__value__": data}
    user_messenger.publish(bomb, encoder=Raw, final=True)
