# Accelerating trajectory optimization with Sobolev-trained diffusion policies, from the first solver run
# to the last figure. What is computed stands in config/; how, in src/sobolev_diffusion.
from snakemake.utils import min_version

min_version("9.0")


report: "workflow/report/workflow.rst"


include: "workflow/rules/ending.smk"
include: "workflow/rules/plan.smk"
include: "workflow/rules/startup.smk"
include: "workflow/rules/jobs.smk"
include: "workflow/rules/stages.smk"
include: "workflow/rules/figures.smk"


rule all:
    default_target: True
    input:
        drawn_files("figures"),
        drawn_files("tables"),
        drawn_files("animations"),
