# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# The plane's programs, built from Go modules once per version into the cache.

readonly BUILD_DIR=$LAB_DIR/build
readonly PROGRAMS=(etcd kwok kube)
# Raise it when the compiler is called in another way.
readonly BUILD_RECIPE=1

# module_version MODULE_DIR MODULE: the version that go.mod asks for.
module_version() {
  awk -v module="$2" '$1 == "require" { sub(/^require /, "") } $1 == module { print $2; exit }' \
    "$BUILD_DIR/$1/go.mod"
}

# Whatever changes the programs changes this name, and with it the folder that they are kept in.
versions_hash() {
  (cd "$BUILD_DIR" && cat ./*/go.mod ./*/go.sum ./*/*.go && echo "$BUILD_RECIPE" && uname -m) |
    sha256sum | cut -c1-12
}

# program_title PROGRAM: what is built, and what to expect from a cold build on two cores.
program_title() {
  case $1 in
    etcd) echo "etcd $(module_version etcd go.etcd.io/etcd/server/v3) (about half a minute)" ;;
    kwok) echo "KWOK $(module_version kwok sigs.k8s.io/kwok) (about 1-2 minutes)" ;;
    kube) echo "Kubernetes $(module_version kube k8s.io/kubernetes) (about 3-8 minutes)" ;;
  esac
}

# Clients refuse a server whose version is not stamped in.
kube_ldflags() {
  local version major minor _
  version=$(module_version kube k8s.io/kubernetes)
  IFS=. read -r major minor _ <<<"${version#v}"
  local package=k8s.io/component-base/version
  echo "-s -w -X $package.gitVersion=$version" \
    "-X $package.gitMajor=$major -X $package.gitMinor=$minor"
}

# Prints the Go command: the one in PATH, else the newest that a package of the distribution left
# where PATH does not reach.
find_go() {
  if command -v go; then return; fi
  find /usr/lib/go-*/bin/go 2>/dev/null | sort -V | tail -n 1
}

# go_build PROGRAM OUTPUT: exec's the compiler.
go_build() {
  local flags='-s -w' package=.
  case $1 in
    kube) flags=$(kube_ldflags) ;;
    kwok) package=sigs.k8s.io/kwok/cmd/kwok ;;
  esac
  cd "$BUILD_DIR/$1" || exit
  export CGO_ENABLED=0 GOWORK=off GOFLAGS=-mod=readonly
  exec setsid nice -n 5 "$(find_go)" build -trimpath -ldflags "$flags" -o "$2" "$package"
}

# show_progress PID TITLE: returns when PID has ended.
show_progress() {
  local pid=$1 title=$2 start=$SECONDS said=0 elapsed
  while kill -0 "$pid" 2>/dev/null; do
    sleep 0.5
    elapsed=$((SECONDS - start))
    if [[ -t 2 ]]; then
      printf '\rbuilding %s: %d s ' "$title" "$elapsed" >&2
    elif ((elapsed / 10 > said)); then
      said=$((elapsed / 10))
      note "building $title: $elapsed s"
    fi
  done
  [[ ! -t 2 ]] || printf '\r\033[K' >&2
}

build_failed() {
  local title=$1 log=$2
  if grep -q 'no space left on device' "$log"; then
    die "the disk is full: the programs need 0.3 GB in $CACHE_DIR and Go's build cache up to 5 GB"
  fi
  grep -v '^go: downloading ' "$log" | tail -n 15 >&2 || true
  die "building $title failed (the lines above are the compiler's)"
}

# build_program PROGRAM: leaves a finished program in BIN_DIR, or nothing.
build_program() {
  local program=$1 title start
  title=$(program_title "$program")
  start=$(uptime_seconds)
  BUILD_TMP=$(mktemp -d "$BIN_DIR/.$program.XXXXXX" 2>/dev/null) ||
    die "cannot write to $BIN_DIR"
  note "building $title"
  (go_build "$program" "$BUILD_TMP/$program") >"$BUILD_TMP/log" 2>&1 &
  BUILD_PID=$!
  show_progress "$BUILD_PID" "$title"
  wait "$BUILD_PID" || build_failed "$title" "$BUILD_TMP/log"
  BUILD_PID=
  # Only a whole program gets its name: an interrupted build is begun again.
  mv "$BUILD_TMP/$program" "$BIN_DIR/$program"
  rm -rf "$BUILD_TMP"
  BUILD_TMP=
  note "built ${title% (*} in $(seconds_since "$start") s"
}

# The compiler runs in its own session, so it has to be told when this script is interrupted.
clean_up_build() {
  [[ -z ${BUILD_PID:-} ]] || kill -TERM -- "-$BUILD_PID" 2>/dev/null || true
  [[ -z ${BUILD_PID:-} ]] || wait "$BUILD_PID" 2>/dev/null || true
  [[ -z ${BUILD_TMP:-} ]] || rm -rf "$BUILD_TMP"
}

programs_built() {
  local program
  for program in "${PROGRAMS[@]}"; do
    [[ -x $BIN_DIR/$program ]] || return 1
  done
}

build_programs() {
  programs_built && return
  [[ -n $(find_go) ]] ||
    die 'go is not installed; scripts/bootstrap --only lab installs what is needed'
  mkdir -p "$BIN_DIR" 2>/dev/null || die "cannot create $BIN_DIR; set CARBON_KUBE_CACHE"
  [[ -w $BIN_DIR ]] || die "cannot write to $BIN_DIR; set CARBON_KUBE_CACHE"
  local lock program
  exec {lock}>"$CACHE_DIR/lock"
  if ! flock -n "$lock"; then
    note "another lab/plane is building; waiting for it"
    flock "$lock"
  fi
  trap clean_up_build EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  rm -rf "$BIN_DIR"/.*.??????
  for program in "${PROGRAMS[@]}"; do
    [[ -x $BIN_DIR/$program ]] || build_program "$program"
  done
  trap - EXIT INT TERM HUP
  exec {lock}>&-
}
