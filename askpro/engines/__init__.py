"""The engines: a real PostgreSQL and a real Valkey, started where the operator named no servers.

Only the standard library is used here, so that this runs before Django is configured.
"""

from .errors import EngineError
from .launcher import Engines, ensure, reset

__all__ = ["EngineError", "Engines", "ensure", "reset"]
