"""Computes in threads and in a pool of threads."""

import threading
from concurrent.futures import ThreadPoolExecutor

CONTROL = {"expects": [285, 45]}


def main(backend, user_messenger):
    found = []
    threads = [threading.Thread(target=lambda n=n: found.append(n)) for n in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with ThreadPoolExecutor(4) as pool:
        squares = sum(pool.map(lambda n: n * n, range(10)))
    return [squares, sum(found)]
