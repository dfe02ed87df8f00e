#!/bin/sh
# slurm.sh: the survey as a Slurm job array: each task runs its part of the workloads.
#
#	sbatch --array=1-8 survey/slurm.sh OUTPUT [OPTION OF flat survey ...]
#
# from the checkout, on nodes that share it and OUTPUT.  A task that is requeued goes on where it was.
# Afterwards: ./flat survey merge OUTPUT/part-* -o OUTPUT/all && ./flat survey report OUTPUT/all
#SBATCH --job-name=flat-survey
#SBATCH --cpus-per-task=2
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output=flat-survey-%A-%a.log
set -eu
output=${1:?usage: sbatch --array=1-N survey/slurm.sh OUTPUT [OPTION...]}
shift
i=${SLURM_ARRAY_TASK_ID:?not a task of an array: sbatch --array=1-N}
n=${SLURM_ARRAY_TASK_COUNT:?}
FLAT_NO_BUILD=1
export FLAT_NO_BUILD
exec ./flat survey run --jobs "${SLURM_CPUS_PER_TASK:-1}" --shard "$i/$n" --resume \
	-o "$output/part-$i" "$@"
