# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Certificates, tokens and kubeconfigs of a plane. All keys are new for each plane and die with it.

# sign NAME SUBJECT EXTENSION...: a key and a certificate of the plane's own CA.
sign() {
  local name=$1 subject=$2 extension
  shift 2
  local extensions=()
  for extension in "$@"; do extensions+=(-addext "$extension"); done
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 365 \
    -CA "$PLANE_DIR/pki/ca.crt" -CAkey "$PLANE_DIR/pki/ca.key" -subj "$subject" \
    -addext 'basicConstraints=critical,CA:FALSE' "${extensions[@]}" \
    -keyout "$PLANE_DIR/pki/$name.key" -out "$PLANE_DIR/pki/$name.crt"
}

make_keys() {
  local pki=$PLANE_DIR/pki
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 365 \
    -subj '/CN=carbon-kube lab CA' -addext 'keyUsage=critical,keyCertSign,cRLSign' \
    -keyout "$pki/ca.key" -out "$pki/ca.crt"
  sign server /CN=127.0.0.1 'subjectAltName=IP:127.0.0.1,DNS:localhost' \
    'extendedKeyUsage=serverAuth'
  sign admin '/O=system:masters/CN=lab-admin' 'extendedKeyUsage=clientAuth'
  openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$pki/sa.key"
  openssl pkey -in "$pki/sa.key" -pubout -out "$pki/sa.pub"
  openssl rand -hex 24 >"$pki/token"
  printf '%s,lab-token,lab-token,"lab:admins"\n' "$(<"$pki/token")" >"$pki/tokens.csv"
}

# write_kubeconfig FILE SERVER USER_YAML
write_kubeconfig() {
  cat >"$1" <<EOF
apiVersion: v1
kind: Config
clusters:
- name: lab
  cluster:
    server: $2
    certificate-authority-data: $(base64 -w0 "$PLANE_DIR/pki/ca.crt")
users:
- name: lab
  user:
$3
contexts:
- name: lab
  context: {cluster: lab, user: lab}
current-context: lab
EOF
}

# kubeconfig: the administrator by client certificate. kubeconfig.token: the user lab-token, an
# administrator too, by bearer token.
write_kubeconfigs() {
  local server=$1 pki=$PLANE_DIR/pki
  write_kubeconfig "$PLANE_DIR/kubeconfig" "$server" \
    "    client-certificate-data: $(base64 -w0 "$pki/admin.crt")
    client-key-data: $(base64 -w0 "$pki/admin.key")"
  write_kubeconfig "$PLANE_DIR/kubeconfig.token" "$server" "    token: $(<"$pki/token")"
}
