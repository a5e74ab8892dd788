# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034 # the variables set here are read in other files
#
# The five processes of a plane: their command lines, starting, watching and stopping them.

# In the order of starting; they stop in the opposite order, so that none loses what it writes to.
readonly COMPONENTS=(etcd kube-apiserver kube-controller-manager kube-scheduler kwok)
CHILDREN=()

# pick_ports: sets PORTS to one free port below the ephemeral range for each need. A stranger may
# still take one before we bind it; then the start is repeated with other ports.
pick_ports() {
  declare -gA PORTS=()
  local use port taken
  taken=" $(cat "$STATE_ROOT"/planes/*/plane.json 2>/dev/null |
    jq -r '.ports[]' 2>/dev/null | tr '\n' ' ')"
  for use in etcd etcd-peer kube-apiserver kube-controller-manager kube-scheduler kwok; do
    while true; do
      port=$((20000 + RANDOM % 12000))
      [[ $taken != *" $port "* ]] && ! port_listens "$port" && break
    done
    PORTS[$use]=$port
    taken+="$port "
  done
}

port_listens() {
  local hex
  printf -v hex '%04X' "$1"
  cat /proc/net/tcp /proc/net/tcp6 2>/dev/null |
    awk -v port=":$hex" '$4 == "0A" && $2 ~ port "$" { found = 1 } END { exit !found }'
}

load_ports() {
  declare -gA PORTS=()
  local use port
  while read -r use port; do PORTS[$use]=$port; done < <(
    jq -r '.ports | to_entries[] | "\(.key) \(.value)"' "$PLANE_DIR/plane.json"
  )
}

# set_command COMPONENT: sets COMPONENT_COMMAND. Every command line names a path below PLANE_DIR;
# live_pid relies on it.
set_command() {
  local dir=$PLANE_DIR pki=$PLANE_DIR/pki port=${PORTS[$1]}
  local serve=(--bind-address=127.0.0.1 "--secure-port=$port"
    "--tls-cert-file=$pki/server.crt" "--tls-private-key-file=$pki/server.key")
  local delegate=("--authentication-kubeconfig=$dir/kubeconfig"
    "--authorization-kubeconfig=$dir/kubeconfig" --authentication-skip-lookup=true)
  case $1 in
    etcd)
      COMPONENT_COMMAND=("$BIN_DIR/etcd" "--data-dir=$dir/etcd"
        "--listen-client=127.0.0.1:$port" "--listen-peer=127.0.0.1:${PORTS[etcd-peer]}")
      ;;
    kube-apiserver)
      COMPONENT_COMMAND=("$BIN_DIR/kube" "$1" "${serve[@]}" --advertise-address=127.0.0.1
        "--etcd-servers=http://127.0.0.1:${PORTS[etcd]}" "--cert-dir=$pki"
        "--client-ca-file=$pki/ca.crt" "--token-auth-file=$pki/tokens.csv"
        --authorization-mode=RBAC --allow-privileged=true
        --service-account-issuer=https://kubernetes.default.svc
        "--service-account-signing-key-file=$pki/sa.key"
        "--service-account-key-file=$pki/sa.pub"
        --service-cluster-ip-range=10.0.0.0/24 --endpoint-reconciler-type=none
        # It taints new nodes as not ready; to remove that again from each took most of the start.
        --disable-admission-plugins=TaintNodesByCondition)
      ;;
    kube-controller-manager)
      COMPONENT_COMMAND=("$BIN_DIR/kube" "$1" "${serve[@]}" "${delegate[@]}"
        "--kubeconfig=$dir/kubeconfig" --leader-elect=false
        "--service-account-private-key-file=$pki/sa.key" "--root-ca-file=$pki/ca.crt"
        --kube-api-qps=500 --kube-api-burst=1000
        # The TTL controller only annotates every node.
        '--controllers=*,-ttl-controller'
        # The nodes have no leases, and a busy test machine must not lose them.
        --node-monitor-grace-period=24h)
      ;;
    kube-scheduler)
      COMPONENT_COMMAND=("$BIN_DIR/kube" "$1" "${serve[@]}" "${delegate[@]}"
        "--config=$dir/scheduler.yaml")
      ;;
    kwok)
      COMPONENT_COMMAND=("$BIN_DIR/kwok" "--kubeconfig=$dir/kubeconfig" --manage-all-nodes=true
        "--config=$dir/kwok.yaml" "--server-address=127.0.0.1:$port" --node-ip=127.0.0.1
        --cidr=10.64.0.1/10 --v=WARN
        # No leases: after a restart KWOK would wait for its own old ones to expire.
        --node-lease-duration-seconds=0)
      ;;
  esac
}

write_component_files() {
  mkdir -p "$PLANE_DIR/log" "$PLANE_DIR/run"
  write_kubeconfigs "https://127.0.0.1:${PORTS[kube-apiserver]}"
  cat >"$PLANE_DIR/scheduler.yaml" <<EOF
apiVersion: kubescheduler.config.k8s.io/v1
kind: KubeSchedulerConfiguration
leaderElection: {leaderElect: false}
clientConnection: {kubeconfig: $PLANE_DIR/kubeconfig, qps: 500, burst: 1000}
EOF
  local stage
  for stage in "$LAB_DIR"/stages/*.yaml; do
    echo '---'
    cat "$stage"
  done >"$PLANE_DIR/kwok.yaml"
}

# live_pid COMPONENT: prints its process id. Fails if it does not run, also if the number in the
# file now belongs to another program.
live_pid() {
  local pid line
  pid=$(cat "$PLANE_DIR/run/$1.pid" 2>/dev/null) && [[ $pid =~ ^[1-9][0-9]*$ ]] || return 1
  line=$(tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline") || return 1
  [[ $line == *"$1"* && $line == *"$PLANE_DIR/"* ]] || return 1
  echo "$pid"
}

# adopt COMPONENT PID: remembers the child PID. Bash shall not report it when it ends.
adopt() {
  echo "$2" >"$PLANE_DIR/run/$1.pid"
  CHILDREN+=("$2")
  disown "$2" 2>/dev/null || true
}

start_component() {
  set_command "$1"
  exec_detached "$PLANE_DIR/log/$1.log" "${COMPONENT_COMMAND[@]}" &
  local pid=$!
  adopt "$1" "$pid"
  # Between fork and exec the process still bears this script's command line.
  while [[ -d /proc/$pid ]] && ! live_pid "$1" >/dev/null && kill -0 "$pid" 2>/dev/null; do
    sleep 0.02
  done
}

# curl_api PATH [curl options]: a request to the API server as the administrator. Its address is
# a loopback one, which no proxy may serve.
curl_api() {
  local path=$1 pki=$PLANE_DIR/pki
  shift
  curl --silent --fail --noproxy '*' --max-time 10 --cacert "$pki/ca.crt" \
    --cert "$pki/admin.crt" --key "$pki/admin.key" "$@" \
    "https://127.0.0.1:${PORTS[kube-apiserver]}$path"
}

component_healthy() {
  local port=${PORTS[$1]} url
  case $1 in
    etcd) url=http://127.0.0.1:$port/health ;;
    kwok) url=http://127.0.0.1:$port/healthz ;;
    kube-apiserver) url=https://127.0.0.1:$port/readyz ;;
    *) url=https://127.0.0.1:$port/healthz ;;
  esac
  curl --silent --fail --noproxy '*' --max-time 2 --cacert "$PLANE_DIR/pki/ca.crt" \
    --output /dev/null "$url"
}

# wait_for_component COMPONENT SECONDS: fails at once when the process ends.
wait_for_component() {
  local deadline=$((SECONDS + $2))
  until component_healthy "$1"; do
    if ! live_pid "$1" >/dev/null; then
      FAILURE="$1 exited"
    elif ((SECONDS >= deadline)); then
      FAILURE="$1 is not ready after $2 s"
    else
      sleep 0.1
      continue
    fi
    FAILED_COMPONENT=$1
    return 1
  done
}

# Fails if one of the components has died, though something may answer at its port.
all_alive() {
  for FAILED_COMPONENT in "${COMPONENTS[@]}"; do
    FAILURE="$FAILED_COMPONENT exited"
    live_pid "$FAILED_COMPONENT" >/dev/null || return 1
  done
}

# stop_component COMPONENT SECONDS: SIGTERM, and SIGKILL if it is still there after SECONDS.
stop_component() {
  local pid tries=$(($2 * 20))
  if pid=$(live_pid "$1"); then
    kill -TERM "$pid" 2>/dev/null || true
    while ((tries-- > 0)) && live_pid "$1" >/dev/null; do sleep 0.05; done
    while live_pid "$1" >/dev/null; do
      kill -KILL "$pid" 2>/dev/null || true
      sleep 0.05
    done
  fi
  rm -f "$PLANE_DIR/run/$1.pid"
}

stop_components() {
  local i
  for ((i = ${#COMPONENTS[@]} - 1; i >= 0; i--)); do
    stop_component "${COMPONENTS[i]}" 5
  done
}
