import subprocess
import sys

import pytest

from program_runtime.client import primitives


@pytest.mark.parametrize(
    "names",
    ["Session, Batch", "Options, SamplerOptions, EstimatorOptions"],
    ids=["sessions", "options"],
)
def test_neither_sessions_nor_options_import_qiskit(names):
    code = (
        f"from program_runtime import {names}\nimport sys\n"
        "print(*{'qiskit', 'numpy', 'requests'}.intersection(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout == "\n"


def test_every_public_name_is_there():
    for name in primitives.__all__:
        assert getattr(primitives, name).__name__ == name
    assert set(primitives.__all__) <= set(dir(primitives))
    with pytest.raises(AttributeError, match="has no attribute 'Nothing'"):
        primitives.Nothing  # noqa: B018 - looking it up is the test
