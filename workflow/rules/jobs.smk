# What the jobs of the stages read, and what they are told.


def sources_of(stage, again):
    return lambda wildcards: computed_files(
        artefact_of(stage.name, wildcards.name + stage.suffix).sources, again
    )


def job_of(stage):
    def describe(wildcards):
        artefact = artefact_of(stage.name, wildcards.name + stage.suffix)
        return artefact.job([place_of(each) for each in artefact.sources])

    return describe


# Frozen artefacts are read where they lie; one that is asked for by its readable name is copied there. An input
# that nobody makes keeps Snakemake from this rule where there is nothing to copy.
def nothing_if_frozen(wildcards):
    artefact = artefact_of(wildcards.stage, wildcards.name + wildcards.suffix)
    return [] if is_frozen(artefact) else f"{RESULTS}/.not_frozen/{artefact.key}"


def frozen(wildcards):
    artefact = artefact_of(wildcards.stage, wildcards.name + wildcards.suffix)
    return str(place_of(artefact)), artefact.key
