"""What programs may not ask of the kernel is refused, and what they need is not."""

import json
import os

import dangerous_calls
import pytest
import user_calls
from fenced_process import WORKS, outcomes

from program_runtime.execution.confinement import kernel, seccomp

pytestmark = pytest.mark.skipif(
    not seccomp.available(), reason="this machine has no filter of system calls"
)

OTHER_ANSWERS = {
    "have a child by clone3": "ENOSYS",
    "call as an old machine": "SIGSYS",
    "open a Unix socket": "EAFNOSUPPORT",
    "open an internet socket": "EAFNOSUPPORT",
    "open a version 6 socket": "EAFNOSUPPORT",
    "open a netlink socket": "EAFNOSUPPORT",
}


@pytest.mark.parametrize("name", sorted(dangerous_calls.ATTACKS))
def test_an_attack_by_a_system_call_is_refused(user, name):
    without, within = outcomes(user, "dangerous_calls.py", "system")[name]
    if name in dangerous_calls.ROOTS_ALONE and user != "root":
        assert without == "EPERM"
    elif without in {"ENOSYS", "EPERM", "EIO"}:
        pytest.skip(f"this kernel refuses it anyway: {without}")
    else:
        assert without == WORKS
    assert within == OTHER_ANSWERS.get(name, "EPERM")


@pytest.mark.parametrize("name", sorted(user_calls.ON_THE_USER))
def test_an_attack_on_what_else_the_user_has_is_refused(user, name):
    found = outcomes(user, "user_calls.py", "user", "shared")[name]
    assert found == [WORKS, "EPERM"]


@pytest.mark.parametrize("name", sorted(user_calls.ON_THE_USER))
def test_a_program_with_a_user_of_its_own_rules_over_what_is_its_own(user, name):
    found = outcomes(user, "user_calls.py", "user", "own")[name]
    assert found == [WORKS, WORKS]


def test_modes_and_times_of_a_shared_user_stay_and_copying_files_works(user):
    found = outcomes(user, "user_calls.py", "modes", "shared")
    assert found["change the mode"] == ["0o400", "0o600"]
    assert found["change the mode of what is open"] == ["0o400", "0o600"]
    assert found["change the times"] == ["2", "1"]
    assert found["touch a new file"] == [WORKS, WORKS]
    assert found["copy with the mode"] == [WORKS, WORKS]


def test_with_a_network_only_internet_sockets_are_allowed(user):
    found = outcomes(user, "dangerous_calls.py", "network")
    refused = {"open a Unix socket", "open a netlink socket"}
    turned = {"turn a pair to another socket"}
    for name in dangerous_calls.WITH_NETWORK:
        answer = "EAFNOSUPPORT" if name in refused else WORKS
        assert found[name] == [WORKS, "EPERM" if name in turned else answer]


def test_each_call_of_the_list_is_refused_by_this_kernel():
    if os.geteuid() != 0:
        pytest.skip("to others than root, the kernel refuses many of them itself")
    without, within = map(
        json.loads, outcomes("root", "filter_calls.py", "each")["each call"]
    )
    assert "EPERM" not in without.values()
    assert within.pop("clone3") == "ENOSYS"
    assert set(within.values()) == {"EPERM"}


def test_the_filter_holds_for_all_threads_and_for_new_programs(user):
    found = outcomes(user, "filter_calls.py", "round")
    assert found["ask in an older thread"][1] == "EPERM"
    assert found["ask in a new program"][1] == "EPERM"


def test_a_second_filter_does_not_take_the_first_one_away(user):
    found = outcomes(user, "filter_calls.py", "round")
    assert found["lay a second filter"][1] == "EAFNOSUPPORT"


def test_without_forbidding_new_privileges_there_is_no_filter(user):
    found = outcomes(user, "filter_calls.py", "round")
    assert found["forget about privileges"][1] == "EACCES"


def test_other_machines_offer_no_filter(monkeypatch):
    monkeypatch.setattr(kernel, "MACHINE", "riscv64")
    assert not seccomp.available()
    seccomp.prepare()


def test_a_kernel_without_filters_offers_none(monkeypatch):
    def refuse(*_):
        raise OSError(38, "seccomp")

    monkeypatch.setattr(kernel, "syscall", refuse)
    assert not seccomp.available()


def test_filters_are_assembled_once(monkeypatch):
    seccomp.prepare()
    monkeypatch.setattr(seccomp, "_instruction", None)
    for network in (False, True):
        for shared in (False, True):
            options = {"network": network, "shares_user": shared}
            assert seccomp.filter_program(kernel.MACHINE, **options)


def test_the_filter_of_this_machine_is_laid_over_all_threads(monkeypatch):
    asked = []
    monkeypatch.setattr(kernel, "syscall", lambda *words: asked.append(words) or 0)
    seccomp.deny_dangerous_calls(network=False)
    assert [words[:3] for words in asked] == [("seccomp", 1, 1)]


def test_a_thread_that_can_not_be_confined_is_an_error(monkeypatch):
    monkeypatch.setattr(kernel, "syscall", lambda *_: 4711)
    with pytest.raises(OSError, match="thread 4711 has another filter"):
        seccomp.deny_dangerous_calls(network=True)
