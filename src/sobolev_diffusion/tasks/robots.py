"""Robot models from the URDF files of example-robot-data."""

from __future__ import annotations

from pathlib import Path

import cmeel
import pinocchio as pin

ROBOTS = Path(cmeel.__file__).parents[1] / "cmeel.prefix/share/example-robot-data/robots"


def load_robot(urdf: str, root: pin.JointModel | None = None) -> pin.Model:
    """The kinematic and inertial model of a URDF file.

    Args:
        urdf: path below the folder of robots.
        root: joint between the world and the base; none: the base is fixed.

    Raises:
        FileNotFoundError: example-robot-data is not installed beside cmeel.
    """
    path = ROBOTS / urdf
    if not path.is_file():
        raise FileNotFoundError(f"{path}: no such URDF file; install example-robot-data")
    return pin.buildModelFromUrdf(str(path)) if root is None else pin.buildModelFromUrdf(str(path), root)


def load_meshes(urdf: str, model: pin.Model) -> pin.GeometryModel:
    """What a robot of `load_robot` looks like."""
    folders = [str(ROBOTS.parents[1])]  # of what begins with package://
    return pin.buildGeomFromUrdf(model, str(ROBOTS / urdf), pin.GeometryType.VISUAL, package_dirs=folders)
