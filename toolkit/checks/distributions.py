"""Which distribution brings which import name."""

from __future__ import annotations

import re
from importlib import metadata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["BASE_IMPORTS", "covers", "distribution_of", "normalise", "requirement_name"]

BASE_IMPORTS = frozenset(
    {
        "mthree",
        "numpy",
        "program_runtime",
        "qiskit",
        "qiskit_aer",
        "rustworkx",
        "scipy",
    }
)
"""What every program finds installed on the service."""

# Names that differ by more than punctuation.
_KNOWN = {
    "attr": "attrs",
    "bs4": "beautifulsoup4",
    "Crypto": "pycryptodome",
    "cv2": "opencv-python",
    "dateutil": "python-dateutil",
    "docplex": "docplex",
    "dotenv": "python-dotenv",
    "gurobipy": "gurobipy",
    "jwt": "pyjwt",
    "mpl_toolkits": "matplotlib",
    "OpenSSL": "pyopenssl",
    "PIL": "pillow",
    "psycopg2": "psycopg2-binary",
    "pylab": "matplotlib",
    "serial": "pyserial",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "yaml": "pyyaml",
    "zmq": "pyzmq",
}
_NAME = re.compile(r"\s*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)")


def requirement_name(requirement: str) -> str | None:
    """Read the distribution's normalised name of ``"Name[extra] >= 1; marker"``."""
    match = _NAME.match(requirement)
    return normalise(match[1]) if match else None


def normalise(name: str) -> str:
    """Normalise a distribution's name as package indexes do."""
    return re.sub(r"[-_.]+", "-", name).lower()


def distribution_of(import_name: str) -> str:
    """Name the distribution that most likely brings an import name."""
    return _KNOWN.get(import_name) or normalise(import_name)


def covers(declared: Collection[str], import_name: str) -> bool:
    """Whether one of the declared distributions brings an import name.

    Args:
        declared: Normalised names.
        import_name: The first part of a dotted name.

    Returns:
        True if a known name, a usual spelling or an installed distribution fits.
    """
    plain = normalise(import_name)
    usual = {distribution_of(import_name), plain}
    usual |= {f"python-{plain}", f"py{plain}", f"{plain}-python", f"{plain}-py"}
    if usual & set(declared):
        return True
    if any(name.startswith(f"{plain}-") for name in declared):
        return True  # google-cloud-storage brings google, psycopg2-binary psycopg2.
    if not declared:
        return False
    installed = metadata.packages_distributions().get(import_name, [])
    return any(normalise(name) in declared for name in installed)
