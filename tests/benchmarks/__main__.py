"""``make bench``: every figure with its goal and ratio, in one run."""

from __future__ import annotations

import importlib
import sys
import time
from pathlib import Path


def main(words: list[str]) -> int:
    """Run all benchmark modules, or those named; say how many goals are missed."""
    folder = Path(__file__).parent
    names = words or sorted(p.stem[len("bench_") :] for p in folder.glob("bench_*.py"))
    missed = []
    for name in names:
        begun = time.perf_counter()
        print(f"\n== {name}", flush=True)
        module = importlib.import_module(f"tests.benchmarks.bench_{name}")
        for figure in module.measure():
            print(figure.line(), flush=True)
            if not figure.met:
                missed.append(figure.name)
        print(f"   ({time.perf_counter() - begun:.0f} s)", flush=True)
    print(f"\nbenchmarks done; {len(missed)} goals missed", *missed, sep="\n  ")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
