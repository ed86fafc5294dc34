"""Files of the repository that are pages too, under the paths that they have there: one source for each.

Links between them, and from docs/ to them as `results/tables/summary.md`, are therefore checked by the build.
"""

import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[2]
SHOWN = (
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "results/RESULTS.md",
    "results/figures/*.png",
    "results/tables/*.md",
    "results/sweeps/*/tables/*.md",
    "benchmarks/results/*.md",
)


def on_files(files: Files, config: MkDocsConfig) -> Files:
    for path in sorted(path for pattern in SHOWN for path in ROOT.glob(pattern)):
        place = path.relative_to(ROOT).as_posix()
        files.append(File.generated(config, place, abs_src_path=str(path)))
    for folder in sorted(ROOT.glob("results/sweeps/*/tables")):
        tables = "".join(f"- [{table.stem}]({table.name})\n" for table in sorted(folder.glob("*.md")))
        text = f"# Sweep {folder.parent.name}\n\n{tables}"
        files.append(File.generated(config, f"{folder.relative_to(ROOT).as_posix()}/index.md", content=text))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """In the repository a folder is linked, on the site the list of its tables; docs/ is the site's root."""
    markdown = re.sub(r"\]\((sweeps/\w+/tables)\)", r"](\1/index.md)", markdown)
    if page.file.src_uri in SHOWN:
        markdown = markdown.replace("](docs/", "](")
    return markdown
