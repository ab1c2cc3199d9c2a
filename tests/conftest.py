"""What pytest must not take for a test, and how Hypothesis works here."""

import os
import tempfile

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
