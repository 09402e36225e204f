"""What property tests have in common."""

from __future__ import annotations

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

FINITE_FLOATS = st.floats(width=32, allow_nan=False, allow_infinity=False)
FIXTURES = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
