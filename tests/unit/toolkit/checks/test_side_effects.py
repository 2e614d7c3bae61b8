"""What counts as a side effect at import."""

import pytest

from toolkit.checks import run_checks

MAIN = "\ndef main(backend, user_messenger, *, text, times=2):\n    print(open('x'))\n"


def effects(make_project, source):
    root = make_project(program=source + MAIN)
    return [f.message for f in run_checks(root) if f.code == "QRT130"]


@pytest.mark.parametrize(
    "source",
    [
        '"""A docstring."""',
        "import logging\nlogger = logging.getLogger(__name__)\nlogger.setLevel(10)",
        "import re\nPATTERN = re.compile('a+')",
        "import warnings\nwarnings.filterwarnings('ignore')",
        "from dataclasses import field\n@tidy\nclass A:\n    x: list = field(default=3)",
        "from qiskit.quantum_info import SparsePauliOp\nH = SparsePauliOp(['XX'], [1])",
        "import numpy as np\nGRID = np.linspace(0, 1) + np.array([1] * 50)",
        "from pathlib import Path\nHERE = Path(__file__).parent",
        "from typing import TypeVar\nT = TypeVar('T')\nX: int = 3\nX += 1\nY: int",
        "SQUARES = [n * n for n in range(9)]\nLOOK = lambda: open('x')",
        "if __name__ == '__main__':\n    print(1)\n    main()",
        "import sys\nif sys.version_info > (3, 11):\n    A = 1\nelse:\n    A = 2",
        "try:\n    import tomllib\nexcept ImportError:\n    tomllib = None",
        "def helper():\n    for x in y: print(x)",
        "class A:\n    def f(self):\n        open('x')\n    B = 3",
        "assert True\ndel A",
    ],
)
def test_definitions_and_constants_are_fine(make_project, source):
    assert effects(make_project, source) == []


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("print('hi')", "print is called at import."),
        ("main(None, None)", "main is called at import."),
        ("for x in range(3):\n    y = x", "A loop runs at import."),
        ("while False: pass", "A loop runs at import."),
        ("with open('x') as f: pass", "A with block runs at import."),
        ("DATA = open('x').read()", "open is called at import."),
        ("import json\nD = json.load(F)", "json.load is called at import."),
        ("import requests\nR = requests.get('u')", "requests.get is called at import."),
        ("import os\nos.environ['A'] = '1'", "The environment is changed at import."),
        ("import os\nos.system('ls')", "os.system is called at import."),
        ("import sys\nsys.path.insert(0, '.')", "sys.path.insert is called at import."),
        ("R = backend.run(c).result()", "backend.run is called at import."),
        ("if True:\n    print(1)", "print is called at import."),
        ("try:\n    x = 1\nfinally:\n    print(1)", "print is called at import."),
        ("class A:\n    print(1)", "print is called at import."),
        ("X = [open(n) for n in 'ab']", "open is called at import."),
        ("f()()", "f is called at import."),
        ("(lambda: 1)()", "A function is called at import."),
    ],
)
def test_doing_something_is_found(make_project, source, message):
    assert effects(make_project, source) == [message]


def test_the_hint_says_where_to_do_it(make_project):
    (finding,) = run_checks(make_project(program="print(1)" + MAIN))

    assert finding.line == 1
    assert finding.hint == "Do it in main, or under `if __name__ == '__main__':`."
