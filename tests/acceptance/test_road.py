"""One program all the way, by the installed command, as a new user would."""

import json
import subprocess

import pytest

EXACT = -1.857275030202


@pytest.fixture
def project(qrt, tmp_path):
    qrt("new", "my-vqe", "--template", "variational", "--defaults")
    return tmp_path / "my-vqe"


def test_a_new_project_is_checked_run_built_and_tested(qrt, project):
    assert json.loads(qrt("check", "--strict", "--json", cwd=project).stdout) == {
        "ok": True,
        "findings": [],
        "ignored": 0,
    }
    assert "is up to date" in qrt("template", "update", cwd=project).stderr
    ran = qrt("run", cwd=project)
    assert json.loads(ran.stdout)["energy"] == pytest.approx(EXACT, abs=0.02)
    assert "Completed in" in ran.stderr
    first = json.loads(qrt("build", "--json", cwd=project).stdout)
    again = json.loads(qrt("build", "--json", "-o", "other", cwd=project).stdout)
    assert first["digest"] == again["digest"]
    assert "passed" in qrt("test", cwd=project).stdout


def test_a_project_is_published_run_and_followed_on_the_service(qrt, project, serving):
    planned = json.loads(qrt("publish", "--dry-run", "--json", cwd=project).stdout)
    assert planned["dry_run"] is True
    assert "my-vqe" not in qrt("programs", "list", "--json").stdout
    published = json.loads(qrt("publish", "--json", cwd=project).stdout)
    assert published["digest"].startswith("sha256:")
    assert qrt("publish", cwd=project).returncode == 0  # the same bytes are no error

    submitted = qrt("submit", "my-vqe", "-i", "@inputs/h2.json", cwd=project)
    job_id = submitted.stdout.strip()
    assert job_id.startswith("job_")
    followed = qrt("follow", job_id)
    energies = [json.loads(line)["energy"] for line in followed.stdout.splitlines()]
    assert len(energies) > 5
    assert energies[-1] == pytest.approx(EXACT, abs=0.1)
    result = json.loads(qrt("result", job_id).stdout)
    assert result["energy"] == pytest.approx(EXACT, abs=0.02)
    listed = json.loads(qrt("jobs", "--json").stdout)
    assert [job["id"] for job in listed["jobs"]] == [job_id]
    assert listed["jobs"][0]["state"]["status"] == "Completed"
    assert qrt("cancel", job_id, code=6).stderr.startswith("error: ")


def test_other_bytes_under_a_published_version_are_a_conflict(qrt, project, serving):
    qrt("publish", cwd=project)
    with (project / "program.py").open("a") as source:
        source.write("\n# changed\n")
    refused = json.loads(qrt("publish", "--json", cwd=project, code=6).stdout)
    assert refused["error"]["code"] == "conflict"
    assert "0.1.0" in refused["error"]["message"]


def test_a_job_that_fails_ends_with_1_and_shows_the_authors_frames(
    qrt, project, serving
):
    (project / "program.py").write_text(
        "def main(backend, user_messenger, *, hamiltonian=None, **rest):\n"
        "    return 1 / 0\n"
    )
    qrt("run", cwd=project, code=1)
    failed = qrt("run", cwd=project, code=1).stderr
    assert "error: program_error: ZeroDivisionError: division by zero" in failed
    assert "program.py" in failed
    assert "site-packages" not in failed


def test_inputs_are_refused_before_a_job_exists(qrt, project, serving):
    qrt("publish", cwd=project)
    refused = qrt("submit", "my-vqe", "-i", "iteration=5", "--json", code=3)
    error = json.loads(refused.stdout)["error"]
    assert error["code"] == "bad_inputs"
    paths = " ".join(
        f["path"] + f["message"] + f.get("hint", "") for f in error["findings"]
    )
    assert "iterations" in paths  # did you mean
    assert "hamiltonian" in paths  # missing
    assert json.loads(qrt("jobs", "--json").stdout)["count"] == 0


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("submit", "no-such-program"), 5, "no-such-program"),
        (("result", "job_none"), 5, "job_none"),
        (("follow", "job_none"), 5, "job_none"),
        (("logs", "job_none"), 5, "job_none"),
        (("programs", "show", "nothing"), 5, "nothing"),
    ],
)
def test_what_does_not_exist_is_named(qrt, serving, words, code, said):
    assert said in qrt(*words, code=code).stderr


def test_a_wrong_token_is_told_what_to_do(qrt, serving):
    told = qrt("jobs", code=4, QRT_URL=serving.url, QRT_TOKEN="qrt_wrong")
    assert "hint: " in told.stderr
    assert "qrt_wrong" not in told.stderr


def test_an_unreachable_service_is_7(qrt):
    told = qrt("jobs", code=7, QRT_URL="http://127.0.0.1:9", QRT_TOKEN="t", timeout=60)
    assert "http://127.0.0.1:9" in told.stderr


def test_users_log_in_with_a_token_that_is_shown_once(qrt, serving):
    token = qrt("user", "add", "new-author", "--role", "author").stdout.strip()
    assert token.startswith("qrt_")
    qrt("login", serving.url, "--token-stdin", "--name", "lab", stdin=token + "\n")
    me = json.loads(qrt("whoami", "--profile", "lab", "--json").stdout)
    assert (me["name"], me["role"]) == ("new-author", "author")
    assert token not in qrt("user", "list", "--json").stdout
    renewed = qrt("user", "rotate", "new-author").stdout.strip()
    assert renewed != token
    qrt("whoami", "--profile", "lab", code=4)
    qrt("user", "revoke", "new-author")
    qrt("whoami", code=4, QRT_URL=serving.url, QRT_TOKEN=renewed)
    qrt("logout", "lab")
    assert (
        json.loads(qrt("profiles", "--json").stdout)["profiles"][0]["name"] == "local"
    )


def test_the_local_service_starts_by_itself_and_is_found_again(qrt, project):
    first = json.loads(qrt("whoami", "--json").stdout)
    second = json.loads(qrt("whoami", "--json").stdout)
    assert first["url"] == second["url"]
    pid = json.loads((_data_dir(qrt) / "service.json").read_text())["pid"]
    subprocess.run(["kill", str(pid)], check=True)


def _data_dir(qrt):
    from pathlib import Path

    return Path(qrt.environment["QRT_DATA_DIR"])


def test_completion_scripts_are_printed(qrt):
    assert "_QRT_COMPLETE" in qrt("completion", "bash").stdout
