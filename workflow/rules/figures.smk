# Figures, tables and animations: drawn from artefacts; figures and tables are kept in git.
from sobolev_diffusion.experiment.provenance import DrawnFiles, ask_for, forget, identity, why_draw
from sobolev_diffusion.figures import SECTIONS
from sobolev_diffusion.figures.captions import as_rst

def settings_of(section, name):
    return getattr(CONFIG, section)[name]


def files_of(section, name):
    return DrawnFiles(Path(RESULTS), section, name)


def drawn_files(section):
    return [str(path) for name in getattr(CONFIG, section) for path in files_of(section, name).paths]


def drawn_from(section, name):
    return PLAN.drawn(settings_of(section, name))


def artefacts_of(section, again):
    return lambda wildcards: computed_files(drawn_from(section, wildcards.name), again)


def outputs_of(section):
    """One file for each suffix; one of them is shown in the report.

    `update`: they are kept in git, so they stay until they are replaced, and come back if that fails.
    """
    files = {suffix: update(f"{RESULTS}/{section}/{{name}}{suffix}") for suffix in SECTIONS[section].suffixes}
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
        return as_rst(settings_of(section, wildcards.name).heading or wildcards.name)

    return caption


def identity_of(section, name):
    artefacts = [(each.key, each.labels) for each in drawn_from(section, name)]
    settings = settings_of(section, name).model_dump(mode="json")
    return identity(settings, artefacts, Path(STYLE), CONFIG.cache == "off")


def expected_of(section):
    return lambda wildcards: str(
        files_of(section, wildcards.name).expected(identity_of(section, wildcards.name))
    )


def sources_of_drawing(section):
    return lambda wildcards: [str(place_of(each)) for each in drawn_from(section, wildcards.name)]


def decide(section, name):
    """Whether to draw, told to Snakemake by the time of the file of what is expected."""
    expected = identity_of(section, name)
    files = files_of(section, name)
    reason = why_draw(files, expected, [place_of(each) for each in drawn_from(section, name)])
    if reason:
        logger.info(f"To be drawn: {section} {name}: {reason}.")
    ask_for(files, expected, draw=reason is not None)


if workflow.is_main_process:
    for section, name, _ in CONFIG.drawings():
        decide(section, name)


for section, rule_name in (("figures", "figure"), ("tables", "table"), ("animations", "animation")):

    rule:
        name:
            rule_name
        input:
            there=ancient(artefacts_of(section, again=False)),
            again=artefacts_of(section, again=True),
            expected=expected_of(section),
        output:
            outputs_of(section),
            record=update(f"{RESULTS}/.drawn/{section}/{{name}}.json"),
        wildcard_constraints:
            name="[^/]+",
        params:
            caption=caption_of(section),
            place=(RESULTS, section),
            sources=sources_of_drawing(section),
            style=STYLE,
        message:
            f"drawing {rule_name} {{wildcards.name}}"
        script:
            "../scripts/draw.py"
