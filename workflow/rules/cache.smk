# Frozen artefacts are read where they lie; one that is asked for by its readable name is copied there.
from sobolev_diffusion.experiment.artefact import SUFFIX


def frozen(wildcards):
    artefact = artefact_of(wildcards.stage, wildcards.name + wildcards.suffix)
    return f"{CACHE}/{artefact.cached_file}"


if CONFIG.cache != "off":

    ruleorder: restore > demonstrations > collection > policy > evaluation > reference > timing

    rule restore:
        input:
            ancient(frozen),
        output:
            artefact=RESULTS + "/{stage}/{name}{suffix}",
            stamp=RESULTS + "/{stage}/{name}{suffix}.stamp.json",
        wildcard_constraints:
            stage="|".join(SUFFIX),
            suffix="|".join(sorted({suffix.replace(".", r"\.") for suffix in SUFFIX.values()})),
        params:
            key=lambda wildcards: artefact_of(wildcards.stage, wildcards.name + wildcards.suffix).key,
        message:
            "taking from the cache: {wildcards.stage} {wildcards.name}"
        script:
            "../scripts/restore.py"
