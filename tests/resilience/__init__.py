"""What clients notice of faults and maintenance: a load that remembers what was promised to it, and a table of what is done meanwhile."""
from __future__ import annotations
