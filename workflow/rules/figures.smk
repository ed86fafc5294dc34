# Figures and tables: drawn from evaluations and timings, kept in git.
STYLE = "config/plotting.yaml"
FIGURE_SUFFIXES = (".pdf", ".png", ".csv")
TABLE_SUFFIXES = (".md", ".csv", ".tex")


def figure_files():
    return [f"{RESULTS}/figures/{name}{suffix}" for name in CONFIG.figures for suffix in FIGURE_SUFFIXES]


def table_files():
    return [f"{RESULTS}/tables/{name}{suffix}" for name in CONFIG.tables for suffix in TABLE_SUFFIXES]


def animation_files():
    return [f"{RESULTS}/animations/{name}.html" for name in CONFIG.animations]


def drawing(section):
    """Inputs and parameters of a figure (section: figures) or a table (section: tables)."""

    def spec(wildcards):
        return getattr(CONFIG, section)[wildcards.name]

    return {
        "artefacts": ancient(lambda wildcards: [locate(each) for each in PLAN.drawn(spec(wildcards))]),
        "identities": lambda wildcards: [(each.key, each.labels) for each in PLAN.drawn(spec(wildcards))],
        "settings": lambda wildcards: spec(wildcards).model_dump(mode="json"),
    }


FIGURE, TABLE = drawing("figures"), drawing("tables")


rule figure:
    input:
        artefacts=FIGURE["artefacts"],
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
