"""Types into a terminal that a person sits at, also with the upper half of the request
number set, which some filters forget.

Must be refused, and nothing may be typed.
"""

import os

import attempt

ATTACK = {
    "oracles": ["terminal"],
    "off": "none",
    "may_lack": "this kernel lets nobody type for others",
}

TIOCSTI, TIOCSCTTY, TIOCLINUX = 0x5412, 0x540E, 0x541C


def main(backend, user_messenger, terminal):
    def typed(request):
        number = os.open(terminal["path"], os.O_RDWR)  # becomes the controlling one
        import ctypes

        for letter in b"rm\n":
            result = attempt.libc.ioctl(
                number, ctypes.c_ulong(request), ctypes.byref(ctypes.c_char(letter))
            )
            attempt.checked(result, "TIOCSTI")
        return "typed"

    def taken():
        number = os.open(terminal["path"], os.O_RDWR | os.O_NOCTTY)
        return f"taken {attempt.checked(attempt.libc.ioctl(number, TIOCSCTTY, 1))}"

    def written():
        number = os.open(terminal["path"], os.O_WRONLY | os.O_NOCTTY)
        return f"written {os.write(number, b'the attack was here')}"

    return attempt.attempts(
        typed=lambda: typed(TIOCSTI),
        disguised=lambda: typed(TIOCSTI | 1 << 32),
        taken=taken,
        written=written,
    )
