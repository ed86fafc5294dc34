"""The page of an animation with the robot's meshes, by Pinocchio's MeshcatVisualizer."""

from __future__ import annotations

import base64
import gzip
import html
import json
from importlib import resources
from string import Template
from typing import Any
from xml.etree import ElementTree

import meshcat
import meshcat.geometry as shapes
import numpy as np
import pinocchio as pin
import seaborn as sns
import umsgpack
from meshcat.animation import Animation
from meshcat.commands import SetObject
from meshcat.geometry import SceneElement
from meshcat.transformations import rotation_matrix, translation_matrix
from pinocchio.visualize import MeshcatVisualizer

from sobolev_diffusion.figures.scene import COLUMN_HEIGHT, FRAMES_PER_SECOND
from sobolev_diffusion.solver.demonstrations import Demonstrations
from sobolev_diffusion.tasks.multibody import MultibodyTask

COLLADA = "{http://www.collada.org/2005/11/COLLADASchema}"
FOREVER = 10**6  # times that the solutions are repeated
GOAL, ROBOT = 0.03, 0.5  # m, radius of what is drawn at a goal; room for the robot around its paths
DISTANCE = 0.8  # of the camera from the middle, over the size of what it sees


class Page:
    """Where meshcat's commands go instead of to its server: the same commands, the same bytes."""

    def __init__(self, title: str) -> None:
        self.title = title
        self._commands: list[str] = []

    def send(self, command: Any) -> None:
        """What a `meshcat.Visualizer` asks of its window."""
        drawn = command.object if isinstance(command, SetObject) else command
        for part in (drawn, getattr(drawn, "geometry", None), getattr(drawn, "material", None)):
            if isinstance(part, SceneElement):  # meshcat names it by the time of day
                part.uuid = f"{len(self._commands)} {type(part).__name__}"
        packed = gzip.compress(umsgpack.packb(command.lower()), mtime=0)
        self._commands.append(base64.b64encode(packed).decode())

    def get_scene(self) -> str:
        """HTML that needs nothing else; `meshcat.Visualizer.static_html` gives it."""
        viewer = resources.files(meshcat) / "viewer/dist"
        return Template((resources.files(__package__) / "robot.html").read_text()).substitute(
            title=html.escape(self.title),
            licence=(viewer / "main.min.js.LICENSE.txt").read_text(),
            viewer=(viewer / "main.min.js").read_text(),
            commands=json.dumps(self._commands),
        )


class Robot(MeshcatVisualizer):  # type: ignore[misc] # pinocchio brings no types
    """Of a COLLADA file with several meshes, meshcat draws none that has several materials: the robot has one
    colour then, instead of those of its files."""

    def loadMeshFromFile(self, geometry_object: pin.GeometryObject) -> Any:
        if any(_loses_parts(each.meshPath) for each in self.visual_model.geometryObjects):
            return shapes.DaeMeshGeometry.from_file(geometry_object.meshPath)
        return super().loadMeshFromFile(geometry_object)


def _loses_parts(path: str) -> bool:
    meshes = list(ElementTree.parse(path).iter(f"{COLLADA}mesh")) if path.endswith(".dae") else []
    return len(meshes) > 1 and any(len(mesh.findall(f"{COLLADA}triangles")) > 1 for mesh in meshes)


def page(task: MultibodyTask, meshes: pin.GeometryModel, runs: Demonstrations, title: str, count: int) -> str:
    """HTML in which the robot goes through the first `count` runs, one after another, along their paths."""
    viewer = meshcat.Visualizer(window=Page(title))
    robot = Robot(task.model, None, meshes)
    robot.initViewer(viewer)
    robot.loadViewerModel()
    robot.setBackgroundColor()
    shown = runs.take(np.arange(min(count, len(runs))))
    _surroundings(viewer, task, shown)
    every = max(1, round(1 / (FRAMES_PER_SECOND * task.dt)))
    animation = Animation(default_framerate=1 / (every * task.dt))
    for frame, x in enumerate(np.concatenate(shown.xs[:, ::every])):
        robot.viewer = animation.at_frame(viewer, frame)
        robot.display(x[: task.model.nq])
    viewer.set_animation(animation, repetitions=FOREVER)
    return viewer.static_html()


def _surroundings(viewer: meshcat.Visualizer, task: MultibodyTask, runs: Demonstrations) -> None:
    """Columns, the path and the goal of every run in a colour of its own, and a camera that sees them all."""
    for number, (x, y, radius) in enumerate(task.columns_in_the_way):
        column = viewer[f"column {number}"]
        column.set_object(shapes.Cylinder(COLUMN_HEIGHT, radius), shapes.MeshLambertMaterial(color=0x999999))
        upright = rotation_matrix(np.pi / 2, [1, 0, 0])  # meshcat's stand along y
        column.set_transform(translation_matrix([x, y, COLUMN_HEIGHT / 2]) @ upright)
    seen = []
    colours = sns.color_palette("tab10", len(runs)).as_hex()
    for number, (theta, xs, colour) in enumerate(zip(runs.theta, runs.xs, colours, strict=True)):
        look = {"color": int(colour[1:], 16)}
        path, goal = np.array([task.tracked_point(x) for x in xs]), task.goal_point(theta)
        line = shapes.Line(shapes.PointsGeometry(np.float32(path.T)), shapes.LineBasicMaterial(**look))
        viewer[f"path {number}"].set_object(line)
        if goal is not None:
            viewer[f"goal {number}"].set_object(shapes.Sphere(GOAL), shapes.MeshLambertMaterial(**look))
            viewer[f"goal {number}"].set_transform(translation_matrix(goal))
        seen.append(path)
    low, high = (end(np.concatenate(seen), axis=0) for end in (np.min, np.max))
    away = DISTANCE * (np.linalg.norm(high - low) + ROBOT)
    viewer["/Cameras/default"].set_transform(translation_matrix((low + high) / 2))
    viewer["/Cameras/default/rotated/<object>"].set_property("position", [0.6 * away, 0.4 * away, 0.6 * away])
