#!/usr/bin/env bash
# Processor time of scraping, beside the peers: each server scrapes the same targets (200 of 500 series, every five seconds) for a while,
# one server after the other. Prints samples taken, the server's processor time from its first complete round on, and its memory.
#
#   PEERS=folder with prometheus and victoria-metrics  benchmarks/scrape.sh [SECONDS] [WORK]      SECONDS: 120 for each server
#
# Targets listen on 127.0.1.1, 127.0.1.2 … Only loopback is used, and what is started here is stopped here.
set -euo pipefail
source "$(dirname "$0")/tools.sh"

seconds=${1:-120}
work=${2:-/tmp/vedette-scrape}
peers=${PEERS:?folder with the prometheus and victoria-metrics binaries}
targets=200 series=500 interval=5 port=39300

build_all
rm -rf "$work"
mkdir -p "$work"
"$JAVA_HOME/bin/java" -Xmx512m -XX:+UseSerialGC -cp "$tool_path" dev.vedette.benchmarks.load.ScrapeTargets port=$port targets=$targets series=$series \
  < <(sleep infinity) >"$work/targets.log" 2>&1 &
all=($!)
trap 'stop; for pid in "${all[@]}"; do kill "$pid" 2>/dev/null || true; done' EXIT
until grep -q listening "$work/targets.log"; do sleep 0.1; done

addresses() { for ((i = 1; i <= targets; i++)); do printf '%s127.0.1.%d:%d%s\n' "$1" "$i" "$port" "$2"; done; }

cluster "$work/resources" <<<''
{
  printf 'apiVersion: vedette.dev/v1alpha1\nkind: ScrapeTarget\nmetadata:\n  name: load\nspec:\n  interval: %ds\n  static:\n    targets:\n' $interval
  addresses '      - ' ''
} >"$work/resources/targets.yaml"
{
  printf 'global: {scrape_interval: %ds, scrape_timeout: 4s}\nscrape_configs:\n  - job_name: load\n    honor_labels: false\n    static_configs:\n      - targets:\n' $interval
  addresses '          - ' ''
} >"$work/prometheus.yml"

cpu_of() { # hundredths of a second of user and system time
  local stat
  stat=$(<"/proc/$1/stat")
  # shellcheck disable=SC2086
  set -- ${stat##*) }
  printf '%s' $((${12} + ${13}))
}

measure() { # name pid
  sleep $((4 * interval))
  local before after
  before=$(cpu_of "$2")
  sleep "$seconds"
  after=$(cpu_of "$2")
  awk -v n="$1" -v c=$((after - before)) -v s=$((seconds / interval * targets * series)) -v r="$(awk '/VmRSS/ { print $2 }' "/proc/$2/status")" \
    'BEGIN { printf "%-12s samples=%d serverCpu=%.2fs microseconds/sample=%.3f samples/cpu-s=%.0f rss=%dMB\n", n, s, c / 100, c * 1e4 / s, s * 100 / c, r / 1024 }'
}

check() { # url of a server that answers queries
  local up
  up=$(curl -fs --data-urlencode 'query=sum(up{job=~"load|.*load.*"})' "$1/api/v1/query" | grep -o '"[0-9]*"\]' | tr -dc 0-9 || true)
  [[ $up == "$targets" ]] || printf '             only %s of %d targets are up\n' "${up:-none}" "$targets"
}

"$root/vedette" run --listen 127.0.0.1:39390 --data "$work/vedette" --resources "$work/resources" >"$work/vedette.log" 2>&1 &
pids+=($!)
await http://127.0.0.1:39390/-/ready
measure vedette "${pids[0]}"
check http://127.0.0.1:39390
stop

"$peers/victoria-metrics" -storageDataPath="$work/victoria" -httpListenAddr=127.0.0.1:39391 -promscrape.config="$work/prometheus.yml" >"$work/victoria.log" 2>&1 &
pids+=($!)
await http://127.0.0.1:39391/health
measure victoria "${pids[0]}"
check http://127.0.0.1:39391
stop

"$peers/prometheus" --config.file="$work/prometheus.yml" --storage.tsdb.path="$work/prometheus" --web.listen-address=127.0.0.1:39392 >"$work/prometheus.log" 2>&1 &
pids+=($!)
await http://127.0.0.1:39392/-/ready
measure prometheus "${pids[0]}"
check http://127.0.0.1:39392
stop
