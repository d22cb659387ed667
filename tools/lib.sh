# Shared by run, test and .ci/run: says what is being done, installs what is missing, builds. Sourced, never run.
# Debian 12, root or sudo; only Debian packages and npm.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
JOBS=${JOBS:-$(nproc)}
STEP=0
STEPS=${STEPS:-1}
CURRENT="starting"

step() {
  STEP=$((STEP + 1))
  CURRENT="$*"
  printf '\n[%d/%d] %s\n' "$STEP" "$STEPS" "$*"
}

die() {
  printf '\nseatline: step "%s" failed: %s\n' "$CURRENT" "$1" >&2
  [ -n "${2:-}" ] && printf 'What to do: %s\n' "$2" >&2
  exit 1
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

BUILD_PACKAGES="g++ python3 cmake ninja-build ccache mold pkg-config protobuf-compiler libprotobuf-dev libsofia-sip-ua-dev
  libboost1.81-dev libboost-json1.81-dev libboost-url1.81-dev libsqlite3-dev libsodium-dev libspdlog-dev libsndfile1-dev
  libspeexdsp-dev libopusenc-dev libopusfile-dev libssl-dev libgtest-dev libgmock-dev libbenchmark-dev"
RUN_PACKAGES="espeak-ng tzdata curl ca-certificates"
TEST_PACKAGES="python3 sip-tester baresip-core tshark linphone-cli kamailio chromium fonts-noto-cjk iproute2 procps clang clang-format libclang-rt-14-dev openssl git"

# Installs those of the packages that are missing; silent when nothing is.
need_packages() {
  local missing="" p
  for p in "$@"; do
    dpkg-query -W -f='${db:Status-Status}' "$p" 2>/dev/null | grep -qx installed || missing="$missing $p"
  done
  # Node may come from elsewhere than Debian: what counts is that it runs.
  command -v node >/dev/null || missing="$missing nodejs"
  command -v npm >/dev/null || missing="$missing npm"
  [ -z "$missing" ] && { echo "all packages are there"; return; }
  [ "$(id -u)" = 0 ] || command -v sudo >/dev/null || die "not root, and there is no sudo" "run as root, or install:$missing"
  echo "installing:$missing"
  local log
  log=$(mktemp)
  as_root apt-get update -qq >"$log" 2>&1 || die "apt-get update: $(tail -n 2 "$log")" "check /etc/apt/sources.list and the network"
  # shellcheck disable=SC2086
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing >"$log" 2>&1 ||
    die "apt-get install: $(tail -n 3 "$log")" "the whole output is in $log; this needs Debian 12 (bookworm)"
  rm -f "$log"
}

# build_tree DIR "TARGETS" CMAKE-OPTIONS...: configures once, then builds; ninja shows how far it is.
build_tree() {
  local dir=$1 targets=$2
  shift 2
  cmake -S "$ROOT" -B "$dir" -G Ninja "$@" >"$dir.cmake.log" 2>&1 ||
    die "cmake: $(grep -m 3 -A 2 -i error "$dir.cmake.log")" "see $dir.cmake.log"
  # shellcheck disable=SC2086
  NINJA_STATUS="  built %f of %t, %es  " ninja -C "$dir" -j "$JOBS" $targets || die "the compiler said no" "the lines above name file and line"
}

# Builds web/dist when the sources changed since the last build.
build_web() {
  local stamp="$ROOT/web/dist/.built-from" now
  now=$(cd "$ROOT/web" && find . -path ./node_modules -prune -o -path ./dist -prune -o -type f -print0 | LC_ALL=C sort -z |
    xargs -0 sha256sum | sha256sum | cut -d' ' -f1)
  if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$now" ]; then
    echo "the pages are up to date"
    return
  fi
  local log="$ROOT/build/web.log"
  mkdir -p "$ROOT/build"
  (cd "$ROOT/web" && npm ci --no-audit --no-fund >"$log" 2>&1) || die "npm ci: $(grep -m 6 -E 'error|ERR!' "$log")" "see $log; the npm registry must be reachable"
  (cd "$ROOT/web" && npm run build >>"$log" 2>&1) || die "npm run build: $(tail -n 5 "$log")" "see $log"
  echo "$now" >"$stamp"
}
