"""What is installed, and whether it is what somebody needs."""

import pytest

from program_runtime.environments import (
    BaseEnvironment,
    Distribution,
    Lock,
    Pin,
    conflicts,
    installed_base,
    unmet,
)
from program_runtime.environments import uv as uv_tool

HASH = f"sha256:{'0' * 64}"


def test_the_base_promises_what_programs_import_and_says_it_as_json():
    base = installed_base()
    assert {"numpy", "qiskit", "qiskit-aer", "scipy", "rustworkx"} <= set(base.promised)
    assert "pytest" not in base.promised
    assert "pytest" in base.versions()
    told = BaseEnvironment.parse(base.document())
    assert (told.promised, told.runs) == (base.promised, base.runs)
    assert base.runs["qiskit"].startswith("qiskit>=")


def test_what_the_service_is_made_of_is_nobodys_business():
    pytest.importorskip("sqlalchemy")
    base = installed_base()
    assert "sqlalchemy" in base.versions()
    told = BaseEnvironment.parse(base.document()).versions()
    assert not {"sqlalchemy", "fastapi", "starlette"} & set(told)
    assert {"pytest", "numpy"} <= set(told)


def test_another_version_of_anything_makes_another_base():
    def base(version):
        return BaseEnvironment(
            python="3.11",
            platform="x86_64-manylinux_2_28",
            promised={"numpy": Distribution(name="numpy", version=version)},
        )

    assert base("2.4.6").identity() != base("2.4.7").identity()


def test_what_is_not_met_is_said_with_who_needs_it():
    there = {"numpy": "2.4.6", "six": "1.17.0rc1"}
    needed = [
        ("pandas", "numpy>=2.5"),
        ("pandas", "Python_DateUtil>=2"),
        ("fits", "six>=1.16"),
        ("elsewhere", "numpy<1; python_version < '3'"),
        ("extras", "numpy<1; extra == 'old'"),
        ("ancient", "!! no requirement"),
        ("odd", "numpy<1; os_name ~= 'x'"),
        ("odder", "numpy<1; 'a' ~= 'b'"),
    ]
    assert unmet(needed, there, python="3.11") == [
        "pandas needs numpy>=2.5, numpy 2.4.6 is there",
        "pandas needs python-dateutil>=2, it is not",
    ]


def test_conflicts_name_both_versions():
    pins = tuple(
        Pin(name=name, version=version, hashes=(HASH,))
        for name, version in (("numpy", "2.2.0"), ("other", "1"), ("six", "1.17.0"))
    )
    lock = Lock(python="3.11", platform="x", pins=pins)
    base = BaseEnvironment(
        python="3.11", platform="x", installed={"numpy": "2.4.6", "six": "1.17.0"}
    )
    assert conflicts(lock, base) == ["numpy 2.2.0 (the base has 2.4.6)"]


def test_uv_gets_its_own_settings_and_no_secret_of_the_service():
    whole = {
        "PATH": "/bin",
        "HTTPS_PROXY": "http://proxy",
        "UV_INDEX_URL": "https://index",
        "QRT_IBM_TOKEN": "secret",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "PYTHONPATH": "/elsewhere",
    }
    assert uv_tool.configuration(whole) == {
        "PATH": "/bin",
        "HTTPS_PROXY": "http://proxy",
        "UV_INDEX_URL": "https://index",
    }


def test_uvs_reason_is_one_short_paragraph_without_credentials():
    said = (
        "Using CPython 3.11.7\n"
        "error: No solution found when resolving dependencies\n"
        "  cause: Because nothing was not found in the provided package locations\n"
        "         and you require nothing, we can conclude nothing.\n"
    )
    assert uv_tool.reason(said) == (
        "Because nothing was not found in the provided package locations and you "
        "require nothing, we can conclude nothing"
    )
    failed = "error: Failed to fetch: `https://me:secret@index.example/simple/six/`"
    assert uv_tool.reason(failed) == (
        "Failed to fetch: `https://***@index.example/simple/six/`"
    )
    assert len(uv_tool.reason("word " * 1000)) < 1210


def test_a_password_with_an_at_sign_is_taken_out_as_a_whole():
    said = "no https://me:se@cret@index.example/simple, but https://a.example/b@c"
    assert uv_tool.without_secrets(said) == (
        "no https://***@index.example/simple, but https://a.example/b@c"
    )
