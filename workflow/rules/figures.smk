# Figures, tables and animations: drawn from artefacts; figures and tables are kept in git.
import re

from sobolev_diffusion.experiment.provenance import Drawing, ask_for, identity, why_draw

STYLE = "config/plotting.yaml"
REPORTED = {"figures": ".png", "tables": ".csv", "animations": ".html"}
SUFFIXES = {"figures": (".pdf", ".png", ".csv"), "tables": (".md", ".csv", ".tex"), "animations": (".html",)}


def drawing(section, name):
    return Drawing(Path(RESULTS), section, name, SUFFIXES[section])


def drawn_files(section):
    return [str(file) for name in getattr(CONFIG, section) for file in drawing(section, name).files]


def artefacts_of(section):
    def artefacts(wildcards):
        return [locate(each) for each in PLAN.drawn(getattr(CONFIG, section)[wildcards.name])]

    return ancient(artefacts)


def outputs_of(section):
    """One file for each suffix; one of them is shown in the report."""
    files = {suffix: f"{RESULTS}/{section}/{{name}}{suffix}" for suffix in SUFFIXES[section]}
    shown = REPORTED[section]
    category = section.capitalize()
    files[shown] = report(files[shown], caption="../report/drawing.rst", category=category, labels={"name": "{name}"})
    return list(files.values())


def caption_of(section):
    """The caption, as reStructuredText."""

    def caption(wildcards):
        spec = getattr(CONFIG, section)[wildcards.name]
        text = getattr(spec, "caption", "") or getattr(spec, "title", wildcards.name)
        return re.sub(r"([\\*_`|])", r"\\\1", text)

    return caption


def identity_of(section, name):
    spec = getattr(CONFIG, section)[name]
    artefacts = [(each.key, each.labels) for each in PLAN.drawn(spec)]
    return identity(spec.model_dump(mode="json"), artefacts, Path(STYLE), CONFIG.cache == "off")


def expected_of(section):
    return lambda wildcards: str(drawing(section, wildcards.name).expected(identity_of(section, wildcards.name)))


def decide(section, name, spec):
    """Whether to draw, told to Snakemake by the time of the file of what is expected."""
    expected = identity_of(section, name)
    files = drawing(section, name)
    reason = why_draw(files, expected, [Path(place_of(each)) for each in PLAN.drawn(spec)])
    if reason:
        logger.info(f"To be drawn: {section} {name}: {reason}.")
    ask_for(files, expected, draw=reason is not None)


if workflow.is_main_process:
    for section in SUFFIXES:
        for name, spec in getattr(CONFIG, section).items():
            decide(section, name, spec)


for section, rule_name in (("figures", "figure"), ("tables", "table"), ("animations", "animation")):

    rule:
        name:
            rule_name
        input:
            artefacts=artefacts_of(section),
            expected=expected_of(section),
            style=ancient(STYLE),
        output:
            outputs_of(section),
            record=f"{RESULTS}/.drawn/{section}/{{name}}.json",
        wildcard_constraints:
            name="[^/]+",
        params:
            caption=caption_of(section),
            place=(RESULTS, section, SUFFIXES[section]),
        message:
            f"drawing {rule_name} {{wildcards.name}}"
        script:
            "../scripts/draw.py"
