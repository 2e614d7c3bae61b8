"""Computes in processes of ``concurrent.futures``; see ``multiprocessing_pool``."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor

CONTROL = {"expects": 285, "levels": ["none", "strong"]}


def square(number):
    return number * number


def main(backend, user_messenger):
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(2, mp_context=context) as pool:
        return sum(pool.map(square, range(10)))
