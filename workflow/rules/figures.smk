# Figures, tables and animations: drawn from artefacts; figures and tables are kept in git.
import re

from sobolev_diffusion.experiment.provenance import DrawnFiles, ask_for, identity, why_draw
from sobolev_diffusion.figures import SECTIONS

STYLE = "config/plotting.yaml"


def settings_of(section, name):
    return getattr(CONFIG, section)[name]


def files_of(section, name):
    return DrawnFiles(Path(RESULTS), section, name)


def drawn_files(section):
    return [str(path) for name in getattr(CONFIG, section) for path in files_of(section, name).paths]


def artefacts_of(section):
    def artefacts(wildcards):
        return [locate(each) for each in PLAN.drawn(settings_of(section, wildcards.name))]

    return ancient(artefacts)


def outputs_of(section):
    """One file for each suffix; one of them is shown in the report."""
    files = {suffix: f"{RESULTS}/{section}/{{name}}{suffix}" for suffix in SECTIONS[section].suffixes}
    reported = SECTIONS[section].reported
    files[reported] = report(
        files[reported],
        caption="../report/drawing.rst",
        category=section.capitalize(),
        labels={"name": "{name}"},
    )
    return list(files.values())


def caption_of(section):
    """What the report says of it, as reStructuredText."""

    def caption(wildcards):
        text = settings_of(section, wildcards.name).heading or wildcards.name
        return re.sub(r"([\\*_`|])", r"\\\1", text)

    return caption


def identity_of(section, name):
    drawing = settings_of(section, name)
    artefacts = [(each.key, each.labels) for each in PLAN.drawn(drawing)]
    return identity(drawing.model_dump(mode="json"), artefacts, Path(STYLE), CONFIG.cache == "off")


def expected_of(section):
    return lambda wildcards: str(files_of(section, wildcards.name).expected(identity_of(section, wildcards.name)))


def decide(section, name, drawing):
    """Whether to draw, told to Snakemake by the time of the file of what is expected."""
    expected = identity_of(section, name)
    files = files_of(section, name)
    reason = why_draw(files, expected, [Path(place_of(each)) for each in PLAN.drawn(drawing)])
    if reason:
        logger.info(f"To be drawn: {section} {name}: {reason}.")
    ask_for(files, expected, draw=reason is not None)


if workflow.is_main_process:
    for each in CONFIG.drawings():
        decide(*each)


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
            place=(RESULTS, section),
        message:
            f"drawing {rule_name} {{wildcards.name}}"
        script:
            "../scripts/draw.py"
