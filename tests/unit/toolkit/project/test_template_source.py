"""Templates by path, zip file and address."""

import zipfile

import pytest
import requests

from toolkit.errors import TemplateError
from toolkit.project import new_project, template_source


def fetch(template, tmp_path):
    scratch = tmp_path / "scratch"
    scratch.mkdir(exist_ok=True)
    return template_source.fetch(str(template), scratch)


@pytest.mark.parametrize("around", ["", "host-main/", "a/b/"])
def test_a_zip_file_may_have_one_folder_around_it(write_template, tmp_path, around):
    folder = write_template({"a.txt": "x"})
    path = tmp_path / "t.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(folder.rglob("*.*")):
            archive.write(file, f"{around}{file.relative_to(folder)}")
    if around == "a/b/":
        with pytest.raises(TemplateError, match="holds no template: no cookiecutter"):
            fetch(path, tmp_path)
    else:
        found = fetch(path, tmp_path)
        assert (found.name, found.template.version) == (str(path), "1.0")


def test_a_repository_gives_its_newest_version_a_tag_or_a_commit(
    write_template, tmp_path, commit
):
    folder = write_template({"a.txt": "1"})
    first = commit(folder, tag="v1")
    write_template({"a.txt": "2"}, manifest={"_version": "2.0"})
    second = commit(folder)
    address = f"file://{folder}"

    found = {}
    for reference in ("", "#v1", f"#{first[:10]}", "#main"):
        scratch = tmp_path / f"s{len(found)}"
        scratch.mkdir()
        got = template_source.fetch(address + reference, scratch)
        found[reference] = got.template.version, got.commit
        assert got.name == address + reference
    assert list(found.values()) == [
        ("2.0", second), ("1.0", first), ("1.0", first), ("2.0", second),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("file:///nowhere/at/all.git", "/nowhere/at/all.git can not be fetched: "),
        ("git+file:///nowhere.git#--upload-pack=x", "can not be fetched: "),
        ("https://127.0.0.1:9/t.zip", "https://127.0.0.1:9/t.zip can not be fetched"),
    ],
)
def test_what_is_not_there_is_one_error(tmp_path, template, words):
    with pytest.raises(TemplateError) as caught:
        fetch(template, tmp_path)
    assert words in caught.value.message


def test_a_password_is_not_in_errors_in_another_spelling(tmp_path, monkeypatch):
    def get(*_, **__):
        raise requests.HTTPError("401 for url: https://ada:s3%20cret@example.org/t.zip")

    monkeypatch.setattr("requests.get", get)
    with pytest.raises(TemplateError) as caught:
        fetch("https://ada:s3 cret@example.org/t.zip", tmp_path)
    assert "cret" not in str(caught.value)


def test_a_password_is_not_in_errors(tmp_path):
    with pytest.raises(TemplateError) as caught:
        fetch("https://ada:s3cret@127.0.0.1:9/t.git", tmp_path)
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    ("address", "recorded"),
    [
        ("https://ada:s3cret@example.org/t.git#v1", "https://example.org/t.git#v1"),
        ("git+https://token@example.org/t.git", "git+https://example.org/t.git"),
        ("git@example.org:t.git", "git@example.org:t.git"),
        ("ssh://git@example.org/t.git", "ssh://git@example.org/t.git"),
    ],
)
def test_a_password_is_not_recorded(
    tmp_path, write_template, monkeypatch, address, recorded
):
    folder = write_template({"a.txt": ""})
    monkeypatch.setattr(template_source, "_clone", lambda *_: (folder, "c0ffee"))

    assert fetch(address, tmp_path).name == recorded


def test_without_git_a_repository_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("shutil.which", lambda name: None)

    with pytest.raises(TemplateError, match="is a git repository, and git is not"):
        fetch("gh:someone/template", tmp_path)


def test_a_zip_file_is_downloaded_within_bounds(tmp_path, write_template, monkeypatch):
    folder = write_template({"a.txt": "x"})
    path = tmp_path / "t.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(folder.rglob("*.*")):
            archive.write(file, file.relative_to(folder))

    class Answer:
        def __enter__(self):
            return self

        def __exit__(self, *_):
            return None

        def raise_for_status(self):
            return None

        def iter_content(self, size):
            yield path.read_bytes()

    monkeypatch.setattr("requests.get", lambda *_, **__: Answer())
    assert fetch("https://example.org/t.zip", tmp_path).template.version == "1.0"
    monkeypatch.setattr(template_source, "_MOST_BYTES", 10)
    with pytest.raises(TemplateError, match="it has over 10 bytes"):
        fetch("https://example.org/t.zip", tmp_path)


def test_a_new_project_records_the_commit(write_template, tmp_path, commit):
    folder = write_template({"a.txt": "1"})
    made = commit(folder)
    root = new_project(tmp_path / "p", template=f"file://{folder}")

    assert f'commit = "{made}"' in (root / "pyproject.toml").read_text()
