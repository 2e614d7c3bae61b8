"""The site is built as ``make docs`` builds it: a broken link or docstring fails here."""

import subprocess
import sys
from pathlib import Path

import program_runtime

DOCS = Path(__file__).parents[2] / "docs"


def test_the_site_has_every_page_and_every_public_name(tmp_path):
    site = tmp_path / "site"
    built = subprocess.run(
        [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", DOCS, site],
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    pages = {page.stem for page in DOCS.glob("*.md")}
    assert pages <= {page.stem for page in site.glob("*.html")}
    reference = (site / "python.html").read_text(encoding="utf-8")
    for name in program_runtime.__all__:
        homes = ("program_runtime", "program_runtime.errors")
        assert any(f'id="{home}.{name}"' in reference for home in homes), name
