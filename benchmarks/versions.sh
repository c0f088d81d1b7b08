#!/usr/bin/env bash
# Remote write 1.0 beside 2.0, and 2.0 with what it adds: each form of the same samples goes to a server that has just started, in turns.
#
#   benchmarks/versions.sh [ROUNDS] [WORK] [KEY=VALUE…]
#
# KEY=VALUE goes to the load tool: data=FOLDER (recorded series instead of simulated ones) instances=50 steps=120 jitter=0 … FORMS, in the
# environment, says which forms, separated by ";". Prints a line a replay and the medians of samples per CPU-second of the server.
set -euo pipefail
source "$(dirname "$0")/tools.sh"

rounds=${1:-3}
work=${2:-/tmp/vedette-versions}
shift $(($# < 2 ? $# : 2))
port=39590
IFS=';' read -ra forms <<<"${FORMS:-version=1;version=2;version=2 metadata=1;version=2 starts=1}"

build_all
rm -rf "$work"
mkdir -p "$work"
cluster "$work/resources" </dev/null
end=$(($(date +%s) / 15 * 15 * 1000))

for round in $(seq "$rounds"); do
  for form in "${forms[@]}"; do
    rm -rf "$work/data"
    "$root/vedette" run --listen "127.0.0.1:$port" --data "$work/data" --resources "$work/resources" >"$work/server.log" 2>&1 &
    pids+=($!)
    await "http://127.0.0.1:$port/-/ready"
    read -ra words <<<"$form"
    line=$(tool Load url="http://127.0.0.1:$port/api/v1/write" pid="${pids[0]}" end="$end" "$@" "${words[@]}")
    printf '%d %-22s %s wal=%d\n' "$round" "$form" "$line" "$(du -sb "$work/data/wal" | cut -f1)" | tee -a "$work/lines"
    stop -KILL
  done
done
for form in "${forms[@]}"; do
  printf 'median %-22s %s samples/cpu-s\n' "$form" \
    "$(grep -F -- " $(printf '%-22s' "$form") samples=" "$work/lines" | grep -o 'samples/cpu-s=[0-9]*' | cut -d= -f2 | sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }')"
done
