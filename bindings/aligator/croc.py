"""Crocoddyl's problems solved by Aligator (`pip install crocoddyl`).

While such a problem is solved no other Python thread runs: action models may be classes of Python, and Crocoddyl calls
them as if it had the interpreter lock.
"""

try:
    import crocoddyl as _crocoddyl
except ImportError as error:
    raise ImportError(f"aligator.croc needs Crocoddyl, pip install crocoddyl: {error}") from error

from ._croc import *
