#!/usr/bin/env bash
# Makes the container images weft-local/etcd and weft-local/jaeger out of their published Go modules, for a
# machine whose Docker cannot pull from an image registry. The pinned go.mod and go.sum beside this file are all
# that decides what gets in; go.sum is never resolved anew. Takes some minutes the first time, then nothing.
#
#   it/images/build.sh etcd|jaeger      prints the image's name as its last line
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# image <name> <module folder> <package> <program> <docker import options>...
image() {
  local name=$1 module=$2 package=$3 program=$4
  shift 4
  if ! docker image inspect "$name" >/dev/null 2>&1; then
    mkdir -p "$work/root/bin" "$work/root/tmp"
    (cd "$here/$module" &&
      CGO_ENABLED=0 GOOS=linux GOFLAGS=-mod=readonly \
        go build -trimpath -ldflags '-s -w' -o "$work/root/bin/$program" "$package") >&2
    tar -C "$work/root" -c . |
      docker import -c "ENTRYPOINT [\"/bin/$program\"]" "$@" - "$name" >/dev/null
  fi
  echo "$name"
}

case "${1:-}" in
  etcd)
    image weft-local/etcd:3.6.5 etcd go.etcd.io/etcd/server/v3 etcd -c 'EXPOSE 2379'
    ;;
  jaeger)
    image weft-local/jaeger:1.62.0 jaeger github.com/jaegertracing/jaeger/cmd/all-in-one jaeger \
      -c 'ENV COLLECTOR_OTLP_ENABLED=true' -c 'EXPOSE 4317 4318 16686'
    ;;
  *)
    echo "usage: $0 etcd|jaeger" >&2
    exit 2
    ;;
esac
