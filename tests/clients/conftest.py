"""Official clients, unmodified, against a real service: ``make test-clients``.

They are installed from the index, so that these tests run only when they are asked
for: by the variable CLIENTS, which is ``quick``, ``all``, or names with commas between.
"""

import os

import pytest
from acceptance import live_service
from clients.published import publish_all

collect_ignore_glob = [] if "CLIENTS" in os.environ else ["test_*.py"]
_KEY = "client_checks"


@pytest.fixture(scope="session")
def live(tmp_path_factory):
    """One service for all scenarios of this process, with programs published."""
    folder = tmp_path_factory.mktemp("live")
    with live_service.serving(folder, workers=4) as service:
        publish_all(service, folder)
        yield service


@pytest.fixture
def passed(record_property):
    """Hold all checks of a scenario, and count them for the summary."""

    def passed(client, checks):
        good = sum(check.ok for check in checks)
        record_property(_KEY, [client.name, good, len(checks)])
        failures = [f"{check.name}: {check.detail}" for check in checks if not check.ok]
        assert not failures, "\n" + "\n".join(failures)
        assert checks

    return passed


def pytest_terminal_summary(terminalreporter):
    """Say for each client how many checks it passed."""
    counts = {}
    for reports in terminalreporter.stats.values():
        for report in reports:
            if getattr(report, "when", None) != "call":
                continue
            for name, value in report.user_properties:
                if name == _KEY:
                    client, good, all_of_them = value
                    had = counts.get(client, (0, 0))
                    counts[client] = (had[0] + good, had[1] + all_of_them)
    for client, (good, all_of_them) in sorted(counts.items()):
        terminalreporter.write_line(f"{client}: {good} of {all_of_them} checks passed")
