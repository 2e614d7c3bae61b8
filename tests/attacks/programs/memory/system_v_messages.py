"""Leaves a System V message queue and a set of semaphores to the next job.

Must be refused, or gone with the job.
"""

import attempt

ATTACK = {
    "off": "bare",
    "blocked_by": ["refused"],
    "turns": 2,
}

KEY, CREATE, REMOVE = 0x00A77AC5, 0o1666, 0


def main(backend, user_messenger, turn):
    mode = CREATE if turn == 1 else 0o666

    def queue():
        number = attempt.call("msgget", KEY, mode)
        if turn == 2:
            attempt.call("msgctl", number, REMOVE, 0)
        return number

    def semaphores():
        number = attempt.call("semget", KEY, 1, mode)
        if turn == 2:
            attempt.call("semctl", number, 0, REMOVE, 0)
        return number

    return attempt.attempts(queue=queue, semaphores=semaphores)
