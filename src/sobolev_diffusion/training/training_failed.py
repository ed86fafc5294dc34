"""How a training fails. Apart from what trains: jobs that only solve know it too, and load no torch."""


class TrainingFailed(RuntimeError):
    """The loss became NaN or infinite."""

    def __init__(self, plain: float, term: float, step: int) -> None:
        super().__init__(
            f"loss is {plain}, Sobolev term {term} at step {step}; "
            "lower training.learning_rate or sobolev.weight"
        )
