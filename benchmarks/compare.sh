#!/usr/bin/env bash
# Ingest and disk beside the peers, on the same bytes in the same run.
#
#   BENCH=folder of the replay tool (built)  PEERS=folder with prometheus and victoria-metrics  benchmarks/compare.sh [WORK] [KEY=VALUE…]
#
# KEY=VALUE goes to the replay tool: instances=50 steps=120 interval=15000 jitter=0 conns=4. Only loopback is used. Every server
# started here is stopped here. Prints one line a server: samples per server CPU-second, resident memory, bytes on disk after
# flush and merge, bytes a sample.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
bench=${BENCH:?folder of the replay tool}
peers=${PEERS:?folder with the prometheus and victoria-metrics binaries}
work=$(mkdir -p "${1:-/tmp/vedette-compare}" && cd "${1:-/tmp/vedette-compare}" && pwd)
shift || true

pids=()
stop() {
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  for pid in "${pids[@]}"; do while kill -0 "$pid" 2>/dev/null; do sleep 0.2; done; done
  pids=()
}
trap stop EXIT

rm -rf "$work/vedette" "$work/prometheus" "$work/victoria"
mkdir -p "$work/prometheus" "$work/victoria" "$work/resources"

# A server is asked until it answers; it is given up after a minute.
await() {
  for _ in $(seq 300); do
    curl -fs -o /dev/null "$1" && return
    sleep 0.2
  done
  printf 'no answer from %s\n' "$1" >&2
  exit 1
}

cat >"$work/resources/cluster.yaml" <<'YAML'
apiVersion: vedette.dev/v1alpha1
kind: MetricsCluster
metadata:
  name: compare
spec:
  selfMonitoring:
    enabled: false
YAML
# Interval alignment as the replay tool does it; one end for all, so that all get the same samples.
end=$(($(date +%s) / 15 * 15 * 1000))

replay() { # name url pid
  printf '%-12s ' "$1"
  (cd "$bench" && "$JAVA_HOME/bin/java" -Xmx8g --enable-native-access=ALL-UNNAMED -cp 'build:lib/*' bench.Replay url="$2" pid="$3" instances=50 steps=120 spool=1 \
    end="$end" data=data "${@:4}") | tee "$work/$1.replay"
}

report() { # name folder [option of du]…
  local samples bytes
  samples=$(grep -o 'samples=[0-9]*' "$work/$1.replay" | head -1 | cut -d= -f2)
  bytes=$(du -sb "${@:3}" "$2" | cut -f1)
  awk -v n="$1" -v s="$samples" -v b="$bytes" 'BEGIN { printf "%-12s disk %d bytes, %.4f bytes a sample\n", n, b, b / s }'
}

: "${JAVA_HOME:=$(dirname "$(dirname "$(readlink -f "$(command -v java)")")")}"

"$root/vedette" run --listen 127.0.0.1:39090 --data "$work/vedette" --resources "$work/resources" >"$work/vedette.log" 2>&1 &
pids+=($!)
await http://127.0.0.1:39090/-/ready
replay vedette http://127.0.0.1:39090/api/v1/write "${pids[0]}" "$@"
grep -E 'VmRSS|RssAnon' "/proc/${pids[0]}/status" | sed 's/^/             /'
curl -fs -X POST http://127.0.0.1:39090/api/v1/admin/tsdb/flush >/dev/null
report vedette "$work/vedette"
stop

"$peers/victoria-metrics" -storageDataPath="$work/victoria" -httpListenAddr=127.0.0.1:38428 -retentionPeriod=100y >"$work/victoria.log" 2>&1 &
pids+=($!)
await http://127.0.0.1:38428/health
replay victoria http://127.0.0.1:38428/api/v1/write "${pids[0]}" "$@"
grep -E 'VmRSS|RssAnon' "/proc/${pids[0]}/status" | sed 's/^/             /'
curl -fs "http://127.0.0.1:38428/internal/force_flush" >/dev/null
curl -fs "http://127.0.0.1:38428/internal/force_merge" >/dev/null
sleep 10
stop
# What it saves of its caches when it ends is no data.
report victoria "$work/victoria" --exclude=cache

printf 'global: {scrape_interval: 60s}\nstorage: {tsdb: {out_of_order_time_window: 30m}}\n' >"$work/prometheus.yml"
"$peers/prometheus" --config.file="$work/prometheus.yml" --storage.tsdb.path="$work/prometheus" --web.enable-remote-write-receiver --web.enable-admin-api \
  --web.listen-address=127.0.0.1:39091 >"$work/prometheus.log" 2>&1 &
pids+=($!)
await http://127.0.0.1:39091/-/ready
replay prometheus http://127.0.0.1:39091/api/v1/write "${pids[0]}" "$@"
grep -E 'VmRSS|RssAnon' "/proc/${pids[0]}/status" | sed 's/^/             /'
# A snapshot writes the head as a block: what the data is once out of the log.
curl -fs -X POST "http://127.0.0.1:39091/api/v1/admin/tsdb/snapshot" >/dev/null
report prometheus "$work/prometheus/snapshots"
stop
