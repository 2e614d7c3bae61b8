"""What a template may do when it is rendered, and what it may not."""

import pytest
from cookiecutter.environment import StrictEnvironment

from toolkit.errors import TemplateError
from toolkit.project import rendering, template_archive, templates

ATTACK = (
    "{{ ''.__class__.__mro__[1].__subclasses__() | map(attribute='__name__') | list }}"
)


def render(folder, answers=None, *, trust=False):
    files, final = rendering.render(
        templates.read_template(folder, "small"), answers or {}, ask=False, trust=trust
    )
    return {name: content.decode() for name, (content, _) in files.items()}, final


def test_names_contents_and_defaults_are_rendered(write_template):
    folder = write_template(
        {
            "{{cookiecutter.author}}/a.txt": "{{ cookiecutter.slug }}\n",
            "{% if cookiecutter.author == 'x' %}b.txt{% endif %}": "",
            "{% if cookiecutter.author == 'x' %}c{% endif %}/d.txt": "",
            "raw/e.txt": "{{ raw }}",
        },
        manifest={
            "slug": "{{ cookiecutter.program_name | upper }}",
            "kind": ["{{ cookiecutter.slug }}1", "two"],
            "sure": True,
            "more": {"a": "{{ cookiecutter.author }}"},
            "_copy_without_render": ["raw"],
        },
    )
    files, final = render(folder, {"author": "{{ nobody }}", "sure": "no"})

    assert files == {"{{ nobody }}/a.txt": "MY-PROGRAM\n", "raw/e.txt": "{{ raw }}"}
    assert final == {
        "program_name": "my-program",
        "author": "{{ nobody }}",
        "slug": "MY-PROGRAM",
        "kind": "MY-PROGRAM1",
        "sure": False,
        "more": {"a": "{{ nobody }}"},
    }


def test_line_ends_bytes_and_modes_stay(write_template):
    folder = write_template(
        {"dos.txt": "a\r\n{{ 1 }}\r\n", "b.bin": b"\0{{ 1 }}", "l.txt": b"\xe9{{ 1 }}"}
    )
    (folder / "{{cookiecutter.program_name}}" / "dos.txt").chmod(0o755)
    files, _ = rendering.render(
        templates.read_template(folder, "small"), {}, ask=False, trust=False
    )

    assert files == {
        "b.bin": (b"\0{{ 1 }}", False),
        "dos.txt": (b"a\r\n1\r\n", True),
        "l.txt": (b"\xe9{{ 1 }}", False),
    }


@pytest.mark.parametrize("place", ["content", "name", "default"])
def test_an_expression_does_not_reach_pythons_own_objects(write_template, place):
    in_name = ATTACK.replace("'", '"')
    folder = {
        "content": lambda: write_template({"a.txt": ATTACK}),
        "name": lambda: write_template({f"{in_name}.txt": ""}),
        "default": lambda: write_template({"a.txt": ""}, manifest={"x": ATTACK}),
    }[place]()
    free = StrictEnvironment(context={}).from_string(ATTACK).render()

    assert "Popen" in free  # what it is a way to
    with pytest.raises(TemplateError, match="is unsafe"):
        render(folder)


def test_a_name_does_not_lead_out_of_the_project(write_template, monkeypatch):
    up = "{{ '../' * 3 }}"
    folder = write_template({f"{up}evil.txt": "x"})
    written = []
    with monkeypatch.context() as off:
        off.setattr(template_archive, "fault", lambda name: None)
        off.setattr("pathlib.Path.write_bytes", lambda p, c: written.append(str(p)))
        off.setattr("pathlib.Path.chmod", lambda p, mode: None)
        render(folder)
    assert "/../../../evil.txt" in written[0]

    with pytest.raises(TemplateError, match=r"'../../../evil.txt' leads out of the"):
        render(folder)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("{{ '/' }}etc/passwd", "leaves nothing"),
        ("{{ '.git/' }}config", "is git's own"),
        ("a{{ '\\n' }}b", "is no plain name"),
        ("{{ 'c:/x' }}", "is an absolute path"),
    ],
)
def test_other_names_that_are_none_are_refused_or_left_out(write_template, name, words):
    folder = write_template({name: "x", "b.txt": ""})
    if words == "leaves nothing":
        assert render(folder)[0] == {"b.txt": ""}
    else:
        with pytest.raises(TemplateError, match=words):
            render(folder)


def test_a_link_does_not_bring_other_files_in(write_template, tmp_path):
    (tmp_path / "secret.txt").write_text("secret")
    folder = write_template({"a.txt": ""})
    link = folder / "{{cookiecutter.program_name}}" / "link.txt"
    link.symlink_to("a.txt")
    assert render(folder)[0] == {"a.txt": "", "link.txt": ""}

    link.unlink()
    link.symlink_to(tmp_path / "secret.txt")
    assert link.read_text() == "secret"
    with pytest.raises(
        TemplateError, match=r"holds a link that leads out of it: .*link"
    ):
        render(folder)


@pytest.mark.parametrize("linked", ["{{cookiecutter.program_name}}", "templates"])
def test_a_linked_folder_brings_nothing_in_either(write_template, tmp_path, linked):
    own = {"a.txt": "{% include 'key.txt' %}"} if linked == "templates" else {}
    folder = write_template(own)
    (tmp_path / "away").mkdir()
    (tmp_path / "away" / "key.txt").write_text("secret")
    (folder / linked).symlink_to(tmp_path / "away")

    with pytest.raises(TemplateError, match="a link that leads out of it: ") as caught:
        render(folder)
    assert linked in caught.value.message


HOOK = (
    "from pathlib import Path\nPath('made.txt').write_text('{{ cookiecutter.author }}')"
)


def test_hooks_run_with_consent_alone(write_template):
    folder = write_template(
        {"a.txt": ""}, outer={"hooks/post_gen_project.py": HOOK, "hooks/notes.md": ""}
    )
    with pytest.raises(TemplateError) as caught:
        render(folder)
    assert str(caught.value) == (
        "The template small runs code of its own: hooks/post_gen_project.py. Look at "
        "it, and pass --trust if you trust it."
    )
    assert render(folder, trust=True)[0] == {"a.txt": "", "made.txt": "nobody"}


def test_extensions_load_with_consent_alone(write_template):
    folder = write_template(
        {"a.txt": "{% do [] %}"}, manifest={"_extensions": ["jinja2.ext.do"]}
    )
    with pytest.raises(TemplateError, match=r"the extension jinja2\.ext\.do"):
        render(folder)
    assert render(folder, trust=True)[0] == {"a.txt": ""}


def test_a_hook_before_and_what_it_prints(write_template, capfd):
    folder = write_template(
        {"a.txt": ""},
        outer={"hooks/pre_gen_project.sh": "#!/bin/sh\necho hi > b; echo x"},
    )
    assert render(folder, trust=True)[0] == {"a.txt": "", "b": "hi\n"}
    assert capfd.readouterr() == ("", "x\n")


def test_a_hook_that_fails_is_said(write_template):
    outer = {"hooks/pre_gen_project.py": "raise SystemExit(3)"}

    with pytest.raises(TemplateError, match=r"hooks/pre_gen_project\.py ended with 3"):
        render(write_template({}, outer=outer), trust=True)


def test_a_hook_before_the_questions_is_not_known(write_template):
    outer = {"hooks/pre_prompt.py": ""}

    with pytest.raises(TemplateError, match="has a pre_prompt hook"):
        render(write_template({}, outer=outer), trust=True)


@pytest.mark.parametrize(
    "manifest",
    [
        {"_jinja2_env_vars": {"no_such_option": 1}},
        {"_extensions": ["no.such.extension"]},
        {"x": "{{ cookiecutter.nothing }}"},
        {"x": "{{"},
        {"x": "{{ 1 / 0 }}"},
        {"x": "{{ " + "(" * 5000},
    ],
)
def test_what_can_not_be_rendered_is_one_error(write_template, manifest):
    with pytest.raises(TemplateError, match="The template small can not be rendered"):
        render(write_template({"a": ""}, manifest=manifest), trust=True)


def test_nothing_is_left_in_the_folder_of_scratch_files(write_template, tmp_path):
    before = set(tmp_path.iterdir())
    folder = write_template({"a.txt": ""})
    render(folder)

    assert set(tmp_path.iterdir()) - before == {folder}


def test_each_kind_of_question_is_asked_in_its_own_way(write_template, monkeypatch):
    folder = write_template(
        {"a.txt": "{{ cookiecutter.kind }} {{ cookiecutter.more.a }}"},
        manifest={
            "kind": ["{{ cookiecutter.author }}", "two"],
            "sure": True,
            "more": {"a": "{{ cookiecutter.kind }}"},
            "__private": "{{ cookiecutter.author }}!",
            "__prompts__": {"kind": "Which one?"},
        },
    )
    asked = []

    def answering(how):
        def answer(name, default, words):
            asked.append((how, name, default, words.get(name)))
            return default[-1] if isinstance(default, list) else default

        return answer

    for how in ("choice", "variable", "yes_no", "dict"):
        monkeypatch.setattr(f"cookiecutter.prompt.read_user_{how}", answering(how))
    files, final = rendering.render(
        templates.read_template(folder, "small"),
        {"program_name": "given"},
        ask=True,
        trust=False,
    )
    assert asked == [
        ("variable", "author", "nobody", None),
        ("choice", "kind", ["nobody", "two"], "Which one?"),
        ("yes_no", "sure", True, None),
        ("dict", "more", {"a": "two"}, None),
    ]
    assert files["a.txt"] == (b"two two", False)
    assert set(final) == {"program_name", "author", "kind", "sure", "more"}
