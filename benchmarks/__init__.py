"""Performance comparisons (`python -m benchmarks`): ratios of two things timed in turn in one run."""
