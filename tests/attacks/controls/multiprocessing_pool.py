"""Computes in a pool of processes, with a queue and a shared value.

Its semaphores are files of ``/dev/shm``, which at ``reduced`` all jobs would share.
"""

import multiprocessing

CONTROL = {"expects": [285, 10, "by a queue"], "levels": ["none", "strong"]}


def square(number):
    return number * number


def add(value, queue):
    with value.get_lock():
        value.value += 10
    queue.put("by a queue")


def main(backend, user_messenger):
    context = multiprocessing.get_context("fork")
    with context.Pool(3) as pool:
        squares = sum(pool.map(square, range(10)))
    value, queue = context.Value("i", 0), context.Queue()
    process = context.Process(target=add, args=(value, queue))
    process.start()
    text = queue.get(timeout=10)
    process.join()
    return [squares, value.value, text]
