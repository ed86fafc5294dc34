# The stages that compute. Every file name carries the key of what it is a function of, so a file
# that exists is the right one: times of modification say nothing (hence `ancient`).


def inputs_of(stage, suffix):
    return ancient(
        lambda wildcards: [
            locate(each) for each in artefact_of(stage, wildcards.name + suffix).sources
        ]
    )


def job_of(stage, suffix):
    def describe(wildcards):
        artefact = artefact_of(stage, wildcards.name + suffix)
        return {
            "stage": stage,
            "key": artefact.key,
            "settings": artefact.settings,
            "labels": artefact.labels,
            "input_keys": [each.key for each in artefact.sources],
        }

    return describe


rule demonstrations:
    input:
        inputs_of("demonstrations", ".npz"),
    output:
        artefact=RESULTS + "/demonstrations/{name}.npz",
        stamp=RESULTS + "/demonstrations/{name}.npz.stamp.json",
    params:
        job=job_of("demonstrations", ".npz"),
    log:
        RESULTS + "/logs/demonstrations/{name}.log",
    benchmark:
        RESULTS + "/benchmarks/demonstrations/{name}.tsv"
    message:
        "solving training instances: {wildcards.name}"
    script:
        "../scripts/compute.py"


rule collection:
    input:
        inputs_of("collections", ".parquet"),
    output:
        artefact=RESULTS + "/collections/{name}.parquet",
        stamp=RESULTS + "/collections/{name}.parquet.stamp.json",
    params:
        job=job_of("collections", ".parquet"),
    log:
        RESULTS + "/logs/collections/{name}.log",
    benchmark:
        RESULTS + "/benchmarks/collections/{name}.tsv"
    message:
        "what was collected: {wildcards.name}"
    script:
        "../scripts/compute.py"


rule policy:
    input:
        inputs_of("policies", ".safetensors"),
    output:
        artefact=RESULTS + "/policies/{name}.safetensors",
        stamp=RESULTS + "/policies/{name}.safetensors.stamp.json",
    params:
        job=job_of("policies", ".safetensors"),
    log:
        RESULTS + "/logs/policies/{name}.log",
    benchmark:
        RESULTS + "/benchmarks/policies/{name}.tsv"
    resources:
        gpu=0, # trainings on GPUs: profiles/slurm/config.yaml
    message:
        "training: {wildcards.name}"
    script:
        "../scripts/compute.py"


rule evaluation:
    input:
        inputs_of("evaluations", ".parquet"),
    output:
        artefact=RESULTS + "/evaluations/{name}.parquet",
        stamp=RESULTS + "/evaluations/{name}.parquet.stamp.json",
    params:
        job=job_of("evaluations", ".parquet"),
    log:
        RESULTS + "/logs/evaluations/{name}.log",
    benchmark:
        RESULTS + "/benchmarks/evaluations/{name}.tsv"
    message:
        "evaluation: {wildcards.name}"
    script:
        "../scripts/compute.py"


rule reference:
    input:
        inputs_of("references", ".parquet"),
    output:
        artefact=RESULTS + "/references/{name}.parquet",
        stamp=RESULTS + "/references/{name}.parquet.stamp.json",
    params:
        job=job_of("references", ".parquet"),
    log:
        RESULTS + "/logs/references/{name}.log",
    benchmark:
        RESULTS + "/benchmarks/references/{name}.tsv"
    message:
        "best known costs: {wildcards.name}"
    script:
        "../scripts/compute.py"


rule paths:
    input:
        inputs_of("paths", ".parquet"),
    output:
        artefact=RESULTS + "/paths/{name}.parquet",
        stamp=RESULTS + "/paths/{name}.parquet.stamp.json",
    params:
        job=job_of("paths", ".parquet"),
    log:
        RESULTS + "/logs/paths/{name}.log",
    benchmark:
        RESULTS + "/benchmarks/paths/{name}.tsv"
    message:
        "paths to draw: {wildcards.name}"
    script:
        "../scripts/compute.py"


rule timing:
    input:
        inputs_of("timings", ".parquet"),
    output:
        artefact=RESULTS + "/timings/{name}.parquet",
        stamp=RESULTS + "/timings/{name}.parquet.stamp.json",
    params:
        job=job_of("timings", ".parquet"),
    log:
        RESULTS + "/logs/timings/{name}.log",
    benchmark:
        RESULTS + "/benchmarks/timings/{name}.tsv"
    threads: workflow.resource_settings.cores or 1 # nothing else runs beside it
    message:
        "timing: {wildcards.name}"
    script:
        "../scripts/compute.py"
