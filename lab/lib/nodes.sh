# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034 # the variables set here are read in other files
#
# The plane's nodes: some in each region of regions.tsv.

node_total() { echo $((NODES_PER_REGION * $(grep -c '^[^#]' "$LAB_DIR/regions.tsv"))); }

node_objects() {
  jq -cR --argjson per_region "$NODES_PER_REGION" -f "$LAB_DIR/lib/nodes.jq" \
    "$LAB_DIR/regions.tsv"
}

# curl_requests: turns JSON objects on stdin into a curl configuration that POSTs each of them to
# URL path $1, over few connections; the options of one request do not carry over to the next.
curl_requests() {
  jq -r --arg url "https://127.0.0.1:${PORTS[kube-apiserver]}$1" --arg pki "$PLANE_DIR/pki" '
    "next", "silent", "url = \($url | tojson)", "noproxy = \"*\"",
    "cacert = \($pki + "/ca.crt" | tojson)", "cert = \($pki + "/admin.crt" | tojson)",
    "key = \($pki + "/admin.key" | tojson)", "header = \"Content-Type: application/json\"",
    "output = \"/dev/null\"", "write-out = \"%{http_code}\\n\"", "data = \(tojson | tojson)"'
}

# post_all PATH: creates the objects on stdin; fails if one of them was refused.
post_all() {
  curl_requests "$1" | curl --no-progress-meter --parallel --parallel-max 16 --config - |
    awk '$1 != 201 { bad++ } END { exit bad > 0 }'
}

# prints "READY TOTAL"; a node counts as ready when pods can be bound to it, so without taints.
count_nodes() {
  curl_api '/api/v1/nodes?resourceVersion=0' --max-time 60 | jq -r '
    [.items[] | any(.status.conditions[]?; .type == "Ready" and .status == "True")
      and (.spec.taints // [] | length == 0)] | "\(map(select(.)) | length) \(length)"'
}

create_nodes() {
  (($(node_total) > 0)) || return 0
  node_objects | post_all /api/v1/nodes && return
  FAILURE='the API server refused nodes'
  FAILED_COMPONENT=kube-apiserver
  return 1
}

wait_for_nodes() {
  local total ready deadline
  total=$(node_total)
  ((total > 0)) || return 0
  deadline=$((SECONDS + 120 + total / 20))
  while ((SECONDS < deadline)); do
    read -r ready _ < <(count_nodes) || ready=0
    ((ready < total)) || return 0
    live_pid kwok >/dev/null || break
    # To read thousands of nodes is work for the API server, which has better things to do now.
    sleep "$((total / 1000)).2"
  done
  FAILURE="only $ready of $total nodes are ready"
  FAILED_COMPONENT=kwok
  return 1
}
