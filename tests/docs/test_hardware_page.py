"""What docs/hardware.md shows: the provider is one, and the settings are there."""

import re
from pathlib import Path

from program_runtime.backends import plugins
from program_runtime.service.settings import Settings

PAGE = (Path(__file__).parents[2] / "docs" / "hardware.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_the_provider_of_the_page_has_a_device(tmp_path, monkeypatch):
    (source,) = BLOCK.findall(PAGE)
    (tmp_path / "lab_devices.py").write_text(source)
    metadata = tmp_path / "lab_devices-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: lab-devices\nVersion: 1.0\n"
    )
    group, line = re.search(r'entry-points\."(.*)"\]\n(.*)\n', PAGE).groups()
    (metadata / "entry_points.txt").write_text(
        f"[{group}]\n{line.replace(chr(34), '')}\n"
    )
    monkeypatch.syspath_prepend(tmp_path)

    assert plugins.providers() == ["lab"]
    assert list(plugins.load_provider("lab")) == ["lab_device"]


def test_the_settings_of_the_page_are_those_of_the_service():
    named = set(re.findall(r"QRT_([A-Z_]+[A-Z])", PAGE))

    assert {name.lower() for name in named} <= set(Settings.model_fields)
    ours = {name for name in Settings.model_fields if name.startswith("ibm_")}
    assert ours <= {name.lower() for name in named}
