import json
import logging
import stat
import subprocess
import sys

import pytest

from program_runtime.client import log_setup
from program_runtime.client.service import QiskitRuntimeService
from program_runtime.errors import NotAuthorizedError

PLANTED = "qrt_planted-token"


@pytest.fixture
def logger(monkeypatch):
    """The package's logger as a new process has it, restored afterwards."""
    logger = logging.getLogger("program_runtime")
    before = logger.handlers[:], logger.level, logger.propagate
    logger.handlers[:], logger.level, logger.propagate = [], logging.NOTSET, True
    monkeypatch.setattr(log_setup, "_done", [])
    yield logger
    for handler in logger.handlers:
        handler.close()
    logger.handlers[:], logger.propagate = before[0], before[2]
    logger.setLevel(before[1])


def follow(monkeypatch, **variables):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    log_setup.follow_environment()


@pytest.mark.parametrize("prefix", ["PROGRAM_RUNTIME", "QISKIT_IBM_RUNTIME"])
@pytest.mark.parametrize(
    ("level", "expected"),
    [("debug", "DEBUG"), ("Info", "INFO"), ("CRITICAL", "CRITICAL"), ("", "NOTSET")],
)
def test_the_level_is_that_of_the_variable_in_any_case(
    monkeypatch, logger, prefix, level, expected
):
    follow(monkeypatch, **{f"{prefix}_LOG_LEVEL": level})
    assert logging.getLevelName(logger.level) == expected


def test_an_unknown_level_is_a_warning_and_means_warning(monkeypatch, logger, capsys):
    follow(monkeypatch, QISKIT_IBM_RUNTIME_LOG_LEVEL="loud")
    assert logger.level == logging.WARNING
    assert capsys.readouterr().err.endswith(
        "'loud' is no log level, WARNING is used; levels: DEBUG, INFO, WARNING, ERROR, "
        "CRITICAL.\n"
    )


def test_our_variables_go_before_the_official_ones(monkeypatch, logger, tmp_path):
    follow(
        monkeypatch,
        PROGRAM_RUNTIME_LOG_LEVEL="error",
        QISKIT_IBM_RUNTIME_LOG_LEVEL="debug",
        PROGRAM_RUNTIME_LOG_FILE=str(tmp_path / "ours.log"),
        QISKIT_IBM_RUNTIME_LOG_FILE=str(tmp_path / "official.log"),
    )
    assert logger.level == logging.ERROR
    assert [path.name for path in tmp_path.iterdir()] == ["ours.log"]


def test_without_a_variable_the_parents_level_and_handlers_count(logger, caplog):
    log_setup.follow_environment()
    assert (logger.handlers, logger.level, logger.propagate) == ([], 0, True)
    logger.getChild("client").warning("seen by the parent")
    assert caplog.messages == ["seen by the parent"]


def test_messages_go_to_the_file_and_nowhere_else(
    monkeypatch, logger, tmp_path, capsys, caplog
):
    path = tmp_path / "client.log"
    follow(monkeypatch, QISKIT_IBM_RUNTIME_LOG_FILE=str(path))
    logger.getChild("client").warning("to the file")
    assert "test_client_logging" in path.read_text()
    assert "WARNING" in path.read_text()
    assert path.read_text().endswith(": to the file\n")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert capsys.readouterr().err == ""
    assert caplog.messages == []


def test_messages_go_to_standard_error_once(monkeypatch, logger, capsys, caplog):
    follow(monkeypatch, PROGRAM_RUNTIME_LOG_LEVEL="INFO")
    logger.getChild("client").info("hello")
    assert capsys.readouterr().err.count("hello") == 1
    assert caplog.messages == []


def test_a_file_that_can_not_be_written_is_said_and_stops_nothing(
    monkeypatch, logger, tmp_path, capsys
):
    path = tmp_path / "none" / "client.log"
    follow(monkeypatch, PROGRAM_RUNTIME_LOG_FILE=str(path))
    assert capsys.readouterr().err.endswith(
        f"The log file {path} can not be written: No such file or directory.\n"
    )


def test_the_environment_is_followed_once(monkeypatch, logger):
    follow(monkeypatch, PROGRAM_RUNTIME_LOG_LEVEL="INFO")
    logger.setLevel(logging.ERROR)
    log_setup.follow_environment()
    assert logger.level == logging.ERROR
    assert len(logger.handlers) == 1


def test_the_first_service_of_a_process_sets_the_logger_up(tmp_path):
    code = (
        "import logging\n"
        "import program_runtime\n"
        "logger = logging.getLogger('program_runtime')\n"
        "print(logger.level)\n"
        "program_runtime.QiskitRuntimeService(url='http://127.0.0.1:1')\n"
        "print(logger.level)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"HOME": str(tmp_path), "QISKIT_IBM_RUNTIME_LOG_LEVEL": "info"},
    )
    assert done.stdout.split() == ["0", "20"]


def test_no_token_is_in_the_log_of_a_whole_run(contract, monkeypatch, caplog):
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("QISKIT_IBM_TOKEN", PLANTED)
    monkeypatch.setenv("QISKIT_IBM_URL", f"{contract.url}/experimental")
    monkeypatch.setenv("QRT_TOKEN", PLANTED)
    service = QiskitRuntimeService(channel="ibm_cloud", url=contract.url, token=PLANTED)
    service.save_account(PLANTED, contract.url, name="lab")

    def finish(job):
        job.publish(1)
        job.finish(json.dumps({"energy": 1}))

    contract.on_submit = finish
    contract.stream_faults = [{"drop_after": 1}]
    contract.drop_next("POST /jobs", after_acting=True)
    results = []
    job = service.run("vqe", {"iterations": 1}, callback=lambda *x: results.append(x))
    assert job.result(timeout=10) == {"energy": 1}
    assert len(results) == 2
    _ = job.logs(), job.metrics(), service.jobs(), service.instances()
    contract.fail_next("GET /jobs", 401)
    with pytest.raises(NotAuthorizedError, match="401"):
        service.job("job_1")
    service.api.close()
    assert "job_1" in caplog.text
    assert "planted" not in caplog.text
    assert "planted" not in repr(service.active_account())
