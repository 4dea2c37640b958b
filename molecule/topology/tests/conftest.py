"""The shared helpers of all scenarios, for tests of this one."""
from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

_PATH = Path(__file__).resolve().parents[2] / "shared" / "tests" / "conftest.py"
_SPEC = importlib.util.spec_from_file_location("shared_conftest", _PATH)
shared = importlib.util.module_from_spec(_SPEC)
sys.modules["shared_conftest"] = shared
_SPEC.loader.exec_module(shared)
globals().update({name: value for name, value in vars(shared).items() if not name.startswith("_")})
