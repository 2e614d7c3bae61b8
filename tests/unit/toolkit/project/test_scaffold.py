"""New projects from templates."""

import json
import tomllib
import zipfile

import pytest

from toolkit.bundle import collect
from toolkit.errors import (
    TargetExistsError,
    TemplateError,
    TemplateNotFoundError,
    UsageError,
)
from toolkit.project import built_in, load_project, new_project
from toolkit.project.template_archive import read_archive
from toolkit.project.template_record import (
    BASE,
    address_of,
    read_record,
    record_of,
)
from toolkit.project.template_source import Fetched
from toolkit.project.template_update import plan_update
from toolkit.project.templates import read_template


@pytest.fixture
def template(tmp_path):
    """A small template with a choice and a quirk: quotes in answers."""
    folder = tmp_path / "small"
    project = folder / "{{cookiecutter.program_name}}"
    project.mkdir(parents=True)
    manifest = {
        "program_name": "my-program",
        "kind": ["one", "two"],
        "author": "nobody",
        "_version": "3.1",
    }
    (folder / "cookiecutter.json").write_text(json.dumps(manifest))
    (project / "kind.txt").write_text("{{cookiecutter.kind}} {{cookiecutter.author}}")
    (project / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    return folder


@pytest.mark.parametrize("kind", ["hello-world", "sampling", "variational"])
def test_every_built_in_template_makes_a_loadable_project(tmp_path, kind):
    root = new_project(tmp_path / "My Program!", template=kind)

    project = load_project(root)
    assert root == tmp_path / "My Program!"
    assert project.metadata.name == "my-program"
    recorded = project.settings["template"]
    assert recorded["name"] == kind
    assert recorded["answers"]["program_name"] == "my-program"
    assert kind in built_in()


def test_nothing_is_left_beside_the_project(tmp_path, template, private_home):
    new_project(tmp_path / "out" / "a", template=str(template))

    assert [path.name for path in (tmp_path / "out").iterdir()] == ["a"]
    assert list(private_home.iterdir()) == []


def test_template_version_and_answers_are_recorded(tmp_path, template):
    answers = {"kind": "two", "author": 'O"Neil \\ é'}
    root = new_project(tmp_path / "a", template=str(template), answers=answers)

    assert (root / "kind.txt").read_text() == 'two O"Neil \\ é'
    tables = tomllib.loads((root / "pyproject.toml").read_text())
    assert tables["project"] == {"name": "x"}
    assert tables["tool"]["qrt"]["template"] == {
        "name": "../small",
        "version": "3.1",
        "answers": {"program_name": "a", "kind": "two", "author": 'O"Neil \\ é'},
    }


@pytest.mark.parametrize(
    ("project", "recorded"),
    [("a", "../small"), ("far/a", "{tmp_path}/small"), (".", "./small")],
)
def test_a_template_nearby_is_recorded_as_seen_from_the_project(
    tmp_path, template, project, recorded
):
    fetched = Fetched(
        template=read_template(template, "t"), name=str(template), is_path=True
    )
    record = record_of(fetched, {}, tmp_path / project)

    assert record.name == recorded.format(tmp_path=tmp_path)
    assert address_of(record, tmp_path / project) == str(template)


def test_what_the_template_made_is_kept_and_no_part_of_a_bundle(tmp_path, template):
    root = new_project(tmp_path / "a", template=str(template))

    assert set(read_archive(root / BASE)) == {"kind.txt", "pyproject.toml"}
    assert BASE not in collect(root).files


def test_a_template_without_the_projects_folder_is_refused(tmp_path, template):
    (template / "{{cookiecutter.program_name}}").rename(template / "inner")

    with pytest.raises(TemplateError, match="has no folder with the project's files"):
        new_project(tmp_path / "a", template=str(template))


def test_a_template_whose_pyproject_is_no_text_is_refused(tmp_path, template):
    path = template / "{{cookiecutter.program_name}}" / "pyproject.toml"
    path.write_bytes(b"\xff")

    with pytest.raises(
        TemplateError, match=r"pyproject\.toml of the template .* UTF-8"
    ):
        new_project(tmp_path / "a", template=str(template))


def test_a_template_can_be_a_zip_file(tmp_path, template):
    archive = tmp_path / "t.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.mkdir("small")
        for path in sorted(template.rglob("*")):
            file.write(path, path.relative_to(tmp_path))
    root = new_project(tmp_path / "a", template=str(archive))

    assert (root / "kind.txt").read_text() == "one nobody"


def test_an_empty_folder_is_filled(tmp_path, template):
    (tmp_path / "a").mkdir()

    assert (new_project(tmp_path / "a", template=str(template)) / "kind.txt").exists()


def test_a_folder_with_files_is_refused(tmp_path, template):
    (tmp_path / "a").mkdir()
    for name in "wxyz":
        (tmp_path / "a" / name).touch()

    with pytest.raises(TargetExistsError) as caught:
        new_project(tmp_path / "a", template=str(template))
    assert str(caught.value) == (
        f"The folder {tmp_path / 'a'} is not empty: it holds w, x, y and 1 more. "
        "Choose another folder, or empty this one."
    )


def test_a_file_in_the_way_is_refused(tmp_path, template):
    (tmp_path / "a").touch()

    with pytest.raises(TargetExistsError, match="is a file, not a folder"):
        new_project(tmp_path / "a", template=str(template))


def test_an_unknown_template_names_the_nearest(tmp_path):
    with pytest.raises(TemplateNotFoundError) as caught:
        new_project(tmp_path / "a", template="variatonal")

    assert str(caught.value) == (
        "There is no template 'variatonal'. Did you mean 'variational'? "
        "Built in: hello-world, sampling, variational; a path or a URL works too."
    )
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_no_template_is_refused(tmp_path):
    with pytest.raises(TemplateNotFoundError, match=r"holds no cookiecutter\.json"):
        new_project(tmp_path / "a", template=str(tmp_path))


def test_an_unknown_question_names_the_nearest(tmp_path, template):
    with pytest.raises(UsageError) as caught:
        new_project(tmp_path / "a", template=str(template), answers={"autor": "x"})

    assert "does not ask for 'autor'. Did you mean 'author'?" in str(caught.value)


def test_an_answer_that_is_no_choice_is_refused(tmp_path, template):
    with pytest.raises(UsageError) as caught:
        new_project(tmp_path / "a", template=str(template), answers={"kind": "six"})

    assert str(caught.value) == (
        "kind='six' is none of the template's choices. Choose one of: one, two."
    )


@pytest.mark.parametrize("manifest", ["{", "[]", b"\xff"])
def test_a_broken_manifest_is_a_clear_error(tmp_path, template, manifest):
    path = template / "cookiecutter.json"
    path.write_bytes(manifest if isinstance(manifest, bytes) else manifest.encode())

    with pytest.raises(TemplateError, match=r"cookiecutter\.json"):
        new_project(tmp_path / "a", template=str(template))


def test_a_template_that_does_not_render_leaves_nothing(tmp_path, template):
    bad = template / "{{cookiecutter.program_name}}" / "bad.txt"
    bad.write_text("{{ cookiecutter.nothing }}")

    with pytest.raises(TemplateError, match="can not be rendered"):
        new_project(tmp_path / "a", template=str(template))
    assert [path.name for path in tmp_path.iterdir()] == ["small"]


def test_an_address_that_can_not_be_fetched_is_a_clear_error(tmp_path):
    address = f"file://{tmp_path}/nothing.git"

    with pytest.raises(TemplateError, match="can not be fetched"):
        new_project(tmp_path / "a", template=address)


def test_without_defaults_only_open_questions_are_asked(
    tmp_path, template, monkeypatch
):
    asked = []

    def answer(name, default, *rest):
        asked.append(name)
        return default

    monkeypatch.setattr("cookiecutter.prompt.read_user_variable", answer)
    monkeypatch.setattr("cookiecutter.prompt.read_user_choice", lambda n, o, *r: o[0])
    new_project(
        tmp_path / "a",
        template=str(template),
        answers={"program_name": "given"},
        defaults=False,
    )
    assert asked == ["author"]


def test_an_answer_can_be_an_object_and_is_recorded_as_one(tmp_path, template):
    manifest = json.loads((template / "cookiecutter.json").read_text())
    manifest["more"] = {"a": "1", "b": "2"}
    (template / "cookiecutter.json").write_text(json.dumps(manifest))
    root = new_project(
        tmp_path / "a", template=str(template), answers={"more": '{"a": "3"}'}
    )

    assert (
        read_record(root / "pyproject.toml").answers["more"] == '{"a": "3", "b": "2"}'
    )
    assert plan_update(root).files == {}
    with pytest.raises(
        UsageError, match=r"more takes a JSON object, and 'x' is none\."
    ):
        new_project(tmp_path / "b", template=str(template), answers={"more": "x"})
