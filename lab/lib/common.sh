# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034 # the variables set here are read in other files
#
# Messages, paths and locks of lab/plane. The other files of this folder build on this one.

say() { printf '%s\n' "$*"; }

# Messages for people go to stderr, so that stdout carries only what was asked for.
note() { printf '%s\n' "$*" >&2; }

die() {
  note "lab/plane: $*"
  exit 1
}

usage_error() {
  note "lab/plane: $*; see lab/plane --help"
  exit 2
}

# Seconds since the machine started, with hundredths: not disturbed by changes of the wall clock.
uptime_seconds() {
  local up _
  read -r up _ </proc/uptime
  echo "$up"
}

# seconds_since START: the time passed since an uptime_seconds, such as 8.21.
seconds_since() {
  local now
  now=$(uptime_seconds)
  local hundredths=$((10#${now/./} - 10#${1/./}))
  printf '%d.%02d' $((hundredths / 100)) $((hundredths % 100))
}

require_tools() {
  local tool
  for tool in "$@"; do
    command -v "$tool" >/dev/null ||
      die "$tool is not installed; scripts/bootstrap --only lab installs what is needed"
  done
}

# A folder below /tmp could have been laid there by another user, so ownership is checked.
make_private_dir() {
  local dir=$1
  mkdir -p "$dir" 2>/dev/null || die "cannot create $dir"
  [[ -O $dir && ! -L $dir ]] || die "$dir belongs to somebody else; set CARBON_KUBE_STATE"
  chmod 0700 "$dir"
}

state_root() {
  if [[ -n ${CARBON_KUBE_STATE:-} ]]; then
    echo "$CARBON_KUBE_STATE"
  elif [[ -n ${XDG_RUNTIME_DIR:-} && -w $XDG_RUNTIME_DIR ]]; then
    echo "$XDG_RUNTIME_DIR/carbon-kube-$UID"
  else
    echo "/tmp/carbon-kube-$UID"
  fi
}

cache_root() {
  local root=${CARBON_KUBE_CACHE:-${XDG_CACHE_HOME:-${HOME:-}/.cache}/carbon-kube}
  [[ $root == /* ]] || die "the cache folder '$root' is not absolute; set CARBON_KUBE_CACHE"
  echo "$root"
}

# Sets STATE_ROOT, PLANE_DIR (this plane's files), CACHE_DIR and BIN_DIR (its programs).
set_plane_paths() {
  STATE_ROOT=$(state_root)
  [[ $STATE_ROOT == /* ]] || die "CARBON_KUBE_STATE is not absolute: '$STATE_ROOT'"
  PLANE_DIR=$STATE_ROOT/planes/$NAME
  CACHE_DIR=$(cache_root)/plane
  BIN_DIR=$CACHE_DIR/$(versions_hash)
}

plane_exists() { [[ -f $PLANE_DIR/plane.json ]]; }

require_plane() { plane_exists || die "there is no plane '$NAME'; lab/plane up --name $NAME"; }

# One command at a time changes a plane. The lock goes away with the process, however that ends.
lock_plane() {
  make_private_dir "$STATE_ROOT"
  make_private_dir "$STATE_ROOT/planes"
  exec {PLANE_LOCK}>"$STATE_ROOT/planes/$NAME.lock"
  if ! flock -n "$PLANE_LOCK"; then
    note "plane $NAME: waiting for another lab/plane command on it"
    flock "$PLANE_LOCK"
  fi
  LOCKED_AT=$(uptime_seconds)
}

# exec_detached LOG COMMAND...: becomes COMMAND in a session of its own, so that a Ctrl-C in the
# terminal does not reach it, holding no lock and no pipe of the caller. Call it with &.
exec_detached() {
  local log=$1 fd
  shift
  for fd in /proc/"$BASHPID"/fd/*; do
    fd=${fd##*/}
    ((fd <= 2)) || eval "exec $fd>&-"
  done
  exec setsid "$@" </dev/null >>"$log" 2>&1
}
