#!/usr/bin/env bash
# Full load of remote write with queries beside, for an hour unless told otherwise. A line a minute: samples, CPU, memory, disk, latency;
# at the end whether all of it stayed flat. Exit status 0 only where it did and nothing failed.
#
#   benchmarks/soak.sh [SECONDS] [WORK] [KEY=VALUE…]
#
# SECONDS: 3600; WORK: /tmp/vedette-soak, emptied first. KEY=VALUE: instances=100 series=2000 (of each instance) conns=2 version=1|2
# churn=10 (percent of the instances replaced in a simulated hour) minute=60 days=10. VEDETTE_HEAP bounds the server's heap as always; SPEC, what
# is to stand below spec of the MetricsCluster, such as limits for a million series.
# Only loopback is used, and what is started here is stopped here.
set -euo pipefail
source "$(dirname "$0")/tools.sh"

seconds=${1:-3600}
work=${2:-/tmp/vedette-soak}
shift $(($# < 2 ? $# : 2))
port=39290

build_all
rm -rf "$work/data" "$work/resources"
mkdir -p "$work"
cluster "$work/resources" <<<"${SPEC:-}"
"$root/vedette" run --listen "127.0.0.1:$port" --data "$work/data" --resources "$work/resources" >"$work/vedette.log" 2>&1 &
pids+=($!)
await "http://127.0.0.1:$port/-/ready"
tool Soak url="http://127.0.0.1:$port/api/v1/write" pid="${pids[0]}" folder="$work/data" seconds="$seconds" conns=2 churn=10 "$@" | tee "$work/soak.txt"
