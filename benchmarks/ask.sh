#!/usr/bin/env bash
# The same questions to Vedette, VictoriaMetrics and Prometheus, each loaded with the same samples, in turns.
#
#   BENCH=folder of the replay tool (built)  PEERS=folder with prometheus and victoria-metrics  benchmarks/ask.sh [ROUNDS] [WORK] [KEY=VALUE…]
#
# KEY=VALUE goes to the replay tool: instances=50 steps=120 interval=15000 …  In the environment: QUERIES, a file of the replay tool's
# (queries.txt); AGO, how many seconds ago the samples end (0: what is new is not cached by anyone, 7200: all of it may be);
# VICTORIA, more options for VictoriaMetrics, -search.disableCache for one; SPEC, what is to stand below spec of our MetricsCluster, such as
# 'query: {alignToStep: true}', which VictoriaMetrics does unasked. Asks all queries ROUNDS (15) times, three times over: of
# servers that have just started, and of warm ones. Prints the medians, the first server being what the others are compared with, and
# the CPU seconds of each server during each of the three. At last Vedette is ended by SIGTERM and started again: how long until it is ready, and
# how long its first answer takes, to the first of the queries. Only loopback is used, and what is started here is stopped here.
set -euo pipefail

source "$(dirname "$0")/tools.sh"

bench=${BENCH:?folder of the replay tool}
peers=${PEERS:?folder with the prometheus and victoria-metrics binaries}
queries=${QUERIES:-queries.txt}
rounds=${1:-15}
work=$(mkdir -p "${2:-/tmp/vedette-ask}" && cd "${2:-/tmp/vedette-ask}" && pwd)
shift $(($# < 2 ? $# : 2))
build_all

# What is called here is the replay tool's, not ours.
peer_tool() {
  (cd "$bench" && "$JAVA_HOME/bin/java" -Xmx4g --enable-native-access=ALL-UNNAMED -cp 'build:lib/*' "$@")
}

cpu() { # pid: seconds so far
  awk -v hz="$(getconf CLK_TCK)" '{ sub(/.*\) /, ""); printf "%.2f", ($12 + $13) / hz }' "/proc/$1/stat"
}

rm -rf "$work/vedette" "$work/prometheus" "$work/victoria" "$work/resources"
mkdir -p "$work/prometheus" "$work/victoria"
cluster "$work/resources" <<<"${SPEC:-}"
printf 'global: {scrape_interval: 60s}\nstorage: {tsdb: {out_of_order_time_window: 3d}}\n' >"$work/prometheus.yml"
end=$((($(date +%s) - ${AGO:-0}) / 15 * 15 * 1000))

# shellcheck disable=SC2086 # options are words
"$peers/victoria-metrics" -storageDataPath="$work/victoria" -httpListenAddr=127.0.0.1:38428 -retentionPeriod=100y ${VICTORIA:-} >"$work/victoria.log" 2>&1 &
pids+=($!)
start_vedette() {
  "$root/vedette" run --listen 127.0.0.1:39090 --data "$work/vedette" --resources "$work/resources" >>"$work/vedette.log" 2>&1 &
  pids[1]=$!
}
rm -f "$work/vedette.log"
start_vedette
"$peers/prometheus" --config.file="$work/prometheus.yml" --storage.tsdb.path="$work/prometheus" --web.enable-remote-write-receiver \
  --web.listen-address=127.0.0.1:39091 >"$work/prometheus.log" 2>&1 &
pids+=($!)
urls=(http://127.0.0.1:38428 http://127.0.0.1:39090 http://127.0.0.1:39091)
await "${urls[0]}/health"
await "${urls[1]}/-/ready"
await "${urls[2]}/-/ready"
for i in 0 1 2; do
  peer_tool bench.Replay url="${urls[i]}/api/v1/write" pid="${pids[i]}" instances=50 steps=120 spool=1 end="$end" data=data "$@"
done
# VictoriaMetrics shows nothing that came within the last second.
sleep 5

for pass in first second third; do
  before=("$(cpu "${pids[0]}")" "$(cpu "${pids[1]}")" "$(cpu "${pids[2]}")")
  printf '%s time: VictoriaMetrics, Vedette, Prometheus\n' "$pass"
  peer_tool bench.Ask "$end" "$rounds" "$queries" "${urls[@]}"
  for i in 0 1 2; do
    awk -v a="${before[i]}" -v b="$(cpu "${pids[i]}")" -v u="${urls[i]}" 'BEGIN { printf "%-24s %.2f CPU seconds\n", u, b - a }'
  done
done

IFS='|' read -r span step expression < <(cd "$bench" && grep -v -e '^#' -e '^$' "$queries")
at=$((end / 1000 - 60))
question=(--data-urlencode "query=$expression")
if ((span == 0)); then
  question+=(-d "time=$at" "${urls[1]}/api/v1/query")
else
  question+=(-d "start=$((at - span))&end=$at&step=$step" "${urls[1]}/api/v1/query_range")
fi
kill -TERM "${pids[1]}"
wait "${pids[1]}" || true
began=$EPOCHREALTIME
start_vedette
await "${urls[1]}/-/ready"
ready=$EPOCHREALTIME
first=$(curl -fs -o "$work/answer" -w '%{time_total}' "${question[@]}")
again=$(curl -fs -o "$work/answer" -w '%{time_total}' "${question[@]}")
awk -v a="$began" -v b="$ready" -v f="$first" -v g="$again" -v q="$expression" -v s="$(wc -c <"$work/answer")" \
  'BEGIN { printf "started again: ready after %.2f s, first answer after %.1f ms, the same again %.1f ms (%d bytes): %s\n", b - a, f * 1000, g * 1000, s, q }'
