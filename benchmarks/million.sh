#!/usr/bin/env bash
# A million series: processor time of new series and of known ones, memory, medians of looking up labels and series, start after SIGTERM and
# after kill -9, memory while the log is read; beside VictoriaMetrics.
#
#   PEERS=folder with victoria-metrics  benchmarks/million.sh [WORK] [KEY=VALUE…]
#
# KEY=VALUE goes to the load tool: instances=500 series=2000 data=FOLDER (recorded series instead of simulated ones) version=2 …
# The limits of series are raised in the resource. Only loopback is used, and what is started here is stopped here.
set -euo pipefail
source "$(dirname "$0")/tools.sh"

work=${1:-/tmp/vedette-million}
shift $(($# < 1 ? $# : 1))
peers=${PEERS:?folder with the victoria-metrics binary}
port=39490

build_all
rm -rf "$work"
mkdir -p "$work"
cluster "$work/resources" <<'YAML'
limits:
  maxSeries: 4000000
  maxSeriesPerMetric: 4000000
  maxLabelValuesPerMetric: 1000000
  labelValuesWarning: 1000000
YAML
end=$(($(date +%s) / 15 * 15 * 1000))

load() { # url pid first-step steps argument…
  tool Load url="$1" pid="$2" instances=500 series=2000 end=$((end - (60 - $3) * 15000)) steps="$4" "${@:5}"
}

memory() { # pid
  awk '/VmRSS|RssAnon|VmHWM/ { printf "%s %d MB  ", $1, $2 / 1024 }' "/proc/$1/status"
}

start() { # seconds from the command to the first answer that says it is ready
  local began
  began=$EPOCHREALTIME
  "$root/vedette" run --listen "127.0.0.1:$port" --data "$work/vedette" --resources "$work/resources" >>"$work/vedette.log" 2>&1 &
  pids+=($!)
  await "http://127.0.0.1:$port/-/ready"
  awk -v a="$began" -v b="$EPOCHREALTIME" -v w="$1" 'BEGIN { printf "%-34s ready after %.2f s\n", w, b - a }'
}

series() { # active ones, as the server counts them
  curl -fs "http://127.0.0.1:$port/api/v1/status/tsdb" | grep -o '"numSeries":[0-9]*' | head -1 | tr -dc 0-9 || true
}

# What one job has, and a metric with one series an instance.
job=load
metric='load_device_18_family_0_value{device="veth0"}'
[[ " $* " != *' data='?* ]] || { job=node metric=node_load1; }

lookup() { # path parameter…: the median of eleven calls, connection included
  local path=$1 parameters=() taken
  shift
  for parameter in "$@"; do parameters+=(--data-urlencode "$parameter"); done
  taken=$(for _ in {1..11}; do curl -fsG -o "$work/answer" -w '%{time_total}\n' "${parameters[@]}" "http://127.0.0.1:$port/api/v1/$path"; done)
  if grep -q '"data":\[\]' "$work/answer"; then
    printf 'nothing found by %s %s\n' "$path" "$*" >&2
    exit 1
  fi
  sort -n <<<"$taken" | awk -v w="$path $*" -v b="$(wc -c <"$work/answer")" 'NR == 6 { printf "   %-80s %6.1f ms, %d bytes\n", w, $1 * 1000, b }'
}

lookups() { # parameter of all of them…
  lookup label/instance/values "$@"
  lookup label/instance/values "match[]={job=\"$job\"}" "$@"
  lookup series "match[]=$metric" "$@"
}
# VictoriaMetrics, when not told, looks at less than all times.
times=("start=$((end / 1000 - 7200))" "end=$((end / 1000))")

url=http://127.0.0.1:$port/api/v1/write
start 'empty'
# The compilers and the first requests have their time before, so that what is counted is the series.
tool Load url="$url" pid="${pids[0]}" instances=4 series=2000 steps=40 end=$((end - 3600000)) >/dev/null
printf 'vedette, new series    '
load "$url" "${pids[0]}" 1 1 "$@"
printf 'vedette, nine more     '
load "$url" "${pids[0]}" 10 9 "$@"
printf '                       %s\n' "$(memory "${pids[0]}")"
sleep 20
printf '   20 s later          %s\n' "$(memory "${pids[0]}")"
lookups
lookups "${times[@]}"
before=$(series)
stop -TERM
start 'after SIGTERM, same log'
printf '                       %s series %s of %s\n' "$(memory "${pids[0]}")" "$(series)" "$before"
stop -KILL
start 'after kill -9'
printf '                       %s series %s of %s\n' "$(memory "${pids[0]}")" "$(series)" "$before"
load "$url" "${pids[0]}" 11 1 "$@" >/dev/null
sleep 20
printf '   steady, 20 s later  %s\n' "$(memory "${pids[0]}")"
stop

"$peers/victoria-metrics" -storageDataPath="$work/victoria" -httpListenAddr=127.0.0.1:$port -retentionPeriod=100y >"$work/victoria.log" 2>&1 &
pids+=($!)
await "http://127.0.0.1:$port/health"
tool Load url="$url" pid="${pids[0]}" instances=4 series=2000 steps=40 end=$((end - 3600000)) >/dev/null
printf 'victoria, new series   '
load "$url" "${pids[0]}" 1 1 "$@"
printf 'victoria, nine more    '
load "$url" "${pids[0]}" 10 9 "$@"
printf '                       %s\n' "$(memory "${pids[0]}")"
sleep 20
printf '   20 s later          %s\n' "$(memory "${pids[0]}")"
lookups "${times[@]}"
stop
