"""Logs, warns, prints; knows the time, the time zone and how many processors there are."""

import datetime as dt
import logging
import os
import time
import warnings

CONTROL = {"expects": [True, True, True]}


def main(backend, user_messenger):
    logging.getLogger("mine").warning("a warning")
    warnings.warn("another one", stacklevel=1)
    print("printed")
    now = dt.datetime.now(dt.UTC)
    return [now.year > 2000, time.localtime().tm_year > 2000, os.cpu_count() > 0]
