"""What the installed command prints about a real service, held against its forms."""

import json

import pytest
import shells
from unit.toolkit.cli import json_forms

LADDER = """
def main(backend, user_messenger, *, height, text="rung"):
    for step in range(height):
        user_messenger.publish({"step": step, "energy": -float(step)})
    print("\\x1b[2Jclimbed")
    return {"height": height, "text": text}
"""
METADATA = {
    "name": "ladder",
    "version": "1.0.0",
    "description": "Climbs.",
    "spec": {
        "parameters": {
            "type": "object",
            "properties": {
                "height": {"type": "integer", "minimum": 1, "description": "Rungs."},
                "text": {"type": "string", "default": "rung"},
            },
            "required": ["height"],
        },
        "interim_results": {"type": "object"},
        "return_values": {"type": "object"},
    },
}


@pytest.fixture(scope="module")
def ladder(live, tmp_path_factory):
    """The program's project; it is published, and its folder is where users are."""
    root = tmp_path_factory.mktemp("ladder")
    (root / "program.py").write_text(LADDER)
    (root / "program.json").write_text(json.dumps(METADATA))
    (root / "pyproject.toml").write_text("[tool.qrt]\nseed = 3\n")
    (root / "inputs").mkdir()
    (root / "inputs/low.json").write_text('{"height": 2}')
    answer = json.loads(live.qrt("publish", "--json", cwd=root).stdout)
    json_forms.check("publish", answer)
    return root


@pytest.fixture(scope="module")
def job_id(live, ladder):
    told = live.qrt("submit", "ladder", "--sample", "low", "--follow", cwd=ladder)
    assert json.loads(told.stdout) == {"height": 2, "text": "rung"}
    return told.stderr.splitlines()[0]


@pytest.mark.parametrize(
    "words",
    [
        ("backends",),
        ("config", "show"),
        ("jobs",),
        ("profiles",),
        ("programs", "list"),
        ("programs", "show", "ladder"),
        ("programs", "show", "ladder@1.0.0"),
        ("programs", "releases", "ladder"),
        ("programs", "source", "ladder"),
        ("programs", "label", "ladder", "stable", "1.0.0"),
        ("programs", "public", "ladder"),
        ("programs", "private", "ladder"),
        ("user", "list"),
        ("user", "add", "u_a"),
        ("whoami",),
    ],
    ids=" ".join,
)
def test_the_answer_is_one_object_of_its_form(live, ladder, words):
    told = live.qrt(*words, "--json", cwd=ladder)
    name = (
        " ".join(words[:2]) if words[0] in {"programs", "user", "config"} else words[0]
    )
    json_forms.check(name, json.loads(told.stdout))
    assert told.stdout.count("\n") == 1


def test_the_words_about_a_job_have_their_forms(live, job_id):
    def answer(*words):
        return json.loads(live.qrt(*words, job_id, "--json").stdout)

    result = json_forms.check("result", answer("result"))
    assert result["result"] == {"height": 2, "text": "rung"}
    assert json_forms.check("logs", answer("logs"))["logs"] == "\x1b[2Jclimbed\n"
    lines = live.qrt("follow", job_id, "--json").stdout.splitlines()
    events = json_forms.check_stream("follow", [json.loads(line) for line in lines])
    assert [line["seq"] for line in events[:-1]] == list(range(1, len(events)))
    assert events[-1] == {"type": "outcome", "status": "Completed", "failure": None}
    lines = live.qrt("logs", "-f", job_id, "--json").stdout.splitlines()
    json_forms.check_stream("logs --follow", [json.loads(line) for line in lines])


def test_people_see_what_the_service_says_without_its_escapes(live, ladder, job_id):
    shown = live.qrt("programs", "show", "ladder").stdout
    assert "height  integer >= 1  yes       -        Rungs.\n" in shown
    # The log went to stderr while following, where a person reads.
    told = live.qrt("follow", job_id)
    assert told.stdout == '{"step": 0, "energy": -0.0}\n{"step": 1, "energy": -1.0}\n'
    assert "log: \\x1b[2Jclimbed\n" in told.stderr


def test_a_local_run_of_the_same_project_has_its_form(live, ladder):
    told = live.qrt("run", "-i", "height=3", "--json", cwd=ladder)
    lines = [json.loads(line) for line in told.stdout.splitlines()]
    outcome = json_forms.check_stream("run", lines)[-1]
    assert (outcome["status"], outcome["report"]["interim_total"]) == ("Completed", 3)
    assert "with inputs/low.json, height from the command line\n" in told.stderr
    assert (
        "the inputs arrive unchanged; the result and 3 interim results " in told.stderr
    )


def test_a_setting_of_the_project_reaches_the_job_and_a_flag_goes_over_it(live, ladder):
    words = ("submit", "ladder", "--sample", "low", "--json")
    for flags, seed in (((), 3), (("--seed", "4"), 4)):
        told = live.qrt(*words, *flags, cwd=ladder)
        job = json_forms.check("submit", json.loads(told.stdout))
        assert live.finished(job["id"])["options"]["seed"] == seed


def test_missing_inputs_name_the_sample_of_the_project(live, ladder):
    error = live.refusal("submit", "ladder", code=3, cwd=ladder)
    assert error["hint"] == "Say --sample low."
    error = live.refusal("submit", "ladder", code=3)
    assert error["hint"] == "`qrt programs show ladder` explains the inputs."
    json_forms.check_error({"error": error})


def test_the_token_is_in_no_log_however_much_is_asked_for(live, job_id):
    for words in (("jobs",), ("follow", job_id), ("whoami",)):
        told = live.qrt(*words, "-vv", QRT_TOKEN=live.token)
        assert "service: " in told.stderr
        assert live.token not in told.stdout + told.stderr


def test_a_shell_is_offered_what_the_service_holds(live, ladder, job_id):
    expected = {
        "qrt submit lad": "ladder",
        "qrt submit ladder:la": "latest",
        "qrt submit ladder@1": "1.0.0",
        f"qrt follow {job_id[:-2]}": job_id,
        "qrt programs label ladder la": "latest",
        "qrt programs label ladder x 1.": "1.0.0",
    }
    found = shells.offers_of("bash", expected, live.environment)
    assert dict(zip(expected, found, strict=True)) == expected


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("submit laddr -i height=1", "Did you mean 'ladder'?"),
        ("submit ladder:latst -i height=1", "Did you mean 'latest'?"),
        ("submit ladder@1.0 -i height=1", "Did you mean '1.0.0'?"),
        ("programs show laddr", "Did you mean 'ladder'?"),
        ("programs source ladder:latst", "Did you mean 'latest'?"),
        ("programs label ladder stable 1.0", "Did you mean '1.0.0'?"),
        ("programs diff ladder 1.0.0 latst", "Did you mean 'latest'?"),
        ("programs rollback ladder 1.0", "Did you mean '1.0.0'?"),
        ("stub laddr", "Did you mean 'ladder'?"),
        ("user revoke ownr", "Did you mean 'owner'?"),
    ],
)
def test_what_the_service_knows_is_suggested(live, ladder, words, meant):
    assert meant in live.qrt(*words.split(), code=5).stderr


def test_a_filter_that_names_no_program_is_told(live, ladder):
    told = live.qrt("jobs", "--program", "laddr").stderr
    assert "There is no program 'laddr'. Did you mean 'ladder'?" in told


def test_a_job_is_kept_compared_and_submitted_again(live, ladder, job_id):
    def answer(name, *words):
        told = live.qrt(*name.split(), *words, "--json", cwd=ladder)
        return json_forms.check(name, json.loads(told.stdout))

    kept = answer("job export", job_id, "-o", "kept.zip")
    assert {"inputs.json", "events.jsonl", "bundle.zip"} <= set(kept["parts"])
    facts = answer("job show", "kept.zip")
    assert (facts["job"], facts["seed"]) == (job_id, 3)
    assert facts["versions"]["qiskit"]
    again = answer("rerun", "kept.zip")["id"]
    live.finished(again)
    compared = answer("compare", job_id, again)
    assert (compared["first_difference"], compared["parted_at"]) == (None, None)
    assert compared["curves"]["energy"][0] == [[1, 0.0], [2, -1.0]]
