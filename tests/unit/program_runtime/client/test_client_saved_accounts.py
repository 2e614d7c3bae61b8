import json
import stat
import sys
import types

import pytest

from program_runtime import errors
from program_runtime.client import locations, profiles
from program_runtime.client.service import QiskitRuntimeService


def save(**given):
    said = {"token": "qrt_planted", "url": "http://lab", **given}
    QiskitRuntimeService.save_account(**said)


def saved(**wanted):
    return QiskitRuntimeService.saved_accounts(**wanted)


def test_a_saved_account_stands_for_its_url_and_token():
    save(name="lab", instance="lab", channel="ibm_cloud", verify="/ca.pem")
    account = QiskitRuntimeService(name="lab").active_account()
    assert account.pop("token").reveal() == "qrt_planted"
    assert account == {
        "channel": "ibm_cloud",
        "url": "http://lab",
        "instance": "lab",
        "verify": "/ca.pem",
    }


def test_an_account_without_a_name_is_used_when_none_is_named():
    save(name="lab")
    assert QiskitRuntimeService().channel == "local"
    save(url="http://usual")
    assert QiskitRuntimeService().active_account()["url"] == "http://usual"
    save(name="other", url="http://other", set_as_default=True)
    assert QiskitRuntimeService().active_account()["url"] == "http://other"
    assert list(saved(default=True)) == ["other"]
    assert sorted(saved(default=False)) == ["default-server", "lab"]


def test_an_ibm_channel_has_an_account_of_its_own():
    save(channel="ibm_quantum", url="http://q")
    save(channel="ibm_cloud", url="http://c")
    service = QiskitRuntimeService(channel="ibm_quantum")
    assert service.active_account()["url"] == "http://q"
    assert service.channel == "ibm_quantum"
    assert sorted(saved()) == ["default-ibm-cloud", "default-ibm-quantum"]
    assert list(saved(channel="ibm_cloud")) == ["default-ibm-cloud"]
    assert list(saved(name="default-ibm-quantum")) == ["default-ibm-quantum"]


def test_the_file_of_accounts_is_that_of_the_profiles_and_private():
    save(name="lab", proxies={"urls": {"https": "http://proxy"}}, verify=False)
    folder = locations.default_config_dir()
    path = folder / profiles.FILE_NAME
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    profile = profiles.load(folder)["lab"]
    assert (profile.trust, profile.proxies) == (False, {"https": "http://proxy"})


def test_tokens_are_masked_when_accounts_are_shown():
    save(name="lab")
    active = QiskitRuntimeService(name="lab").active_account()
    shown = f"{saved()} {active} {saved()!r}"
    assert "qrt_planted" not in shown
    assert "Secret('********')" in shown


def test_an_account_is_not_written_over_unless_that_is_asked_for():
    save(name="lab")
    with pytest.raises(errors.InvalidValueError) as caught:
        save(name="lab", url="http://new")
    assert str(caught.value) == (
        "There is an account 'lab' already. Save it with overwrite=True, or under "
        "another name."
    )
    save(name="lab", url="http://new", overwrite=True)
    assert saved()["lab"]["url"] == "http://new"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {"token": None},
            (
                "An account needs a token. `qrt user add NAME` on the service makes one; "
                "it is shown once."
            ),
        ),
        (
            {"url": None, "channel": "server"},
            (
                "The channel 'server' needs a url. Give url=... and token=..., or sign in "
                "once with `qrt login URL`."
            ),
        ),
        (
            {"url": None},
            (
                "The channel 'ibm_cloud' needs a url: IBM's own service takes no programs "
                "any more. Point it at a service that does: url=..., token=...; or take "
                "the one on this machine, channel='local'. IBM's devices are reached "
                "through the backends of such a service."
            ),
        ),
        (
            {"channel": "local"},
            (
                "The channel 'local' needs no account. The service of this machine is "
                "found by itself: QiskitRuntimeService()."
            ),
        ),
        (
            {"channel": "cloud"},
            (
                "There is no channel 'cloud'. Channels: local, server, ibm_cloud, "
                "ibm_quantum, ibm_quantum_platform."
            ),
        ),
        (
            {"proxies": {"urls": {}, "username_ntlm": "u"}},
            (
                "Proxies with NTLM are not supported. Name a proxy that takes the user in "
                "its url: proxies={'https': 'http://user:...@proxy:8080'}."
            ),
        ),
    ],
    ids=["token", "url", "nothing", "local", "unknown", "ntlm"],
)
def test_what_an_account_lacks_is_said(given, message):
    with pytest.raises(errors.InvalidValueError) as caught:
        save(**given)
    assert str(caught.value) == message
    assert saved() == {}


def test_an_account_is_forgotten():
    save(name="lab")
    save()
    assert QiskitRuntimeService.delete_account(name="lab") is True
    assert QiskitRuntimeService.delete_account(name="lab") is False
    assert QiskitRuntimeService.delete_account() is True
    assert saved() == {}


def test_a_named_file_is_written_as_the_official_clients_write_it(tmp_path):
    path = tmp_path / "new" / "accounts.json"
    proxies = {"https": "http://proxy"}
    save(
        channel="ibm_cloud",
        filename=path,
        instance="crn:x",
        proxies=proxies,
        set_as_default=True,
    )
    save(channel="ibm_quantum", filename=str(path), name="q", verify=False)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert json.loads(path.read_text()) == {
        "default-ibm-cloud": {
            "channel": "ibm_cloud",
            "instance": "crn:x",
            "is_default_account": True,
            "proxies": {"urls": proxies},
            "token": "qrt_planted",
            "url": "http://lab",
            "verify": True,
        },
        "q": {
            "channel": "ibm_quantum",
            "token": "qrt_planted",
            "url": "http://lab",
            "verify": False,
        },
    }
    assert list(saved(filename=path, default=True)) == ["default-ibm-cloud"]
    save(filename=path, name="r", set_as_default=True)
    assert list(saved(filename=path, default=True)) == ["r"]
    with pytest.raises(errors.InvalidValueError, match="There is an account 'q'"):
        save(filename=path, name="q")
    forget = QiskitRuntimeService.delete_account
    assert forget(filename=path, name="q") is True
    assert forget(filename=path, name="q") is False
    assert forget(filename=tmp_path / "none.json", name="q") is False
    assert saved() == {}


class Keyring(types.ModuleType):
    """A keyring in memory, which can be made to fail."""

    def __init__(self):
        super().__init__("keyring")
        self.tokens, self.reads, self.error = {}, 0, None

    def _check(self):
        if self.error:
            raise self.error

    def set_password(self, service, name, token):
        self._check()
        self.tokens[service, name] = token

    def get_password(self, service, name):
        self._check()
        self.reads += 1
        return self.tokens.get((service, name))

    def delete_password(self, service, name):
        self._check()
        del self.tokens[service, name]


@pytest.fixture
def keyring(monkeypatch):
    made = Keyring()
    monkeypatch.setitem(sys.modules, "keyring", made)
    return made


def profiles_text():
    return (locations.default_config_dir() / profiles.FILE_NAME).read_text()


def test_a_token_may_lie_in_the_keyring(keyring):
    save(name="lab", keyring=True)
    assert keyring.tokens == {("program_runtime", "lab"): "qrt_planted"}
    assert "qrt_planted" not in profiles_text()
    service = QiskitRuntimeService(name="lab")
    assert keyring.reads == 0
    assert service.active_account()["token"].reveal() == "qrt_planted"
    assert QiskitRuntimeService.delete_account(name="lab") is True
    assert keyring.tokens == {}


def test_a_keyring_that_fails_leaves_the_token_in_the_file(keyring, caplog):
    keyring.error = RuntimeError("qrt_planted can not be stored")
    save(name="lab", keyring=True)
    assert saved()["lab"]["token"].reveal() == "qrt_planted"
    assert caplog.messages == [
        (
            "The token of 'lab' goes into the file with mode 0600: the keyring does not "
            "work (RuntimeError)."
        )
    ]


def test_a_missing_keyring_is_named_with_the_extra(monkeypatch, caplog):
    monkeypatch.setitem(sys.modules, "keyring", None)
    save(name="lab", keyring=True)
    assert "pip install 'qiskit-program-toolkit[keyring]'" in caplog.text
    assert saved()["lab"]["token"].reveal() == "qrt_planted"


def test_a_token_that_the_keyring_lost_is_said_and_stops_nothing(keyring, caplog):
    save(name="lab", keyring=True)
    keyring.tokens.clear()
    assert not QiskitRuntimeService(name="lab").active_account()["token"]
    keyring.error = OSError()
    assert not saved()["lab"]["token"]
    assert QiskitRuntimeService.delete_account(name="lab") is True
    assert caplog.messages == [
        (
            "The token of 'lab' is not to be had: the keyring has forgotten it. Give it as "
            "token=... or save the account again."
        ),
        (
            "The token of 'lab' is not to be had: the keyring does not work (OSError). Give "
            "it as token=... or save the account again."
        ),
        (
            "The keyring may still hold the token of 'lab': the keyring does not work "
            "(OSError)."
        ),
    ]


INSTANCE = "crn:v1:bluemix:public:quantum-computing:local:a/local:qrt::"
PROVIDER = "ibm-q/open/main"


def test_a_service_names_its_instances_once(contract, service):
    named = {"crn": INSTANCE, "name": "qrt", "provider": PROVIDER}
    assert service.instances() == [named]
    assert service.instances() == [named]
    assert contract.requests == ["GET /version"]


def test_an_instance_that_the_service_has_not_is_refused_with_those_it_has(
    contract, service
):
    message = (
        "There is no instance 'lab' here. The service's instance: "
        f"'{INSTANCE}' or 'qrt' or '{PROVIDER}'; or leave it out."
    )
    for call in (
        lambda: service.backends(instance="lab"),
        lambda: service.backend("aer_simulator", instance="lab"),
        lambda: service.least_busy(instance="lab"),
        lambda: service.jobs(instance="lab"),
        lambda: service.run("vqe", {"iterations": 1}, {"instance": "lab"}),
    ):
        with pytest.raises(errors.InvalidValueError) as caught:
            call()
        assert str(caught.value) == message
    assert contract.requests == ["GET /version"]
    for name in ("qrt", INSTANCE, PROVIDER):
        service.run("vqe", {"iterations": 1}, {"instance": name})


def test_a_service_without_an_instance_says_so(contract, service):
    contract.instance = None
    assert service.instances() == []
    with pytest.raises(errors.InvalidValueError, match="The service's instance: none;"):
        service.backends(instance="lab")


def test_a_plain_name_is_an_instance_too(contract, service):
    contract.instance = "lab"
    named = {"crn": "lab", "name": "lab", "provider": PROVIDER}
    assert service.instances() == [named]


def test_the_instance_of_the_account_goes_with_each_request(contract):
    given = {"url": contract.url, "token": "qrt_planted-token"}
    there = QiskitRuntimeService(**given, instance=INSTANCE)
    there.backends()
    elsewhere = QiskitRuntimeService(**given, instance="lab")
    with pytest.raises(errors.ApiError, match="There is no such instance"):
        elsewhere.backends()
    with pytest.raises(errors.InvalidValueError) as caught:
        QiskitRuntimeService(**given, instance="l\nb").backends()
    assert str(caught.value) == (
        "'l\\nb' is no name of an instance. It is a CRN or a plain name, in ASCII; or "
        "leave it out."
    )
    there.api.close()
    elsewhere.api.close()
