"""Wheels of a few hundred bytes, in a folder that serves as an index."""

import hashlib
import zipfile

_KIND = (
    "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
)


def wheel(folder, name, version, *, requires=(), files=None):
    """Write a wheel that holds one module of its name; returns its hash."""
    stem = f"{name.replace('-', '_')}-{version}"
    about = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    about += "".join(f"Requires-Dist: {each}\n" for each in requires)
    module = {f"{name.replace('-', '_')}.py": f"VERSION = {version!r}\n"}
    content = {
        **(module if files is None else files),
        f"{stem}.dist-info/METADATA": about,
        f"{stem}.dist-info/WHEEL": _KIND,
        f"{stem}.dist-info/RECORD": "",
    }
    folder.mkdir(exist_ok=True)
    path = folder / f"{stem}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file, text in content.items():
            archive.writestr(zipfile.ZipInfo(file), text, zipfile.ZIP_DEFLATED)
    return f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}"


def configure_uv(monkeypatch, folder, links):
    """Let uv know this folder and nothing else."""
    config = folder / "config-of-uv.toml"
    config.write_text(f'no-index = true\nfind-links = ["{links}"]\n')
    for name in ("UV_INDEX_URL", "UV_DEFAULT_INDEX", "UV_EXTRA_INDEX_URL", "UV_INDEX"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("UV_CONFIG_FILE", str(config))
    monkeypatch.setenv("UV_CACHE_DIR", str(folder / "uv-cache"))
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
