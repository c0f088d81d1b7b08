# Sourced by ./vedette and the scripts of benchmarks/.

is_jdk_25() {
  [[ -x $1/bin/javac && -r $1/release ]] && grep -q '^JAVA_VERSION="25[."]' "$1/release"
}

# Prints the home of a JDK 25: JAVA_HOME, then the java of PATH, then the usual folders.
find_jdk() {
  local candidate on_path
  on_path=$(command -v javac || true)
  [[ -n $on_path ]] && on_path=$(dirname "$(dirname "$(readlink -f "$on_path")")")
  for candidate in "${JAVA_HOME:-}" "$on_path" \
    /usr/lib/jvm/*25* "${HOME:-}"/.sdkman/candidates/java/25* "${HOME:-}"/.jdks/*25* /opt/java/*25* /opt/*jdk*25* \
    /Library/Java/JavaVirtualMachines/*25*/Contents/Home; do
    if [[ -n $candidate ]] && is_jdk_25 "$candidate"; then
      printf '%s\n' "$candidate"
      return
    fi
  done
  return 1
}
