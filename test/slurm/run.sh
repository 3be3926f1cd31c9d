#!/bin/bash
# The pipeline on a real Slurm, one node, this machine: npm run test:slurm [-- profile]
#   1. installs slurm-wlm and munge from Debian if they are not there (as root)
#   2. starts munged, slurmctld and slurmd in a temporary folder
#   3. runs the profile here and through Slurm; kills slurmd while an array runs, starts it again, stops the run and starts it again
#   4. compares all that was made, byte for byte
set -euo pipefail
cd "$(dirname "$0")/../.."
PROFILE=${1:-tiny}
STAGES=${2:-}
DIR=$(mktemp -d /tmp/fieldrank-slurm-XXXXXX)
HOST=$(hostname -s)
say() { printf '\n== %s\n' "$*"; }

say "Slurm"
if ! command -v slurmctld >/dev/null || ! command -v munged >/dev/null; then
  [ "$(id -u)" = 0 ] || { echo "slurm-wlm and munge are not installed: apt-get install slurm-wlm munge"; exit 2; }
  apt-get install -y -qq slurm-wlm munge >/dev/null
fi
[ "$(id -u)" = 0 ] || { echo "this test starts daemons: run it as root"; exit 2; }
export SLURM_CONF=$DIR/slurm.conf
mkdir -p "$DIR"/ctl "$DIR"/d "$DIR"/log
cat > "$SLURM_CONF" <<CONF
ClusterName=lab
SlurmctldHost=$HOST(127.0.0.1)
SlurmUser=root
AuthType=auth/munge
CredType=cred/munge
SlurmctldPort=6817
SlurmdPort=6818
StateSaveLocation=$DIR/ctl
SlurmdSpoolDir=$DIR/d
SlurmctldPidFile=$DIR/slurmctld.pid
SlurmdPidFile=$DIR/slurmd.pid
SlurmctldLogFile=$DIR/log/slurmctld.log
SlurmdLogFile=$DIR/log/slurmd.log
SlurmdTimeout=10
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
ReturnToService=2
SchedulerType=sched/backfill
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MaxArraySize=20001
MaxJobCount=50000
NodeName=$HOST NodeAddr=127.0.0.1 CPUs=$(nproc) Boards=1 SocketsPerBoard=1 CoresPerSocket=$(nproc) ThreadsPerCore=1 RealMemory=2000 State=UNKNOWN
PartitionName=main Nodes=$HOST Default=YES MaxTime=INFINITE State=UP OverSubscribe=NO
SchedulerParameters=batch_sched_delay=0,sched_min_interval=0,bf_interval=1,sched_interval=1,defer_batch
CONF
stop() {
  scancel --user=root >/dev/null 2>&1 || true
  for file in "$DIR"/slurmd.pid "$DIR"/slurmctld.pid; do [ -s "$file" ] && kill "$(cat "$file")" 2>/dev/null || true; done
  [ -n "${MUNGE:-}" ] && kill "$MUNGE" 2>/dev/null || true
  sleep 1
  rm -rf "$DIR"
}
trap stop EXIT
if ! munge -n 2>/dev/null | unmunge >/dev/null 2>&1; then
  install -d -o munge -g munge -m 0755 /run/munge
  install -d -o munge -g munge -m 0700 /var/log/munge /var/lib/munge
  runuser -u munge -- /usr/sbin/munged
  MUNGE=$(cat /run/munge/munged.pid)
fi
slurmctld -c
slurmd -c -N "$HOST"
for _ in $(seq 50); do sinfo -h -o %T 2>/dev/null | grep -q idle && break; sleep 0.2; done
sinfo

say "this machine alone"
npm run --silent build
FIELDRANK="node dist/cli/main.js"
# shellcheck disable=SC2086 # several names of stages are several words
time $FIELDRANK run $STAGES --profile "$PROFILE" --data "$DIR/here" --jobs 2 >/dev/null

say "through Slurm; slurmd is killed while an array runs"
cat > "$DIR/pipeline.yaml" <<YAML
$(cat pipeline.yaml)
slurm: { partition: main, time: '00:20:00', poll: 1, minute: 0, retries: 4 }
YAML
through() { $FIELDRANK run $STAGES --profile "$PROFILE" --file "$DIR/pipeline.yaml" --data "$DIR/there" --executor slurm; }
through > "$DIR/first.log" 2>&1 &
RUN=$!
until squeue -h -t RUNNING | grep -q .; do sleep 0.2; kill -0 $RUN; done
kill -9 "$(cat "$DIR"/slurmd.pid)"
pkill -9 slurmstepd || true
echo "killed slurmd with $(squeue -h -r | wc -l) tasks in the queue"
sleep 3
slurmd -c -N "$HOST"

say "the run itself is stopped and started again"
until squeue -h -t RUNNING | grep -q . || ! kill -0 $RUN 2>/dev/null; do sleep 0.2; done
kill -INT "$(pgrep -P $RUN -f 'main.js run' || echo $RUN)" 2>/dev/null || true
wait $RUN || true
tail -2 "$DIR/first.log"
through | tail -3

say "what both have made"
# Cards, boards and the report name seconds and machines, so they are never the same twice.
list() { (cd "$1/$PROFILE" && find . -type f ! -path './.*' ! -name 'lock.yaml' ! -name 'cost.json' ! -path './cards/*' ! -path './report/*' ! -path './reports/*' -print0 | sort -z | xargs -0 sha256sum); }
list "$DIR/here" > "$DIR/here.sums"
list "$DIR/there" > "$DIR/there.sums"
if diff "$DIR/here.sums" "$DIR/there.sums"; then
  echo "$(wc -l < "$DIR/here.sums") files, identical"
else
  echo "they differ"; exit 1
fi
# What Slurm itself put back into the queue when the node died comes again, finds its work done and ends.
for _ in $(seq 120); do [ -z "$(squeue -h)" ] && break; sleep 0.5; done
[ -z "$(squeue -h)" ] || { squeue; echo "something is left in the queue"; exit 1; }
