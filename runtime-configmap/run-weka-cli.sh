#!/bin/sh
# The weka command of a weka pod: mounted at /usr/local/bin/weka and /usr/local/bin/wekaauthcli, in front of /usr/bin/weka.
# Adds what every call needs: the operator's credentials, the ports of the container, the address of its API.
# WEKA_RUNTIME_ROOT and WEKA_CLI_PROGRAM are for tests.

root="${WEKA_RUNTIME_ROOT:-}"
credentials="$root/var/run/secrets/weka-operator/operator-user"
vars="$root/opt/weka/k8s-runtime/vars"
resources="$root/opt/weka/data/${NAME:-}/container/resources.json"

# text FILE: its content without the last newline; nothing when there is no such file
text() {
  if [ -r "$1" ]; then cat "$1"; fi
}

# port FILE: the number in it; nothing when a power loss left something else
port() {
  text "$1" | tr -d ' \n' | sed -n '/^[1-9][0-9]\{0,4\}$/p'
}

# credentials given by the caller win: an operation may run as another user
if [ -z "${WEKA_USERNAME:-}" ] && [ -r "$credentials/username" ]; then
  WEKA_USERNAME="$(text "$credentials/username")"
  WEKA_PASSWORD="$(text "$credentials/password")"
  WEKA_ORG="$(text "$credentials/org")"
  export WEKA_USERNAME WEKA_PASSWORD WEKA_ORG
fi

# a pod's first environment says 0: ports are allocated after it was scheduled
stored="$(port "$vars/port")"
stored_agent="$(port "$vars/agent_port")"
if [ "${PORT:-0}" = 0 ] && [ -n "$stored" ]; then PORT="$stored"; export PORT; fi
if [ "${WEKA_PORT:-0}" = 0 ] && [ -n "$stored" ]; then WEKA_PORT="$stored"; export WEKA_PORT; fi
if [ "${AGENT_PORT:-0}" = 0 ] && [ -n "$stored_agent" ]; then AGENT_PORT="$stored_agent"; export AGENT_PORT; fi

# the API listens on the management addresses, not always on localhost
if [ -r "$resources" ]; then
  first_ip="$(tr -d ' \n\t' < "$resources" | sed -n 's/.*"ips":\["\([^"]*\)".*/\1/p')"
  if [ -n "$first_ip" ]; then WEKA_HOST="$first_ip"; export WEKA_HOST; fi
fi

exec "${WEKA_CLI_PROGRAM:-/usr/bin/weka}" "$@"
