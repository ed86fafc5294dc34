# A rule for each stage of sobolev_diffusion.experiment.stages, and one that takes frozen artefacts instead.
# Every file name carries the key of what it is a function of, so a file that exists is the right one:
# times of modification say nothing (hence `ancient`).
import re

for stage in STAGES.values():

    rule:
        name:
            stage.rule
        input:
            there=ancient(sources_of(stage, again=False)),
            again=sources_of(stage, again=True),
        output:
            artefact=f"{RESULTS}/{stage.name}/{{name}}{stage.suffix}",
            stamp=f"{RESULTS}/{stage.name}/{{name}}{stage.suffix}.stamp.json",
        log:
            f"{RESULTS}/logs/{stage.name}/{{name}}.log",
        benchmark:
            f"{RESULTS}/benchmarks/{stage.name}/{{name}}.tsv"
        threads: (workflow.resource_settings.cores or 1) if stage.alone else 1
        resources:
            gpu=0,  # trainings on GPUs: profiles/slurm/config.yaml
        params:
            job=job_of(stage),
        message:
            f"{stage.message}: {{wildcards.name}}"
        script:
            "../scripts/compute.py"


if CONFIG.cache != "off":
    workflow.ruleorder("restore", *(stage.rule for stage in STAGES.values()))

    rule restore:
        input:
            nothing_if_frozen,
        output:
            artefact=f"{RESULTS}/{{stage}}/{{name}}{{suffix}}",
            stamp=f"{RESULTS}/{{stage}}/{{name}}{{suffix}}.stamp.json",
        log:
            f"{RESULTS}/logs/restore/{{stage}}/{{name}}{{suffix}}.log",
        wildcard_constraints:
            stage="|".join(STAGES),
            suffix="|".join(sorted({re.escape(stage.suffix) for stage in STAGES.values()})),
        params:
            frozen=frozen,
        message:
            "taking from the cache: {wildcards.stage} {wildcards.name}"
        script:
            "../scripts/restore.py"
