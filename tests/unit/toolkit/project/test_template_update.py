"""A project that came from a template, and the template's next version."""

import pytest

from toolkit.errors import DirtyProjectError, ProjectError, TemplateError, UsageError
from toolkit.project import new_project, template_update
from toolkit.project.template_merge import Kind
from toolkit.project.template_record import BASE, read_record

PYPROJECT = "[project]\nname = '{{ cookiecutter.program_name }}'\nx = 1\n"


@pytest.fixture
def project(write_template, tmp_path):
    """A project of version 1.0, whose template is at 2.0 by now."""
    first = {
        "a.txt": "1\n2\n3\n4\n5\n{{ cookiecutter.author }}\n",
        "b.txt": "b\n",
        "gone.txt": "g\n",
        "pyproject.toml": PYPROJECT,
    }
    folder = write_template(first)
    root = new_project(tmp_path / "p", template=str(folder), answers={"author": "Lab"})
    second = {
        "a.txt": "one\n2\n3\n4\n5\n{{ cookiecutter.author }}\n",
        "b.txt": "bb\n",
        "gone.txt": None,
        "new/n.txt": "{{ cookiecutter.more }}\n",
        "pyproject.toml": PYPROJECT.replace("x = 1", "x = 2"),
    }
    write_template(second, manifest={"_version": "2.0", "more": "m"})
    return root


def kinds(update):
    return {change.path: change.kind.value for change in update.changes}


def test_a_project_that_nobody_touched_becomes_what_the_template_makes(
    project, write_template, tmp_path
):
    update = template_update.plan_update(project)
    assert kinds(update) == {
        "a.txt": "changed",
        "b.txt": "changed",
        "gone.txt": "removed",
        "new/n.txt": "added",
        "pyproject.toml": "changed",
    }
    update.write()
    fresh = new_project(
        tmp_path / "q",
        template=str(tmp_path / "small"),
        answers={"author": "Lab", "program_name": "p"},
    )
    files = sorted(path for path in fresh.rglob("*") if path.is_file())
    assert [path.relative_to(fresh) for path in files] == sorted(
        path.relative_to(project) for path in project.rglob("*") if path.is_file()
    )
    for path in files:
        assert (project / path.relative_to(fresh)).read_bytes() == path.read_bytes()


def test_what_both_changed_in_different_places_is_merged(project):
    with (project / "a.txt").open("a") as file:
        file.write("mine\n")
    (project / "b.txt").unlink()
    (project / "own.txt").write_text("own")
    update = template_update.plan_update(project)
    update.write()

    assert kinds(update)["a.txt"] == "merged"
    assert kinds(update)["b.txt"] == "left out"
    assert update.conflicts == 0
    assert (project / "a.txt").read_text() == "one\n2\n3\n4\n5\nLab\nmine\n"
    assert not (project / "b.txt").exists()
    assert (project / "own.txt").read_text() == "own"
    assert template_update.plan_update(project).files == {}


def test_a_conflict_stands_in_the_file_and_the_next_update_begins_behind_it(
    project, write_template
):
    (project / "b.txt").write_text("mine\n")
    (project / "gone.txt").write_text("mine\n")
    update = template_update.plan_update(project)
    update.write()

    assert update.conflicts == 2
    assert (project / "b.txt").read_text() == (
        f"<<<<<<< yours\nmine\n=======\nbb\n>>>>>>> template {update.new.label}\n"
    )
    assert (project / "gone.txt").read_text() == "mine\n"
    (project / "b.txt").write_text("resolved\n")
    write_template({"c.txt": "c\n"}, manifest={"_version": "3.0", "more": "m"})
    later = template_update.plan_update(project)
    assert kinds(later) == {"c.txt": "added"}


def test_the_record_follows(project):
    template_update.plan_update(project, answers={"more": "x"}).write()
    record = read_record(project / "pyproject.toml")

    assert record.version == "2.0"
    assert record.answers == {"program_name": "p", "author": "Lab", "more": "x"}
    assert (project / "new/n.txt").read_text() == "x\n"


def test_another_answer_is_an_update_too(project):
    template_update.plan_update(project).write()
    update = template_update.plan_update(project, answers={"author": "Team"})

    assert kinds(update) == {"a.txt": "changed"}
    assert "-Lab\n+Team\n" in update.diff()


def test_the_merge_of_pyproject_leaves_the_record_out(project):
    path = project / "pyproject.toml"
    path.write_text(path.read_text().replace("x = 1", "x = 1\ny = 1\n\n[tool.mine]"))
    with path.open("a") as file:
        file.write("[tool.behind]\n")
    update = template_update.plan_update(project)
    update.write()

    assert kinds(update)["pyproject.toml"] == "conflict"
    text = path.read_text()
    assert text.count("<<<<<<<") == text.count(">>>>>>>") == 1
    assert "[tool.behind]" in text
    assert text.index("[tool.behind]") < text.index("[tool.qrt.template]")
    with pytest.raises(TemplateError, match="Resolve its conflicts first") as caught:
        template_update.plan_update(project)
    assert caught.value.hint


def test_nothing_is_written_by_a_plan(project):
    before = {path: path.read_bytes() for path in project.rglob("*.*")}
    diff = template_update.plan_update(project).diff()

    assert {path: path.read_bytes() for path in project.rglob("*.*")} == before
    assert "--- a/gone.txt\n+++ /dev/null\n" in diff
    assert "--- /dev/null\n+++ b/new/n.txt\n@@ -0,0 +1 @@\n+m\n" in diff
    assert BASE not in diff


def test_a_project_with_changes_that_are_not_committed_is_refused(project, commit):
    commit(project)
    template_update.plan_update(project)
    (project / "untracked.txt").write_text("")
    template_update.plan_update(project)
    (project / "a.txt").write_text("mine")

    with pytest.raises(DirtyProjectError) as caught:
        template_update.plan_update(project)
    assert str(caught.value) == (
        "There are changes that are not committed: a.txt. Commit them, so that the "
        "update can be looked at and taken back, or pass --allow-dirty."
    )
    assert template_update.plan_update(project, allow_dirty=True).changes


def test_a_project_without_a_record_says_how_to_begin(project):
    (project / "pyproject.toml").write_text(PYPROJECT)

    with pytest.raises(TemplateError) as caught:
        template_update.plan_update(project)
    assert str(caught.value) == (
        f"{project} does not say which template it came from. Name it once: `qrt "
        "template update --template NAME -d NAME=ANSWER`; where your files differ from "
        "it is then a conflict."
    )


def test_a_project_begins_anew_with_a_template_that_is_named(project, tmp_path):
    (project / "pyproject.toml").write_text("[project]\nname = 'p'\nx = 3\n")
    (project / BASE).unlink()
    update = template_update.plan_update(
        project, template=str(tmp_path / "small"), answers={"author": "Lab"}
    )
    update.write()

    assert kinds(update) == {
        "a.txt": "conflict",
        "b.txt": "conflict",
        "new/n.txt": "added",
        "pyproject.toml": "conflict",
    }
    assert (project / "a.txt").read_text().endswith("2\n3\n4\n5\nLab\n")


def test_a_project_without_what_the_template_made_says_how_to_go_on(project):
    (project / BASE).unlink()

    with pytest.raises(TemplateError) as caught:
        template_update.plan_update(project)
    assert "does not hold what" in caught.value.message
    assert caught.value.hint == (
        "Take .qrt-template.zip back from the project's history; or remove it and begin "
        "anew with `qrt template update --template ../small`: where your files differ "
        "from the template is then a conflict."
    )
    (project / BASE).write_text("no zip file")
    with pytest.raises(TemplateError, match="can not be read: File is not") as again:
        template_update.plan_update(project)
    assert again.value.hint == caught.value.hint


def test_a_template_that_moved_is_named(project, tmp_path):
    (tmp_path / "small").rename(tmp_path / "moved")
    with pytest.raises(TemplateError) as caught:
        template_update.plan_update(project)
    assert str(caught.value) == (
        f"{project} came from the template ../small. There is no template "
        f"'{tmp_path / 'small'}'. Name where it is now: `qrt template update --template "
        "PATH/URL`."
    )

    update = template_update.plan_update(project, template=str(tmp_path / "moved"))
    assert kinds(update)["b.txt"] == "changed"


def test_a_recorded_answer_that_is_no_choice_any_more_is_said(project, write_template):
    write_template({}, manifest={"author": ["Other", "Team"], "more": "m"})

    with pytest.raises(UsageError, match="author='Lab' is none of the template's"):
        template_update.plan_update(project)
    assert template_update.plan_update(project, answers={"author": "Team"})


def test_a_link_is_not_written_through(project, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (project / "new").symlink_to(outside)
    with pytest.raises(TemplateError, match="is a link, or lies behind one"):
        template_update.plan_update(project)

    (project / "new").unlink()
    (project / "a.txt").unlink()
    (project / "a.txt").symlink_to(tmp_path / "small" / "cookiecutter.json")
    with pytest.raises(TemplateError, match="is a link, or lies behind one"):
        template_update.plan_update(project)


def test_a_base_that_was_tampered_with_writes_nothing_elsewhere(project, tmp_path):
    import zipfile

    with zipfile.ZipFile(project / BASE, "w") as archive:
        archive.writestr("../../evil", "x")

    with pytest.raises(TemplateError, match="which leads out of the folder"):
        template_update.plan_update(project)


def test_a_repository_is_followed_to_its_newest_version(
    write_template, tmp_path, commit
):
    folder = write_template({"a.txt": "1\n"})
    commit(folder, tag="v1")
    address = f"file://{folder}"
    root = new_project(tmp_path / "p", template=address)
    write_template({"a.txt": "2\n"})
    commit(folder, tag="v2")
    pinned = new_project(tmp_path / "q", template=f"{address}#v1")

    assert kinds(template_update.plan_update(root)) == {"a.txt": "changed"}
    assert template_update.plan_update(pinned).changes == ()
    moved = template_update.plan_update(pinned, template=f"{address}#v2")
    moved.write()
    assert (pinned / "a.txt").read_text() == "2\n"
    assert read_record(pinned / "pyproject.toml").name == f"{address}#v2"


def test_hooks_run_in_an_update_with_consent_alone(write_template, tmp_path):
    hook = {"hooks/post_gen_project.py": "import os\nos.remove('b.txt')"}
    folder = write_template({"a.txt": "1\n", "b.txt": ""}, outer=hook)
    root = new_project(tmp_path / "p", template=str(folder), trust=True)
    write_template({"a.txt": "2\n"}, outer=hook)

    with pytest.raises(TemplateError, match="runs code of its own"):
        template_update.plan_update(root)
    update = template_update.plan_update(root, trust=True)
    assert {c.path: c.kind for c in update.changes} == {"a.txt": Kind.CHANGED}


def test_a_folder_that_is_none_is_an_error(tmp_path):
    with pytest.raises(ProjectError, match="is no folder"):
        template_update.plan_update(tmp_path / "nowhere")


@pytest.mark.parametrize("kind", ["hello-world", "sampling", "variational"])
def test_a_new_project_of_a_built_in_template_is_up_to_date(tmp_path, kind):
    root = new_project(tmp_path / "p", template=kind)

    assert template_update.plan_update(root).files == {}
