#!/bin/sh
# For an emergency: the controllers are gone, so that nothing takes Metacontroller's finalizers off our objects any more,
# and none of them can be deleted. Without an argument it says what it would do; with --yes it does it.
# Nothing is cleaned up for an object that is released so: weka, its drives and its directories stay as they are.
set -eu

# kind of the parent, name of the controller: all controllers that have a finalize hook, written by `npm run generate`
parents='wekaclients.weka.weka.io/wekaclient wekaclusters.weka.weka.io/wekacluster wekacontainers.weka.weka.io/wekacontainer'

served=$(kubectl api-resources --api-group=metacontroller.k8s.io -o name)
for parent in $parents; do
  kind=${parent%/*}
  plural=${kind%%.*}
  controller=${parent#*/}
  finalizer=metacontroller.io/compositecontroller-$controller

  case $served in *compositecontrollers*)
    if [ -n "$(kubectl get compositecontroller "$controller" --ignore-not-found -o name)" ]; then
      echo "compositecontroller $controller is still there: it would put the finalizer back; nothing was done for $plural" >&2
      continue
    fi ;;
  esac

  template='{{range .items}}{{$object := .}}{{range $index, $name := .metadata.finalizers}}{{if eq $name "'$finalizer'"}}{{$object.metadata.namespace}} {{$object.metadata.name}} {{$index}}{{"\n"}}{{end}}{{end}}{{end}}'
  held=$(kubectl get "$kind" --all-namespaces -o go-template="$template")
  [ -n "$held" ] || continue
  printf '%s\n' "$held" | while read -r namespace name index; do
    if [ "${1:-}" != --yes ]; then
      echo "would release $plural $namespace/$name"
      continue
    fi
    # the test keeps us from taking away another finalizer, should the list have changed meanwhile
    path=/metadata/finalizers/$index
    kubectl patch "$kind" "$name" --namespace "$namespace" --type=json \
      --patch='[{"op":"test","path":"'"$path"'","value":"'"$finalizer"'"},{"op":"remove","path":"'"$path"'"}]'
  done
done
