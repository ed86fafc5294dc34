"""Warm starts for one's own problem: fitted, used, kept in one file, and judged honestly."""
