"""Whether the driver can tell: a defence that is not there must not pass."""

from pathlib import Path

import pytest

from . import corpus, table
from .judge import Observation, judge, judge_off

TOKEN = "TOKEN-0123"


def attack(**header):
    return corpus.Attack(name="kind/name", path=Path("name.py"), **header)


def saw(end="Completed", **seen):
    return Observation(end=end, **seen)


def test_what_was_refused_is_blocked():
    seen = saw(result={"refused": {"way": "PermissionError: [Errno 1]"}})
    assert judge(attack(), seen, TOKEN).word == "BLOCKED"


def test_an_end_that_the_attack_names_is_blocked():
    seen = saw("wall_time", message="The program ran 1.0 s, the limit is 1 s.")
    verdict = judge(attack(blocked_by=("wall_time",)), seen, TOKEN)
    assert (verdict.word, verdict.good) == ("BLOCKED", True)


@pytest.mark.parametrize(
    "seen",
    [
        {"result": {"got": {"way": "anything"}}},
        {"texts": f'["{TOKEN}-of-the-server"]', "result": {"refused": "so it says"}},
        {"evidence": ["a socket heard it"], "result": {"refused": "so it says"}},
        {"harm": ["left process 7"], "result": {"refused": "so it says"}},
    ],
    ids=["got", "secret", "evidence", "harm"],
)
def test_success_is_seen_whatever_the_program_says(seen):
    verdict = judge(attack(blocked_by=("refused", "Completed")), saw(**seen), TOKEN)
    assert (verdict.word, verdict.good) == ("SUCCEEDED", False)


@pytest.mark.parametrize("end", ["Completed", "program_error", "crashed", ""])
def test_an_end_that_says_nothing_is_inconclusive_and_not_good(end):
    verdict = judge(attack(), saw(end), TOKEN)
    assert (verdict.word, verdict.good) == ("INCONCLUSIVE", False)


def test_with_the_defence_off_only_success_is_good():
    success = judge_off(attack(), saw(result={"got": 1}), TOKEN)
    assert success.good
    refused = saw(result={"refused": "by this kernel"})
    assert not judge_off(attack(), refused, TOKEN).good
    lacking = judge_off(attack(may_lack="no such call here"), refused, TOKEN)
    assert (lacking.word, lacking.good) == ("ABSENT", True)


def test_every_attack_says_what_it_tries_and_how_it_is_seen():
    attacks = corpus.attacks()
    assert len({each.name for each in attacks}) == len(attacks) > 100
    for each in attacks:
        assert set(each.levels) <= set(corpus.LEVELS)
        for user in ("root", "ordinary"):
            way = each.off_for(user)
            assert way in {"none", "bare"} or " " in way, each.name


def test_an_unknown_key_of_a_header_is_an_error(tmp_path):
    path = tmp_path / "attack.py"
    path.write_text('"""Tries."""\nATTACK = {"blockedby": []}\n')
    header = corpus._header(path, "ATTACK")
    with pytest.raises(TypeError, match="blockedby"):
        corpus.Attack(name="kind/attack", path=path, **header)


def test_the_table_ends_with_a_count():
    cell = {"word": "BLOCKED", "reason": "", "good": True}
    report = {
        "user": "ordinary",
        "columns": ["off", "strong"],
        "rows": {"a/b": {"off": {**cell, "word": "SUCCEEDED"}, "strong": cell}},
        "not_offered": {"reduced": "no Landlock"},
        "troubles": ["strong: a file is left"],
        "seconds": 1.4,
    }
    *_, last = lines = list(table.lines(report))
    assert "a/b  SUCCEEDED     BLOCKED     " in lines
    assert "\nnot offered here: reduced: no Landlock" in lines
    assert last == (
        "1 programs as ordinary; off: 1 SUCCEEDED; strong: 1 BLOCKED; 1 wrong; 1 s"
    )
