# Figures, tables and animations: drawn from artefacts; figures and tables are kept in git.
from sobolev_diffusion.experiment.ending import weaknesses_of_drawing
from sobolev_diffusion.experiment.provenance import DrawnFiles, ask_for, forget, identity, why_draw
from sobolev_diffusion.experiment.weaknesses import summary
from sobolev_diffusion.figures import SECTIONS
from sobolev_diffusion.figures.captions import as_rst

WHY: dict[tuple[str, str], str] = {}
"""Section and name of what is to be drawn -> why."""


def settings_of(section, name):
    known = getattr(CONFIG, section)
    if name not in known:
        raise fault(
            f"no {name} among the {section} of the configuration; it has {', '.join(known) or 'none'}"
        )
    return known[name]


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


def why_of(section):
    """Why it is drawn, to be said after its name."""
    return lambda wildcards: f": {WHY[section, wildcards.name]}" if (section, wildcards.name) in WHY else ""


def weaknesses_of(section):
    """What weakens what it shows, for the report; known once it is drawn."""

    def listed(wildcards):
        weak = summary(weaknesses_of_drawing(files_of(section, wildcards.name).record))
        return "".join(f"\n- {as_rst(line)}" for line in weak)

    return listed


def sources_of_drawing(section):
    return lambda wildcards: [str(place_of(each)) for each in drawn_from(section, wildcards.name)]


def decide(section, name):
    """Whether to draw, told to Snakemake by the time of the file of what is expected."""
    expected = identity_of(section, name)
    files = files_of(section, name)
    reason = why_draw(files, expected, [place_of(each) for each in drawn_from(section, name)])
    if reason:
        WHY[section, name] = reason
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
        log:
            f"{RESULTS}/logs/{section}/{{name}}.log",
        wildcard_constraints:
            name="[^/]+",
        params:
            caption=caption_of(section),
            weakened=weaknesses_of(section),
            why=why_of(section),
            place=(RESULTS, section),
            sources=sources_of_drawing(section),
            style=STYLE,
        message:
            f"drawing {rule_name} {{wildcards.name}}{{params.why}}"
        script:
            "../scripts/draw.py"
