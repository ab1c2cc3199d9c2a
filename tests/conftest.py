"""What pytest must not take for a test, and how Hypothesis works here."""

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# No test uses or leaves behind a resident service that it did not start itself.
os.environ["LOCALPROOF_SERVICE"] = "off"

# Nor does one find the original LanguageTool where the user has it, but only where it is told to look.
os.environ["LOCALPROOF_LANGUAGETOOL_DIR"] = os.path.join(os.path.dirname(__file__), "nothing-is-set-up-here")  # noqa: PTH118, PTH120

# Nor does one write into the user's own journal.
_STATE = tempfile.TemporaryDirectory(prefix="localproof-tests-")
os.environ["LOCALPROOF_STATE_DIR"] = _STATE.name
# Nor does one find, get or remember models where the user keeps them.
os.environ["LOCALPROOF_MODELS_DIR"] = os.path.join(_STATE.name, "models")  # noqa: PTH118

# NumPy's threads wait for each other where other tests keep the cores busy.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

collect_ignore = ["misbehaving_worker.py", "hostile_code"]  # a program that tests start; texts that tests read

# A busy machine makes an example slow, not wrong: no test fails for the time it took.
settings.register_profile("localproof", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("localproof")

# What `-m "not slow"` leaves out: files whose tests start engines, services, editors, browsers or other processes, and
# by the beginning of their names tests that take a second or more by themselves. `test_marks` holds this to the tests.
SLOW = (
    "cache/test_cache.py::test_engines_start_at_once",
    "cache/test_cache.py::test_the_command_tells",
    "cache/test_report_spool.py::test_what_is_put",
    "commands/test_cli.py",
    "commands/test_disclose.py",
    "commands/test_verbose.py::test_the_log_tells",
    "engines/test_cluster.py",
    "engines/test_engines.py",
    "engines/test_languagetool_java.py",
    "engines/test_languagetool_setup.py::test_the_doctor",
    "formats/test_formats_code.py::test_a_comment_of_half",
    "formats/test_formats_code.py::test_a_fix_changes",
    "formats/test_formats_every.py::test_a_line_of_a_megabyte",
    "formats/test_formats_every.py::test_twice_the_hostile",
    "formats/test_formats_proof.py::test_hostile",
    "lsp/test_lsp.py",
    "lsp/test_lsp_editors.py",
    "models/test_models_bills.py::test_an_spdx_document",
    "pipeline/test_corpus.py",
    "project/test_ci.py",
    "project/test_filters.py",
    "render/test_render_html_browser.py",
    "review/test_review_killed.py",
    "review/test_review_terminal.py",
    "scoring/test_calibration.py::test_calibrate_asks",
    "scoring/test_rescoring.py",
    "service/test_service.py",
    "test_docs.py::test_the_tutorial",
    "text/test_languages.py",
    "training/test_training.py::test_shapes_do_not",
    "training/test_training_model.py",
    "workers/test_program.py",
    "workers/test_supervisor.py",
    "workers/test_unix_socket.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here) and is_slow(item.path.relative_to(here).as_posix(), item.name):
            item.add_marker(pytest.mark.slow)


def is_slow(file: str, name: str) -> bool:
    """Whether the test `name` of a file, told from this folder, is a row of `SLOW`."""
    return any(file == path and name.startswith(test) for path, _, test in (row.partition("::") for row in SLOW))


@pytest.fixture(autouse=True)
def _nothing_is_learned_from_tests(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Decisions of a test that names no state folder of its own teach nobody, not the next test either."""
    name = f"{abs(hash(request.node.nodeid)):x}"
    monkeypatch.setenv("XDG_STATE_HOME", os.path.join(_STATE.name, "state", name))  # noqa: PTH118
