import json
import stat

import pytest

from program_runtime import errors
from program_runtime.client import accounts, environment, ibm_account_file, profiles
from program_runtime.client.accounts import Wish
from program_runtime.client.secret import Secret
from program_runtime.client.service import QiskitRuntimeService

NOTHING = Wish()
IBM = "https://quantum.cloud.ibm.com"


def official_file(home, **entries):
    folder = home / ".qiskit"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "qiskit-ibm.json"
    path.write_text(json.dumps(entries))
    return path


def official_entry(url="http://lab/experimental.cloud", channel="ibm_cloud", **fields):
    return {"channel": channel, "url": url, "token": "qrt_official", **fields}


def where(account):
    return account.url, account.token.reveal() if account.token else None


def chosen(given=NOTHING, said=NOTHING, official=NOTHING):
    return accounts.resolve(given, said, official)


def set_official(monkeypatch, **values):
    for name, value in values.items():
        monkeypatch.setenv(f"QISKIT_IBM_{name}", value)


def test_the_variables_of_the_official_clients_count_together(monkeypatch):
    set_official(
        monkeypatch,
        TOKEN="qrt_x",
        URL="http://lab/experimental",
        INSTANCE="lab",
        CHANNEL="ibm_cloud",
    )
    said = environment.from_official_environment()
    assert said == Wish(
        channel="ibm_cloud", url="http://lab", token=Secret("qrt_x"), instance="lab"
    )
    account = chosen(official=said)
    assert where(account) == ("http://lab", "qrt_x")
    assert (account.channel, account.instance) == ("ibm_cloud", "lab")


@pytest.mark.parametrize("missing", ["TOKEN", "URL"])
def test_half_of_the_official_variables_says_nothing(monkeypatch, missing):
    values = {"TOKEN": "qrt_x", "URL": "http://lab"}
    del values[missing]
    set_official(monkeypatch, **values)
    assert environment.from_official_environment() == NOTHING


def test_official_variables_of_ibms_own_service_are_for_other_programs(monkeypatch):
    set_official(monkeypatch, TOKEN="ibm", URL=IBM)
    assert QiskitRuntimeService().channel == "local"


def test_our_variables_go_before_the_official_ones():
    official = Wish(url="http://official", token=Secret("o"), channel="ibm_cloud")
    ours = Wish(url="http://ours", token=Secret("t"))
    assert where(chosen(said=ours, official=official)) == ("http://ours", "t")
    assert where(chosen(official=official)) == ("http://official", "o")
    same = Wish(channel="ibm_cloud")
    assert where(chosen(same, official=official)) == ("http://official", "o")
    other = Wish(channel="ibm_quantum")
    with pytest.raises(errors.InvalidValueError, match="'ibm_quantum' needs a url"):
        chosen(other, official=official)


def test_an_official_token_goes_to_its_own_url_only():
    official = Wish(url="http://official", token=Secret("o"))
    elsewhere = Wish(url="http://elsewhere")
    assert where(chosen(elsewhere, official=official)) == ("http://elsewhere", None)
    there = Wish(url="http://official")
    assert where(chosen(there, official=official)) == ("http://official", "o")


def test_an_account_of_the_official_file_is_found_by_name(private_home):
    proxies = {"urls": {"http": "http://proxy"}}
    entry = official_entry(instance="crn:x", verify=False, proxies=proxies)
    official_file(private_home, lab=entry)
    account = chosen(Wish(name="lab"))
    assert where(account) == ("http://lab", "qrt_official")
    assert (account.channel, account.instance) == ("ibm_cloud", "crn:x")
    assert (account.trust, account.proxies) == (False, {"http": "http://proxy"})


def test_a_profile_goes_before_an_official_account_of_its_name(private_home, tmp_path):
    official_file(private_home, lab=official_entry())
    ours = profiles.Profile(name="lab", url="http://ours", token=Secret("t"))
    profiles.save(tmp_path, ours)
    assert where(chosen(Wish(name="lab", config_dir=tmp_path))) == ("http://ours", "t")


@pytest.mark.parametrize(
    ("entries", "given", "url"),
    [
        ({"default-ibm-cloud": {}}, {}, "http://lab"),
        ({"lab": {}}, {}, None),
        ({"lab": {"is_default_account": True}}, {}, "http://lab"),
        (
            {"default-ibm-quantum": {"channel": "ibm_quantum", "url": "http://q"}},
            {"channel": "ibm_quantum"},
            "http://q",
        ),
        (
            {
                "default-ibm-cloud": {},
                "default-ibm-quantum": {"channel": "ibm_quantum", "url": "http://q"},
            },
            {},
            "http://lab",
        ),
        ({"default-ibm-cloud": {"url": IBM}}, {}, None),
        ({"default-ibm-cloud": {"url": None}}, {}, None),
    ],
    ids=["any", "named", "flagged", "of-channel", "cloud-first", "ibm", "no-url"],
)
def test_the_default_of_the_official_file_is_the_last_resort(
    private_home, entries, given, url
):
    filled = {name: {**official_entry(), **more} for name, more in entries.items()}
    official_file(private_home, **filled)
    assert chosen(Wish(**given)).url == url


def test_a_file_that_is_named_is_the_only_one(tmp_path):
    path = tmp_path / "accounts.json"
    path.write_text(json.dumps({"lab": official_entry(is_default_account=True)}))
    said = Wish(url="http://env", name="other")
    assert chosen(Wish(filename=path), said).url == "http://lab"
    assert chosen(Wish(filename=path, name="lab"), said).url == "http://lab"
    service = QiskitRuntimeService(filename=str(path), name="lab")
    assert service.active_account()["url"] == "http://lab"


def test_a_damaged_official_file_stops_nobody_who_did_not_ask_for_it(
    private_home, caplog
):
    path = official_file(private_home)
    path.write_text('{"lab": {"token": "qrt_planted"')
    assert chosen().channel == "local"
    assert str(path) in caplog.text
    assert "qrt_planted" not in caplog.text
    with pytest.raises(errors.InvalidValueError) as caught:
        chosen(Wish(filename=path, name="lab"))
    assert str(caught.value) == (
        f"The accounts in {path} can not be read. Mend the file, or move it away."
    )


@pytest.mark.parametrize("entry", ["3", '{"url": "http://x"}'])
def test_an_account_without_its_parts_is_damage(tmp_path, entry):
    path = tmp_path / "accounts.json"
    path.write_text(f'{{"lab": {entry}}}')
    with pytest.raises(errors.InvalidValueError, match="can not be read"):
        ibm_account_file.load(path)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {"url": "https://u:qrt_planted@quantum.cloud.ibm.com", "token": "x"},
            "quantum.cloud.ibm.com is IBM's own service, which takes no programs any more. ",
        ),
        (
            {"channel": "ibm_cloud", "token": "x"},
            "The channel 'ibm_cloud' needs a url: IBM's own service takes no programs ",
        ),
        (
            {"channel": "ibm_quantum_platform"},
            "The channel 'ibm_quantum_platform' needs a url: IBM's own service takes ",
        ),
        (
            {"name": "cloud"},
            "quantum.cloud.ibm.com is IBM's own service, which takes no programs ",
        ),
        ({"name": "old"}, "The channel 'ibm_cloud' needs a url: IBM's own service "),
    ],
    ids=["url", "token", "channel", "name", "name-without-url"],
)
def test_ibms_own_service_is_refused_with_what_to_do(private_home, given, message):
    entries = {"cloud": official_entry(IBM), "old": official_entry(None)}
    official_file(private_home, **entries)
    with pytest.raises(errors.InvalidValueError) as caught:
        QiskitRuntimeService(**given)
    text = str(caught.value)
    assert text.startswith(message)
    assert text.endswith(
        "Point it at a service that does: url=..., token=...; or take the one on this "
        "machine, channel='local'. IBM's devices are reached through the backends of "
        "such a service."
    )


def test_what_is_no_url_is_not_ibms(tmp_path):
    assert chosen(Wish(url="http://[x")).url == "http://[x"


def test_a_file_without_a_default_says_so(tmp_path):
    path = tmp_path / "accounts.json"
    with pytest.raises(errors.InvalidValueError) as caught:
        chosen(Wish(filename=path))
    assert str(caught.value) == (
        f"There is no account to choose in {path}. Name one, or save one with "
        "set_as_default=True."
    )


def test_the_official_file_is_read_and_left_as_it_is(private_home):
    path = official_file(private_home, **{"default-ibm-cloud": official_entry()})
    before = path.read_bytes()
    QiskitRuntimeService()
    QiskitRuntimeService.save_account("qrt_x", "http://x", name="default-ibm-cloud")
    QiskitRuntimeService.delete_account(name="default-ibm-cloud")
    assert path.read_bytes() == before
    assert [entry.name for entry in path.parent.iterdir()] == ["qiskit-ibm.json"]


def test_a_url_of_an_ibm_channel_is_read_as_the_official_clients_write_it():
    for url in ("http://x/experimental", "http://experimental@x/api/v1", "http://x/"):
        given = Wish(channel="ibm_cloud", url=url)
        assert chosen(given).url == "http://x"
    assert chosen(Wish(url="http://x/experimental")).url == "http://x/experimental"


def test_what_is_given_goes_before_what_is_saved(tmp_path):
    saved = profiles.Profile(
        name="lab",
        url="http://lab",
        token=Secret("qrt_lab"),
        verify=False,
        instance="lab",
        proxies={"http": "http://proxy"},
    )
    path = profiles.save(tmp_path, saved)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    given = {"name": "lab", "config_dir": tmp_path}
    account = chosen(Wish(**given))
    assert (account.trust, account.instance) == (False, "lab")
    own = Wish(**given, verify="/ca.pem", instance="own", proxies={"http": "http://p"})
    account = chosen(own)
    assert (account.trust, account.instance) == ("/ca.pem", "own")
    assert account.proxies == {"http": "http://p"}
