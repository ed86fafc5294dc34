# Figures and tables: drawn from evaluations, kept in git.
from sobolev_diffusion.keys import artefact_key

STYLE = "config/plotting.yaml"
FIGURE_SUFFIXES = (".pdf", ".png", ".csv")
TABLE_SUFFIXES = (".md", ".csv", ".tex")


def figure_files():
    return [f"{RESULTS}/figures/{name}{suffix}" for name in CONFIG.figures for suffix in FIGURE_SUFFIXES]


def table_files():
    return [f"{RESULTS}/tables/{name}{suffix}" for name in CONFIG.figures for suffix in TABLE_SUFFIXES]


def drawn_evaluations(wildcards):
    return [locate(each) for each in PLAN.experiment(CONFIG.figures[wildcards.figure].experiment)]


def drawn_keys(wildcards):
    return [each.key for each in PLAN.experiment(CONFIG.figures[wildcards.figure].experiment)]


def figure_settings(wildcards):
    return CONFIG.figures[wildcards.figure].model_dump(mode="json")


def figure_task(wildcards):
    return CONFIG.experiments[CONFIG.figures[wildcards.figure].experiment].task


rule figure:
    input:
        evaluations=ancient(drawn_evaluations),
        style=STYLE,
    output:
        multiext(RESULTS + "/figures/{figure}", *FIGURE_SUFFIXES),
    wildcard_constraints:
        figure="|".join(CONFIG.figures),
    params:
        settings=figure_settings,
        task=figure_task,
        input_keys=drawn_keys,
    log:
        RESULTS + "/logs/figures/{figure}.log",
    message:
        "drawing figure {wildcards.figure}"
    script:
        "../scripts/draw_figure.py"


rule table:
    input:
        evaluations=ancient(drawn_evaluations),
        style=STYLE,
    output:
        multiext(RESULTS + "/tables/{figure}", *TABLE_SUFFIXES),
    wildcard_constraints:
        figure="|".join(CONFIG.figures),
    params:
        settings=figure_settings,
        task=figure_task,
        input_keys=drawn_keys,
    log:
        RESULTS + "/logs/tables/{figure}.log",
    message:
        "writing table {wildcards.figure}"
    script:
        "../scripts/write_table.py"
