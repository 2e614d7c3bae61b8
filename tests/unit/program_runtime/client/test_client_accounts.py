import pytest

from program_runtime import errors
from program_runtime.client import accounts, locations, profiles
from program_runtime.client.accounts import Wish
from program_runtime.client.secret import Secret
from program_runtime.client.service import QiskitRuntimeService

NOTHING = Wish()


@pytest.fixture
def known(tmp_path):
    for name, url in (("lab", "http://lab"), ("other", "http://other")):
        profile = profiles.Profile(name=name, url=url, token=Secret(f"qrt_{name}"))
        profiles.save(tmp_path, profile, make_current=name == "lab")
    return tmp_path


def where(account):
    return account.url, account.token.reveal() if account.token else None


def test_the_local_service_is_the_default():
    account = accounts.resolve(NOTHING, NOTHING)
    assert account.channel == "local"
    assert account.data_dir == locations.default_data_dir()
    assert account.config_dir == locations.default_config_dir()


def test_the_default_folders_lie_in_the_home(private_home):
    assert private_home in locations.default_data_dir().parents
    assert private_home in locations.default_config_dir().parents


def test_the_folder_that_a_service_serves_now_is_the_local_one(tmp_path):
    folder = tmp_path / "srv"
    folder.mkdir()
    served = profiles.Profile(
        name="local", url="http://x", token=Secret("qrt_x"), data_dir=folder
    )
    profiles.save(tmp_path, served, make_current=True)
    config = Wish(config_dir=tmp_path)
    assert accounts.resolve(config, NOTHING).data_dir == locations.default_data_dir()
    (folder / "service.json").touch()
    found = accounts.resolve(config, NOTHING)
    assert (found.channel, found.data_dir) == ("local", folder)
    chosen = Wish(config_dir=tmp_path, data_dir=tmp_path)
    assert accounts.resolve(chosen, NOTHING).data_dir == tmp_path


def test_a_url_means_a_server():
    given = Wish(url="http://x", token=Secret("qrt_x"))
    assert where(accounts.resolve(given, NOTHING)) == ("http://x", "qrt_x")


@pytest.mark.parametrize(
    ("given", "environment", "expected"),
    [
        ({"name": "other"}, {}, ("http://other", "qrt_other")),
        ({"name": "other"}, {"token": "e"}, ("http://other", "qrt_other")),
        ({"name": "other", "token": "t"}, {}, ("http://other", "t")),
        ({"channel": "server"}, {}, ("http://lab", "qrt_lab")),
        ({"channel": "server"}, {"name": "other"}, ("http://other", "qrt_other")),
        ({"channel": "server"}, {"token": "e"}, ("http://lab", "e")),
        ({"token": "t"}, {}, ("http://lab", "t")),
        ({}, {}, ("http://lab", "qrt_lab")),
        ({}, {"name": "other"}, ("http://other", "qrt_other")),
        ({}, {"url": "http://env", "token": "e"}, ("http://env", "e")),
        ({}, {"url": "http://other"}, ("http://other", "qrt_other")),
        ({"url": "http://lab"}, {}, ("http://lab", "qrt_lab")),
        ({"url": "http://x"}, {}, ("http://x", None)),
        ({"name": "lab"}, {"url": "http://env"}, ("http://lab", "qrt_lab")),
        ({"channel": "ibm_cloud", "url": "http://x"}, {}, ("http://x", None)),
    ],
)
def test_arguments_go_before_the_environment_and_that_before_profiles(
    known, given, environment, expected
):
    wishes = []
    for said in (given, environment):
        token = said.get("token")
        wishes.append(Wish(**{**said, "token": token and Secret(token)}))
    given_wish = Wish(
        channel=wishes[0].channel,
        url=wishes[0].url,
        token=wishes[0].token,
        name=wishes[0].name,
        config_dir=known,
    )
    assert where(accounts.resolve(given_wish, wishes[1])) == expected


def test_the_profile_local_is_the_local_service(known):
    account = accounts.resolve(Wish(name="local", config_dir=known), NOTHING)
    assert account.channel == "local"


def test_the_environment_is_read(monkeypatch, tmp_path):
    for name, value in {
        "QRT_URL": "http://env",
        "QRT_TOKEN": "qrt_env",
        "QRT_PROFILE": "lab",
        "QRT_DATA_DIR": str(tmp_path / "data"),
        "QRT_CONFIG_DIR": str(tmp_path / "config"),
    }.items():
        monkeypatch.setenv(name, value)
    assert accounts.from_environment() == Wish(
        url="http://env",
        token=Secret("qrt_env"),
        name="lab",
        data_dir=tmp_path / "data",
        config_dir=tmp_path / "config",
    )


def test_an_empty_environment_says_nothing():
    assert accounts.from_environment() == NOTHING


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {"channel": "server"},
            (
                "The channel 'server' needs a url. Give url=... and token=..., or sign in "
                "once with `qrt login URL`."
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
            {"name": "lab"},
            "There is no profile 'lab'. Profiles: none. Make one with `qrt login URL`.",
        ),
        (
            {"channel": "ibm_quantum"},
            (
                "The channel 'ibm_quantum' needs a url: IBM's own service takes no programs "
                "any more. Point it at a service that does: url=..., token=...; or take "
                "the one on this machine, channel='local'. IBM's devices are reached "
                "through the backends of such a service."
            ),
        ),
    ],
)
def test_what_is_missing_is_said_with_the_next_step(given, message):
    with pytest.raises(errors.InvalidValueError) as caught:
        QiskitRuntimeService(**given)
    assert str(caught.value) == message


def test_making_a_service_sends_nothing_and_starts_nothing(private_home):
    service = QiskitRuntimeService()
    assert service.channel == "local"
    assert not locations.default_data_dir().exists()
    server = QiskitRuntimeService(channel="server", url="http://127.0.0.1:1", token="x")
    assert server.channel == "server"
    assert "qrt_planted" not in repr(
        QiskitRuntimeService(url="http://127.0.0.1:1", token="qrt_planted")
    )


def test_a_service_may_be_told_its_folders(tmp_path):
    service = QiskitRuntimeService(data_dir=tmp_path / "d", config_dir=str(tmp_path))
    assert repr(service) == f"<QiskitRuntimeService('local', '{tmp_path}/d')>"
