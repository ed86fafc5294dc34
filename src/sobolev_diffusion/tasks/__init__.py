"""The tasks: the only place that builds optimal control problems."""
