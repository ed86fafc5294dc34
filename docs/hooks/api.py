"""Pages of the API, from docstrings: the front door, then each room that exists as a package.

The front door is what `sobolev_diffusion/__init__.py` imports for type checkers, however lazily it is loaded.
"""

import ast
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

PACKAGE = Path(__file__).parents[2] / "src/sobolev_diffusion"
ROOMS = {
    "config": "typed settings",
    "tasks": "families of optimal control problems",
    "solver": "one solver behind one protocol, its gains, collected runs",
    "policies": "what predicts",
    "training": "what learns",
    "warm_start": "rollouts, guesses, refining, evaluation",
    "figures": "frames in, figures and tables out",
    "own_problem": "warm starts fitted to a problem of one's own",
    "experiment": "the bookkeeping of the workflow",
}


def rooms() -> list[str]:
    return [room for room in ROOMS if (PACKAGE / room / "__init__.py").exists()]


def front_door() -> list[str]:
    """Full names of what __init__.py offers: `from sobolev_diffusion.x import Y` is sobolev_diffusion.x.Y."""
    tree = ast.parse((PACKAGE / "__init__.py").read_text())
    return [
        f"sobolev_diffusion.{(node.module or '').removeprefix('sobolev_diffusion.')}.{name.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        and (node.level == 1 or (node.module or "").startswith("sobolev_diffusion."))
        for name in node.names
    ]


def modules(room: str) -> list[str]:
    """The room's modules, dotted, its own __init__ left out: that is the room's first entry."""
    paths = [path.relative_to(PACKAGE.parent) for path in sorted((PACKAGE / room).rglob("*.py"))]
    names = [".".join(path.with_suffix("").parts).removesuffix(".__init__") for path in paths]
    return [name for name in names if name != f"sobolev_diffusion.{room}"]


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    pages = [{"Front door": "api/index.md"}, *({room: f"api/{room}.md"} for room in rooms())]
    config.nav = [*(config.nav or []), {"API": pages}]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    # Each of these is documented by its room too, and it is there that cross-references lead.
    options = "{skip_local_inventory: true, show_root_full_path: false}"
    names = "\n\n".join(f"::: {name}\n    options: {options}" for name in front_door())
    listed = "\n".join(f"- [{room}]({room}.md): {ROOMS[room]}" for room in rooms())
    intro = "# API\n\nThe rooms of the package, and below what `from sobolev_diffusion import ...` offers:"
    text = f"{intro}\n\n{listed}\n\n{names}\n"
    files.append(File.generated(config, "api/index.md", content=text))
    for room in rooms():
        entries = [f"::: sobolev_diffusion.{room}\n    options: {{members: false}}"]
        entries += [f"::: {module}" for module in modules(room)]
        text = f"# {room}\n\n" + "\n\n".join(entries) + "\n"
        files.append(File.generated(config, f"api/{room}.md", content=text))
    return files
