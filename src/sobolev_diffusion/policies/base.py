"""What every policy offers: the controls of rollouts, and one file on disk."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
import safetensors
from safetensors.numpy import save

from sobolev_diffusion.config import PolicyConfig
from sobolev_diffusion.files import BadArtefact, write_atomically
from sobolev_diffusion.tasks.controllers import Controller
from sobolev_diffusion.tasks.fingerprint import Fingerprint, fingerprint

if TYPE_CHECKING:
    from sobolev_diffusion.tasks.base import Array, Task

HEADER = "sobolev_diffusion"  # a single key of a file's metadata: the order of several is not defined
TASK, OWN = "trained on", "policy"  # parts of a header: what `trained_on` is, and what `Policy.header` gives


class Policy(ABC):
    """What drives instances of a task.

    Class attributes to set:
        kind: what the configuration calls it; one of `config.kinds`.
        header_key: of the header in a file; HEADER, and where the header does not name the kind, that too.

    Attributes:
        config: its settings.
        trained_on: the task that it was made for; None where nobody noted it, or to use it on another on
            purpose.
    """

    kinds: ClassVar[dict[str, type[Policy]]] = {}
    kind: ClassVar[str]
    header_key: ClassVar[str]
    config: PolicyConfig
    trained_on: Fingerprint | None = None
    _fits: tuple[Fingerprint | None, Fingerprint | None] = (None, None)  # its own and a task's: the same

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "kind" in vars(cls):
            Policy.kinds[cls.kind] = cls

    @property
    def max_action_length(self) -> int:
        """The largest T_a."""
        return self.config.max_action_length

    def check_fits(self, task: Task) -> None:
        """Check that this is a policy for a task.

        Raises:
            ValueError: it was made for another one; in which way that differs.
        """
        here, (mine, theirs) = fingerprint(task), self._fits
        if mine is self.trained_on and theirs is here:  # asked before every rollout, also of those timed
            return
        if self.trained_on is None:
            self.check_sizes(task)
        elif differences := self.trained_on.differences(here):
            raise ValueError(
                f"the policy was made for another task, {self.trained_on.task}: compared with {here.task}, "
                f"that has {', '.join(differences)}; take one that was made for this task (or, to use it all "
                "the same, set its attribute trained_on to None)"
            )
        self._fits = self.trained_on, here

    @abstractmethod
    def check_sizes(self, task: Task) -> None:
        """Check that what it takes and gives has the sizes of a task.

        Raises:
            ValueError: it was made for another one.
        """

    @abstractmethod
    def start(
        self,
        task: Task,
        thetas: Sequence[Array],
        generators: Sequence[np.random.Generator],
        action_length: int,
    ) -> Controller:
        """Begin rollouts of n instances.

        Args:
            task: observation and action maps, limits.
            thetas: one per instance, (n_theta,).
            generators: one per instance, for random numbers; a policy without any takes none.
            action_length: T_a, from 1 to `max_action_length`.
        """

    @abstractmethod
    def header(self) -> Any:
        """What a file says before the arrays, in JSON."""

    @abstractmethod
    def arrays(self) -> dict[str, np.ndarray]:
        """What a file holds, by name."""

    @classmethod
    @abstractmethod
    def restored(cls, header: Any, arrays: dict[str, np.ndarray]) -> Self:
        """The policy that has this header and these arrays. Any exception: there is none."""

    def save(self, path: Path) -> None:
        """Write one .safetensors file that is complete on its own. Same policy, same bytes."""
        arrays = {name: np.asarray(array, order="C") for name, array in self.arrays().items()}
        header = self.header()
        if self.trained_on is not None:
            header = {TASK: self.trained_on.to_json(), OWN: header}
        metadata = {self.header_key: json.dumps(header, sort_keys=True)}
        write_atomically(path, lambda partial: partial.write_bytes(save(arrays, metadata=metadata)))

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what `save` wrote, of any kind; asked of a kind, only of that. Runs no code from the file.

        Raises:
            BadArtefact: the file is missing, truncated, not a policy, or one of another kind.
        """
        try:
            with safetensors.safe_open(path, framework="numpy") as file:
                kind, header, trained_on = _parsed(file.metadata() or {})
                arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            policy = Policy.kinds[kind].restored(header, arrays)
            policy.trained_on = trained_on
        except Exception as error:
            raise BadArtefact(path, f"is not a policy file ({error})", "make it again") from error
        if not isinstance(policy, cls):
            raise BadArtefact(path, f"is a policy of the kind {kind}", f"take one that is a {cls.__name__}")
        return policy


def _parsed(metadata: Mapping[str, str]) -> tuple[str, Any, Fingerprint | None]:
    """Kind, told by the header or behind its key; the kind's own header; the task, where it was noted."""
    ((key, text),) = metadata.items()
    name, _, kind = key.partition(" ")
    if name != HEADER:
        raise ValueError(f"its header is one of {name!r}")
    header, trained_on = json.loads(text), None
    if isinstance(header, dict) and TASK in header:
        header, trained_on = header[OWN], Fingerprint.from_json(header[TASK])
    return kind or header["kind"], header, trained_on
