# What the scripts of this folder share; they source it. Sets root, JAVA_HOME and tool_path, and stops at the end whatever was started.
# Needs bash with -euo pipefail.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
source "$root/.mvn/find-jdk.sh"
JAVA_HOME=$(find_jdk) || { printf 'no JDK 25 found; set JAVA_HOME to one\n' >&2; exit 1; }
export JAVA_HOME

# Classes of the tools in src/main/java/…/load, with what the program itself brings along.
tool_path=$root/benchmarks/target/classes:$root/lib/model/target/classes:$root/app/target/dist/lib/*

# Builds the program and the tools where they are missing or older than their sources.
build_all() {
  "$root/vedette" --version >/dev/null
  if [[ ! -e $root/benchmarks/target/tools-built ]] ||
    [[ -n $(find "$root/benchmarks/src" "$root/lib/model/src/main" -newer "$root/benchmarks/target/tools-built" -name '*.java' -print -quit) ]]; then
    (cd "$root" && mvn -B -q -o -DskipTests -Dspotless.check.skip -pl benchmarks -am test-compile)
    touch "$root/benchmarks/target/tools-built"
  fi
}

tool() { # class argument…
  "$JAVA_HOME/bin/java" -Xmx"${TOOL_HEAP:-2g}" -XX:+UseSerialGC --enable-native-access=ALL-UNNAMED -cp "$tool_path" "dev.vedette.benchmarks.load.$1" "${@:2}"
}

pids=()
stop() {
  for pid in "${pids[@]}"; do kill "${1:--TERM}" "$pid" 2>/dev/null || true; done
  for pid in "${pids[@]}"; do while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done; done
  pids=()
}
trap stop EXIT

# Asks until there is an answer; gives up after two minutes.
await() {
  for _ in $(seq 1200); do
    curl -fs -o /dev/null "$1" && return
    sleep 0.1
  done
  printf 'no answer from %s\n' "$1" >&2
  exit 1
}

# A MetricsCluster without self-monitoring; what is on standard input goes below spec.
cluster() { # folder
  mkdir -p "$1"
  printf 'apiVersion: vedette.dev/v1alpha1\nkind: MetricsCluster\nmetadata:\n  name: benchmark\nspec:\n  selfMonitoring:\n    enabled: false\n' >"$1/cluster.yaml"
  sed 's/^/  /' >>"$1/cluster.yaml"
}
