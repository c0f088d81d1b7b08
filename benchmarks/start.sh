#!/usr/bin/env bash
# Time from `./vedette run` to its first answer, over a data folder that is there already: medians of RUNS starts.
#   benchmarks/start.sh [RUNS] [FOLDER]     RUNS: 11; FOLDER: of a checkout, this one unless given
# ready:  until the line "ready http://..." is out      answer: until a query for `up` is answered
# cpu:    user + system seconds of the process until then, and two seconds later
set -euo pipefail

runs=${1:-11}
root=$(cd "${2:-$(dirname "$0")/..}" && pwd)
port=39190
work=$(mktemp -d /tmp/vedette-start.XXXXXX)
pid=
trap '[[ -z $pid ]] || kill "$pid" 2>/dev/null; rm -rf "$work"' EXIT

now_micros() { printf '%s' "${EPOCHREALTIME/[.,]/}"; }

# User and system time in hundredths of a second.
cpu_of() {
  local stat
  stat=$(<"/proc/$1/stat")
  # shellcheck disable=SC2086
  set -- ${stat##*) }
  printf '%s' $((${12} + ${13}))
}

# True once the server answers a query. No process is started for it, so asking costs the machine next to nothing.
answers() {
  local status
  exec 3<>"/dev/tcp/127.0.0.1/$port" || return 1
  printf 'GET /api/v1/query?query=up HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&3
  read -r _ status _ <&3 && [[ $status == 200 ]]
} 2>/dev/null

# One start: micros to ready, micros to the answer, hundredths of a second of CPU then and later.
start() {
  local began answered cpu ready=
  : >"$work/out"
  began=$(now_micros)
  "$root/vedette" run --listen "127.0.0.1:$port" --data "$work/data" >"$work/out" 2>"$work/err" &
  pid=$!
  until answers; do
    kill -0 "$pid" 2>/dev/null || { cat "$work/err" >&2; exit 1; }
    sleep 0.01
  done
  answered=$(now_micros)
  cpu=$(cpu_of "$pid")
  until [[ -n $ready ]]; do ready=$(sed -n 's/^ready .* in \([0-9.]*\) s$/\1/p' "$work/out"); done
  sleep 2
  printf '%s %s %s %s\n' "$ready" "$(awk -v m=$((answered - began)) 'BEGIN { print m / 1e6 }')" \
    "$(awk -v c="$cpu" 'BEGIN { print c / 100 }')" "$(awk -v c="$(cpu_of "$pid")" 'BEGIN { print c / 100 }')" >>"$work/figures"
  kill "$pid"
  wait "$pid" || true
  pid=
}

median() {
  sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

# The first two build what is missing, make the folder, and bring files into memory; they do not count.
start
start
: >"$work/figures"
for ((i = 0; i < runs; i++)); do start; done
printf 'ready %s s, answer %s s, cpu %s s, 2 s later %s s (medians of %d; least: ready %s, answer %s, cpu %s)\n' \
  "$(cut -d' ' -f1 "$work/figures" | median)" "$(cut -d' ' -f2 "$work/figures" | median)" \
  "$(cut -d' ' -f3 "$work/figures" | median)" "$(cut -d' ' -f4 "$work/figures" | median)" "$runs" \
  "$(cut -d' ' -f1 "$work/figures" | sort -n | head -1)" "$(cut -d' ' -f2 "$work/figures" | sort -n | head -1)" \
  "$(cut -d' ' -f3 "$work/figures" | sort -n | head -1)"
