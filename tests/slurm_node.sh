#!/usr/bin/env bash
# A Slurm cluster of this one machine, in a folder, for the current user:
#   slurm_node.sh start FOLDER   then SLURM_CONF=FOLDER/slurm.conf PATH=FOLDER/bin:$PATH
#   slurm_node.sh stop FOLDER
set -euo pipefail
folder=$(realpath -m "$2")

stop() {
    for name in slurmd slurmctld munged; do
        if [[ -s "$folder/$name.pid" ]]; then
            kill "$(cat "$folder/$name.pid")" 2>/dev/null || true
        fi
    done
}

start() {
    mkdir -p "$folder"/{state,spool,bin}
    chmod 755 "$folder"
    head -c 1024 /dev/urandom >"$folder/munge.key"
    chmod 600 "$folder/munge.key"
    munged --force --key-file="$folder/munge.key" --socket="$folder/munge.socket" --pid-file="$folder/munged.pid" \
        --log-file="$folder/munged.log" --seed-file="$folder/munged.seed"
    local host memory ports
    host=$(hostname -s)
    memory=$(awk '/MemTotal/ { print int($2 / 1024 * 0.9) }' /proc/meminfo)
    read -r -a ports < <(python3 -c '
import socket
sockets = [socket.create_server(("", 0)) for _ in range(2)]
print(*(each.getsockname()[1] for each in sockets))')
    touch "$folder/card0"
    cat >"$folder/slurm.conf" <<EOF
ClusterName=one_node
SlurmctldHost=$host(127.0.0.1)
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
SlurmctldPort=${ports[0]}
SlurmdPort=${ports[1]}
AuthType=auth/munge
AuthInfo=socket=$folder/munge.socket
CredType=cred/munge
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
SlurmctldLogFile=$folder/slurmctld.log
SlurmdLogFile=$folder/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
SchedulerParameters=sched_interval=2
ReturnToService=2
GresTypes=gpu
NodeName=$host NodeAddr=127.0.0.1 CPUs=$(nproc) RealMemory=$memory Gres=gpu:1 State=UNKNOWN
PartitionName=main Nodes=$host Default=YES MaxTime=INFINITE State=UP
EOF
    # Inside jobs Snakemake drops the variables of Slurm, this one too.
    printf '#!/bin/sh\nSLURM_CONF=%s exec %s "$@"\n' "$folder/slurm.conf" "$(command -v srun)" >"$folder/bin/srun"
    chmod +x "$folder/bin/srun"
    echo "Name=gpu File=$folder/card0" >"$folder/gres.conf"
    export SLURM_CONF=$folder/slurm.conf
    slurmctld -c
    slurmd -c
    for _ in $(seq 60); do
        [[ $(sinfo --noheader --format=%T 2>/dev/null) == idle ]] && return
        sleep 1
    done
    echo "the node did not come up; see $folder/*.log" >&2
    stop
    exit 1
}

"$1"
