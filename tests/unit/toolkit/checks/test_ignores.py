"""What an author chose not to hear, and what can not be chosen."""

import pytest

from toolkit.checks import judge, run_checks
from toolkit.checks.preferences import ignored_in_runs
from toolkit.publish.plan import Verdict

MAIN = "def main(backend, user_messenger, *, text, times=2): ...\n"
TOKEN = f'token = "{"qrt_" + "aB3" * 12}"'


def told(make_project, program, *, table="", files=None):
    """Codes, lines and words of a project with this table [tool.qrt.check]."""
    pyproject = f"[project]\nname = 'x'\n[tool.qrt.check]\n{table}"
    root = make_project(
        program=program + MAIN, files={"pyproject.toml": pyproject, **(files or {})}
    )
    return [(f.code, f.line, f.message) for f in run_checks(root)]


@pytest.mark.parametrize(
    "program",
    [
        "print(1)  # qrt: ignore[QRT130]\n",
        "print(1)#qrt:ignore[ QRT130 ,]\n",
        "print(1)  # noqa: T201  # qrt: ignore[QRT130] because it must\n",
        "print(\n    1,\n)  # qrt: ignore[QRT130]\n",
        "print(  # qrt: ignore[QRT130]\n    1,\n)\n",
        "if 1:\n    print(1)  # qrt: ignore[QRT130]\n",
        "from qiskit import (\n    execute,  # qrt: ignore[QRT140]\n)\n",
        "import qiskit\nf = lambda: qiskit.execute()  # qrt: ignore[QRT140]\n",
    ],
)
def test_a_comment_hides_the_finding_of_its_statement(make_project, program):
    assert told(make_project, program) == []


def test_a_comment_hides_its_own_line_alone(make_project):
    program = "print(1)  # qrt: ignore[QRT130]\nprint(2)\n"

    assert told(make_project, program) == [("QRT130", 2, "print is called at import.")]


def test_the_same_words_in_a_text_are_no_comment(make_project):
    program = 'x = "# qrt: ignore[QRT130]"; print(x)\n'

    assert [code for code, *_ in told(make_project, program)] == ["QRT130"]


@pytest.mark.parametrize(
    ("comment", "code", "words"),
    [
        ("# qrt: ignore", "QRT601", "An ignore without codes would hide what comes"),
        ("# qrt: ignore[]", "QRT601", "An ignore without codes would hide what comes"),
        ("# qrt: noqa", "QRT601", "`# qrt: noqa` says nothing that the checks know."),
        ("# qrt: ignore[QRT13]", "QRT601", "There is no code 'QRT13'."),
        ("# qrt: ignore[ruff:F401]", "QRT601", "ruff:F401 is a rule of Ruff."),
        ("# qrt: ignore[QRT401]", "QRT601", "QRT401 can not be ignored: A file holds"),
        ("# qrt: ignore[QRT508]", "QRT601", "QRT508 can not be ignored: a test finds"),
        ("# qrt: ignore[QRT140]", "QRT602", "There is no QRT140 here to ignore."),
    ],
)
def test_an_ignore_that_does_nothing_is_told(make_project, comment, code, words):
    ((found, line, message),) = told(make_project, f"x = 1  {comment}\n")

    assert (found, line) == (code, 1)
    assert message.startswith(words)


def test_an_ignore_on_a_line_of_its_own_does_nothing(make_project):
    found = told(make_project, "# qrt: ignore[QRT130]\nprint(1)\n")

    assert [(code, line) for code, line, _ in found] == [("QRT602", 1), ("QRT130", 2)]


def test_a_project_ignores_codes_everywhere_or_in_some_files(make_project):
    files = {"old/a.py": "print(1)", "new.py": "print(1)"}
    program = "import old.a\nimport new\nprint(2)\n"
    per_file = '[tool.qrt.check.per-file-ignores]\n"old/" = ["QRT130"]'

    some = told(make_project, program, table=per_file, files=files)
    assert [line for _, line, _ in some] == [1, 3]
    assert told(make_project, program, table='ignore = ["QRT130"]', files=files) == []


def test_findings_in_program_json_are_ignored_by_its_name(make_project, metadata):
    metadata["spec"]["parameters"]["properties"]["times"]["default"] = 3
    table = '[tool.qrt.check.per-file-ignores]\n"program.json" = ["QRT115"]'
    pyproject = f"[project]\nname = 'x'\n{table}"

    assert (
        run_checks(make_project(metadata=metadata, files={"pyproject.toml": pyproject}))
        == []
    )


@pytest.mark.parametrize(
    ("table", "code", "words"),
    [
        ('ignore = ["QRT13O"]', "QRT601", "There is no code 'QRT13O'."),
        ('ignore = ["QRT130"]', "QRT602", "[tool.qrt.check] ignores QRT130, which is"),
        ('ignore = ["QRT402"]', "QRT601", "QRT402 can not be ignored: A file is made"),
        (
            "ignore = 'QRT130'",
            "QRT203",
            "tool.qrt.check.ignore is not a list of codes.",
        ),
        ("ruff = 1", "QRT203", "tool.qrt.check.ruff is 1, and not true or false."),
        ("per-file-ignores = 1", "QRT203", "tool.qrt.check.per-file-ignores is not"),
        ("ignored = []", "QRT203", "tool.qrt.check has no 'ignored'; it has ignore,"),
        (
            '[tool.qrt.check.per-file-ignores]\n"*.md" = ["QRT130"]',
            "QRT602",
            "[tool.qrt.check] ignores QRT130 for '*.md', which is not found.",
        ),
    ],
)
def test_a_table_that_does_nothing_is_told(make_project, table, code, words):
    ((found, _, message),) = told(make_project, "", table=table)

    assert found == code
    assert message.startswith(words)


@pytest.mark.parametrize("code", ["QRT501", "QRT602"])
def test_codes_that_come_later_are_never_called_needless(make_project, code):
    assert told(make_project, "", table=f'ignore = ["{code}"]') == []


def test_a_project_may_choose_not_to_hear_of_needless_ignores(make_project):
    program = "x = 1  # qrt: ignore[QRT130]\n"

    assert told(make_project, program, table='ignore = ["QRT602"]') == []


def test_what_is_ignored_is_counted(make_project):
    judged = judge(make_project(program=f"print(1)  # qrt: ignore[QRT130]\n{MAIN}"))

    assert judged.findings == ()
    assert [f.code for f in judged.ignored] == ["QRT130"]


class Service:
    """One where nothing is published."""

    def whoami(self):
        return {"name": "ada", "role": "author"}

    def program(self, *names):
        from program_runtime.errors import RuntimeProgramNotFound

        raise RuntimeProgramNotFound(str(names))

    release = program


def verdict(root, tmp_path):
    from toolkit.project import load_project
    from toolkit.publish import plan_publish

    plan = plan_publish(load_project(root), Service(), out_dir=tmp_path / "dist")
    return plan.verdict, [f.code for f in plan.errors]


def test_an_ignored_error_does_not_stop_a_release(make_project, tmp_path):
    ignoring = "import pandas  # qrt: ignore[QRT121]\n" + MAIN
    stopped = make_project("a", program=ignoring.replace("QRT121", "QRT130"))

    assert verdict(stopped, tmp_path) == (Verdict.FINDINGS, ["QRT121"])
    root = make_project("b", program=ignoring)
    assert verdict(root, tmp_path) == (Verdict.NEW, [])


def test_a_secret_stops_a_release_whatever_is_ignored(make_project, tmp_path):
    root = make_project(
        program=f"{TOKEN}  # qrt: ignore[QRT401]\n{MAIN}",
        files={
            "deploy.key": "",
            "pyproject.toml": '[tool.qrt.check]\nignore = ["QRT401", "QRT402"]\n',
        },
    )
    assert verdict(root, tmp_path) == (Verdict.FINDINGS, ["QRT402", "QRT401"])


def test_reports_without_files_ignore_what_the_whole_project_ignores():
    table = {"ignore": ["QRT506", "QRT130"], "per-file-ignores": {"a.py": ["QRT507"]}}

    assert ignored_in_runs({"check": table}) == {"QRT506", "QRT130"}
    assert ignored_in_runs({"check": 3}) == frozenset()
