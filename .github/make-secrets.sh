#!/bin/sh
# The two Secrets of docs/deploying.md, for a cluster that is thrown away afterwards.
set -eu
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cd "$directory"
host=weka-metacontroller-hooks.weka-operator-system
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=$host" -addext "subjectAltName=DNS:$host" -keyout tls.key -out tls.crt
cp tls.crt ca.crt
kubectl create namespace weka-operator-system
kubectl create secret generic weka-metacontroller-hooks-tls --namespace weka-operator-system --type=kubernetes.io/tls --from-file=tls.crt --from-file=tls.key --from-file=ca.crt
openssl rand -hex 32 | kubectl create secret generic weka-metacontroller-hooks-token --namespace weka-operator-system --from-file=token=/dev/stdin
