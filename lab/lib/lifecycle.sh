# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# The commands of lab/plane on a whole plane.

write_plane_json() {
  local use
  for use in "${!PORTS[@]}"; do echo "$use ${PORTS[$use]}"; done |
    jq -Rn --arg name "$NAME" --arg dir "$PLANE_DIR" --arg bin "$BIN_DIR" '
      ([inputs | split(" ") | {(.[0]): (.[1] | tonumber)}] | add) as $ports
      | {name: $name, server: "https://127.0.0.1:\($ports["kube-apiserver"])",
         kubeconfig: "\($dir)/kubeconfig", tokenKubeconfig: "\($dir)/kubeconfig.token",
         logs: "\($dir)/log", binaries: $bin, ports: $ports}' >"$PLANE_DIR/plane.json"
}

# The ports in plane.json are taken from the moment they are picked, so that two planes that start
# at the same time never answer for each other.
claim_ports() {
  local lock
  exec {lock}>"$STATE_ROOT/ports.lock"
  flock "$lock"
  pick_ports
  write_plane_json
  exec {lock}>&-
}

load_plane() {
  load_ports
  # A plane goes on with the programs that it was started with.
  BIN_DIR=$(jq -r .binaries "$PLANE_DIR/plane.json")
}

# Says how long after the start of the command something was there.
step_done() { printf '  %-28s %6s s\n' "$1" "$(seconds_since "$LOCKED_AT")" >&2; }

# start_in_order COMPONENT...: starts all that do not run, then waits for each. Returns 1 with
# FAILURE and FAILED_COMPONENT set.
start_in_order() {
  local component
  for component in "$@"; do
    live_pid "$component" >/dev/null || start_component "$component"
  done
  for component in "$@"; do
    wait_for_component "$component" 120 || return 1
    step_done "$component"
  done
}

# Returns 1 with FAILURE and FAILED_COMPONENT set.
start_components() {
  start_in_order etcd kube-apiserver || return 1
  create_nodes || return 1
  start_in_order kube-controller-manager kube-scheduler kwok || return 1
  finish_cluster || return 1
  wait_for_nodes || return 1
  step_done "$(node_total) nodes ready"
  all_alive
}

# What a client may rely on when up returns: the token user's rights, the admission API, and the
# default ServiceAccount, without which pods are refused.
finish_cluster() {
  local tries=600
  FAILED_COMPONENT=kube-apiserver
  FAILURE='the API server refused a ClusterRoleBinding'
  jq -nc '{apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRoleBinding",
      metadata: {name: "lab:admins"},
      roleRef: {apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin"},
      subjects: [{apiGroup: "rbac.authorization.k8s.io", kind: "Group", name: "lab:admins"}]}' |
    post_all /apis/rbac.authorization.k8s.io/v1/clusterrolebindings || return 1
  FAILURE='the API server does not serve mutatingadmissionpolicies v1'
  curl_api /apis/admissionregistration.k8s.io/v1 |
    jq -e 'any(.resources[]; .name == "mutatingadmissionpolicies")' >/dev/null || return 1
  FAILURE='there is no default ServiceAccount'
  FAILED_COMPONENT=kube-controller-manager
  until curl_api /api/v1/namespaces/default/serviceaccounts/default --output /dev/null; do
    ((tries-- > 0)) || return 1
    sleep 0.1
  done
}

report_failure() {
  local log=$PLANE_DIR/log/$FAILED_COMPONENT.log
  [[ ! -s $log ]] || tail -n 15 "$log" | cut -c1-400 >&2
  rm -rf "$PLANE_DIR.failed"
  cp -r "$PLANE_DIR/log" "$PLANE_DIR.failed" || true
  note "plane $NAME: $FAILURE; the logs are in $PLANE_DIR.failed"
}

remove_plane() {
  stop_watchdog
  stop_components
  rm -rf "$PLANE_DIR"
}

# An up that does not reach its end leaves nothing behind, not even a child that a signal caught
# before it had become the program that its pid file speaks of.
abandon_up() {
  local pid
  trap '' INT TERM HUP
  stop_watchdog
  stop_components
  for pid in "${CHILDREN[@]}"; do
    if grep -qs "^PPid:[[:space:]]*$$\$" "/proc/$pid/status"; then kill -KILL "$pid" || true; fi
  done
  rm -rf "$PLANE_DIR"
}

start_plane() {
  local attempt
  make_private_dir "$PLANE_DIR"
  mkdir -p "$PLANE_DIR/pki"
  make_keys 2>"$PLANE_DIR/pki/log" || die "openssl failed: $(tail -n 1 "$PLANE_DIR/pki/log")"
  for attempt in 1 2 3; do
    claim_ports
    write_component_files
    start_watchdog
    if start_components; then return; fi
    if ((attempt < 3)) && grep -qi 'address already in use' "$PLANE_DIR"/log/*.log; then
      note "plane $NAME: another process took one of our ports; trying others"
      stop_components
      rm -rf "$PLANE_DIR/etcd" "$PLANE_DIR/log"
      continue
    fi
    report_failure
    return 1
  done
}

plane_up() {
  require_tools curl jq openssl flock setsid
  [[ $FOREGROUND == no ]] || WATCH_PID=${WATCH_PID:-$$}
  build_programs
  lock_plane
  if plane_exists; then
    load_plane
    if plane_healthy; then
      note "plane $NAME already runs at https://127.0.0.1:${PORTS[kube-apiserver]}"
      [[ $FOREGROUND == no ]] || die "so it cannot run in the foreground here"
      return
    fi
    note "plane $NAME is there but not healthy; starting it afresh"
    set_plane_paths
  fi
  trap abandon_up EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  remove_plane
  rm -rf "$PLANE_DIR.failed"
  note "plane $NAME: starting, with $(node_total) nodes"
  start_plane || exit 1
  note "plane $NAME is up after $(seconds_since "$LOCKED_AT") s"
  say "export KUBECONFIG=$PLANE_DIR/kubeconfig"
  if [[ $FOREGROUND == yes ]]; then stay_in_foreground; fi
  trap - EXIT INT TERM HUP
}

# Holds on until a signal comes or somebody else takes the plane down.
stay_in_foreground() {
  note "plane $NAME: Ctrl-C takes it down"
  trap 'exit 0' INT TERM HUP
  flock --unlock "$PLANE_LOCK"
  while plane_exists; do sleep 0.5; done
}

plane_down() {
  require_tools flock
  lock_plane
  if [[ ! -d $PLANE_DIR ]]; then
    note "plane $NAME does not run"
    return
  fi
  trap '' INT HUP
  remove_plane
  note "plane $NAME is down"
}

plane_healthy() {
  local component
  for component in "${COMPONENTS[@]}"; do
    live_pid "$component" >/dev/null && component_healthy "$component" || return 1
  done
}

# Prints one line "COMPONENT PID STATE PORT" for each component.
component_states() {
  local component pid state
  for component in "${COMPONENTS[@]}"; do
    state=stopped
    if pid=$(live_pid "$component"); then
      state=unhealthy
      if component_healthy "$component"; then state=healthy; fi
    fi
    echo "$component ${pid:-0} $state ${PORTS[$component]}"
  done
}

plane_status() {
  require_tools curl jq
  if ! plane_exists; then
    [[ $OUTPUT != json ]] || jq -n --arg name "$NAME" '{name: $name, state: "absent"}'
    note "plane $NAME does not run"
    return 1
  fi
  load_plane
  local states nodes state=healthy
  states=$(component_states)
  nodes=$(count_nodes 2>/dev/null) || nodes=
  [[ $states != *' stopped '* && $states != *' unhealthy '* ]] || state=degraded
  if [[ $OUTPUT == json ]]; then
    status_json "$state" "$states" "$nodes"
  else
    status_text "$state" "$states" "$nodes"
  fi
  [[ $state == healthy ]]
}

status_json() {
  jq -R -n --slurpfile plane "$PLANE_DIR/plane.json" --arg state "$1" --arg nodes "$3" '
    $plane[0] + {
      state: $state,
      components: [inputs | split(" ")
        | {name: .[0], pid: (.[1] | tonumber | if . == 0 then null else . end), state: .[2],
           port: (.[3] | tonumber)}],
      nodes: ($nodes | if . == "" then null
        else split(" ") | {ready: (.[0] | tonumber), total: (.[1] | tonumber)} end)
    }' <<<"$2"
}

status_text() {
  local component pid state port ready total
  say "plane $NAME is $1"
  while read -r component pid state port; do
    printf '  %-24s %-10s pid %-8s port %s\n' "$component" "$state" "$pid" "$port"
  done <<<"$2"
  read -r ready total <<<"${3:-? ?}"
  printf '  %-24s %s of %s ready\n' nodes "$ready" "$total"
  printf '  %-24s %s\n' kubeconfig "$PLANE_DIR/kubeconfig"
}

plane_stop_apiserver() {
  lock_plane
  require_plane
  load_plane
  # It would wait for its watches to end; a fault does not.
  stop_component kube-apiserver 2
  note "plane $NAME: the API server is stopped"
}

plane_start_apiserver() {
  lock_plane
  require_plane
  load_plane
  if live_pid kube-apiserver >/dev/null && component_healthy kube-apiserver; then
    note "plane $NAME: the API server already runs"
    return
  fi
  if ! { start_in_order kube-apiserver && restart_clients; }; then
    tail -n 15 "$PLANE_DIR/log/$FAILED_COMPONENT.log" | cut -c1-400 >&2
    die "plane $NAME: $FAILURE"
  fi
  note "plane $NAME: the API server is ready"
}

# Left alone, they would come back only after the minute to which their retries have backed off.
restart_clients() {
  local component
  for component in kwok kube-scheduler kube-controller-manager; do
    stop_component "$component" 2
  done
  start_in_order kube-controller-manager kube-scheduler kwok
}

exec_kubectl() {
  load_plane
  export KUBECONFIG=$PLANE_DIR/kubeconfig
  # The discovery cache goes with the plane: its port may belong to another one tomorrow.
  export KUBECACHEDIR=$PLANE_DIR/kubectl-cache
  exec "$BIN_DIR/kube" kubectl "$@"
}

# The watchdog is a process of its own, so that a plane also ends with a caller that was killed
# and could not clean up.
start_watchdog() {
  [[ -n $WATCH_PID ]] && ! live_pid watch >/dev/null || return 0
  exec_detached "$PLANE_DIR/log/watch.log" bash "$LAB_DIR/plane" watch --name "$NAME" \
    --watch-pid "$WATCH_PID" --plane-dir="$PLANE_DIR/" &
  adopt watch $!
}

# The watchdog itself calls this on its way through remove_plane.
stop_watchdog() {
  local pid
  if pid=$(live_pid watch) && ((pid != $$)); then kill -TERM "$pid" 2>/dev/null || true; fi
  rm -f "$PLANE_DIR/run/watch.pid"
}

# Field 22 of /proc/PID/stat, the start time, tells a process from a later one of the same number.
process_start() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20; }

plane_watch() {
  local started
  started=$(process_start "$WATCH_PID") || started=
  while [[ -n $started && $(process_start "$WATCH_PID") == "$started" ]]; do
    [[ -d $PLANE_DIR ]] || exit 0
    sleep 1
  done
  lock_plane
  [[ $(cat "$PLANE_DIR/run/watch.pid" 2>/dev/null) == "$$" ]] || exit 0
  remove_plane
}
