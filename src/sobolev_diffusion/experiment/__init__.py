"""The bookkeeping of the experiment: what is computed from what, under which key, and what is drawn from it.

Reading the plan imports no torch, no solver and no pandas, so that the workflow is quick to look at.
"""
