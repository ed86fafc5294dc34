# Figures and tables: drawn from evaluations and timings, kept in git.
import json

from sobolev_diffusion.store import write_atomically

STYLE = "config/plotting.yaml"
FIGURE_SUFFIXES = (".pdf", ".png", ".csv")
TABLE_SUFFIXES = (".md", ".csv", ".tex")


def figure_files():
    return [f"{RESULTS}/figures/{name}{suffix}" for name in CONFIG.figures for suffix in FIGURE_SUFFIXES]


def table_files():
    return [f"{RESULTS}/tables/{name}{suffix}" for name in CONFIG.tables for suffix in TABLE_SUFFIXES]


def animation_files():
    return [f"{RESULTS}/animations/{name}.html" for name in CONFIG.animations]


def expectation(section, name, content):
    """A file with the identity of what a figure must show, written anew only when that changes.

    It makes a drawn file older than what it should show when the settings change, whatever Snakemake
    remembers: in a fresh clone, without .snakemake, and when the cache is not to be used.
    """
    path = Path(RESULTS) / ".expected" / section / f"{name}.json"
    text = json.dumps({**content, "computed anew": CONFIG.cache == "off"}, sort_keys=True)
    if not path.exists() or path.read_text() != text:
        write_atomically(path, lambda partial: partial.write_text(text))
    return str(path)


def drawing(section):
    """Inputs and parameters of a figure (section: figures) or a table (section: tables)."""

    def spec(wildcards):
        return getattr(CONFIG, section)[wildcards.name]

    def expected(wildcards):
        drawn = [each.key for each in PLAN.drawn(spec(wildcards))]
        settings = spec(wildcards).model_dump(mode="json")
        return expectation(section, wildcards.name, {"keys": drawn, "settings": settings})

    return {
        "expected": expected,
        "artefacts": ancient(lambda wildcards: [locate(each) for each in PLAN.drawn(spec(wildcards))]),
        "identities": lambda wildcards: [(each.key, each.labels) for each in PLAN.drawn(spec(wildcards))],
        "settings": lambda wildcards: spec(wildcards).model_dump(mode="json"),
    }


FIGURE, TABLE = drawing("figures"), drawing("tables")


rule figure:
    input:
        artefacts=FIGURE["artefacts"],
        expected=FIGURE["expected"],
        style=STYLE,
    output:
        multiext(RESULTS + "/figures/{name}", *FIGURE_SUFFIXES),
    wildcard_constraints:
        name="[^/]+",
    params:
        settings=FIGURE["settings"],
        identities=FIGURE["identities"],
    log:
        RESULTS + "/logs/figures/{name}.log",
    message:
        "drawing figure {wildcards.name}"
    script:
        "../scripts/draw_figure.py"


rule table:
    input:
        artefacts=TABLE["artefacts"],
        expected=TABLE["expected"],
        style=STYLE,
    output:
        multiext(RESULTS + "/tables/{name}", *TABLE_SUFFIXES),
    wildcard_constraints:
        name="[^/]+",
    params:
        settings=TABLE["settings"],
        identities=TABLE["identities"],
    log:
        RESULTS + "/logs/tables/{name}.log",
    message:
        "writing table {wildcards.name}"
    script:
        "../scripts/write_table.py"


rule animation:
    input:
        artefact=ancient(lambda wildcards: locate(PLAN.animated(CONFIG.animations[wildcards.name]))),
    output:
        RESULTS + "/animations/{name}.html",
    wildcard_constraints:
        name="[^/]+",
    params:
        key=lambda wildcards: PLAN.animated(CONFIG.animations[wildcards.name]).key,
        title=lambda wildcards: CONFIG.animations[wildcards.name].title,
        shown=lambda wildcards: CONFIG.animations[wildcards.name].count,
    log:
        RESULTS + "/logs/animations/{name}.log",
    message:
        "animation {wildcards.name}"
    script:
        "../scripts/animate.py"
