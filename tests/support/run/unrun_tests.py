"""Nothing is skipped silently: what did not run is named at the end, and the run has failed."""

import pytest

UNRUN = ("skipped", "xfailed", "xpassed")


def not_run(config: pytest.Config) -> list[str]:
    """One line for each test that was skipped or whose failure was expected."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    reports = [report for kind in UNRUN for report in (reporter.stats.get(kind, []) if reporter else [])]
    return sorted(f"{report.nodeid}: {why(report)}" for report in reports)


def why(report: pytest.TestReport | pytest.CollectReport) -> str:
    if isinstance(report.longrepr, tuple):
        return str(report.longrepr[2]).removeprefix("Skipped: ")
    return getattr(report, "wasxfail", "") or str(report.longrepr or "").strip()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    if exitstatus == pytest.ExitCode.OK and not_run(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    names = not_run(config)
    if names:
        terminalreporter.section("Not run: the result does not count until these run too", red=True)
        for name in names:
            terminalreporter.line(name)
