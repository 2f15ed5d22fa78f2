#!/usr/bin/env bash
# shellcheck source=hack/e2e/cluster.bash
# The installation that the step takeover begins with, and what happens to its pods meanwhile: a
# Helm-based operator of the 2.x generation with the deprecated Kubernetes sensor.
set -euo pipefail
source hack/e2e/cluster.bash

readonly former_objects=tests/fixtures/helm-era/kubernetes-sensor-deployment.json
readonly former_definition=tests/fixtures/definitions/go-operator.json
readonly of_former_chart=helm.sh/chart=instana-agent-1.2.74
readonly former_kinds=deployments,configmaps,services,serviceaccounts
readonly former_roles=clusterroles,clusterrolebindings
readonly of_former_name=metadata.name=$agent
readonly old_sensor=deployments/kubernetes-sensor
readonly python=.venv/bin/python
readonly code_of_waiting=3

former_is_there=""
pods_seen=""
records=""
watcher=""

# Whose image AGENT_IMAGE takes the place of.
readonly images='icr\.io/instana/[a-z0-9-]+'

in_this_cluster() {
  local changes=(-e "s|(namespace\": \")instana-agent\"|\1$namespace\"|")
  if [[ -n ${AGENT_IMAGE:-} ]]; then
    changes+=(-e "s|$images:[a-z0-9.]+|$AGENT_IMAGE|" -e "s|$images\$|${AGENT_IMAGE%:*}|")
    changes+=(-e "s|(tag: ).*|\1${AGENT_IMAGE##*:}|" -e 's|(ullPolicy"?: "?)Always|\1IfNotPresent|')
  fi
  sed --regexp-extended "${changes[@]}" "$1"
}

# Not by `kubectl wait`, which fails where there is no list of conditions yet.
definition_is_established() {
  local path='{.status.conditions[?(@.type=="Established")].status}'
  [[ $(kubectl get crd "$definition" --output "jsonpath=$path") == True ]]
}

put_former_in_place() {
  [[ -x $python ]] || fail "the command takeover needs $python: make run ONCE=1"
  [[ -z $(kubectl get "$former_roles" --field-selector "$of_former_name" --output name) ]] ||
    fail "there are cluster roles $agent in this cluster already"
  former_is_there=1
  records=$(mktemp --directory)
  if [[ -z $definition_was_there ]]; then
    kubectl delete crd "$definition" --ignore-not-found --timeout "${seconds_to_wait}s"
    kubectl create --filename "$former_definition"
    wait_until "the definition is served" definition_is_established
  fi
  in_this_cluster hack/e2e/former/installation.yaml | in_namespace create --filename -
  in_this_cluster "$former_objects" | in_namespace create --field-manager helm --filename -
  let_the_resource_own_what_the_operator_made
}

let_the_resource_own_what_the_operator_made() {
  local uid owner
  uid=$(field "agents/$agent" '{.metadata.uid}')
  owner='{"apiVersion": "instana.io/v1", "kind": "InstanaAgent", "controller": true, "blockOwnerDeletion": true'
  owner+=", \"name\": \"$agent\", \"uid\": \"$uid\"}"
  in_namespace patch "daemonsets/$agent" "$old_sensor" "secrets/$agent" --type merge \
    --patch "{\"metadata\": {\"ownerReferences\": [$owner]}}"
}

all_pods_are_ready() {
  local each found
  for each in "daemonsets/$agent" deployments/controller-manager "$old_sensor"; do
    found=$(in_namespace rollout status "$each" --watch=false) || return
    printf '%s; ' "$found"
    [[ $found == *"successfully rolled out"* ]] || return
  done
}

# A line for each event: nothing is missed between two looks. faults.awk reads the lines.
watch_pods() {
  local line='{.type}' each
  for each in metadata.uid metadata.name spec.nodeName 'metadata.ownerReferences[0].kind' \
    'metadata.labels.app\.kubernetes\.io/component' 'metadata.labels.instana/agent-mode' \
    metadata.deletionTimestamp 'status.conditions[?(@.type=="Ready")].status' \
    'status.containerStatuses[*].restartCount' metadata.resourceVersion; do
    line+="|{.object.$each}"
  done
  pods_seen=$(mktemp)
  # Not by in_namespace: the process to end is kubectl then, and no shell around it.
  kubectl --namespace "$namespace" get pods --watch --output-watch-events \
    --output "jsonpath=$line{\"\\n\"}" >"$pods_seen" &
  watcher=$!
  wait_until "the watch shows the old sensor as ready" grep '|KUBERNETES||True|' "$pods_seen"
}

# The watch has gone on until now if it has each pod as it is.
watch_is_up_to_date() {
  local version
  kill -0 "$watcher" || return
  for version in $(in_namespace get pods --output 'jsonpath={.items[*].metadata.resourceVersion}'); do
    grep --quiet "|$version\$" "$pods_seen" || { printf 'no version %s of a pod' "$version" && return 1; }
  done
}

stop_watching() {
  if [[ -n $watcher ]]; then kill "$watcher" 2>/dev/null || true; fi
  if [[ -n $pods_seen ]]; then rm -f "$pods_seen"; fi
  watcher="" pods_seen=""
}

look_back() {
  local faults
  wait_until "the watch has seen each pod as it is now" watch_is_up_to_date
  faults=$(awk -f hack/e2e/former/faults.awk "$pods_seen") || fail "while it was taken over: $faults"
  printf 'ok: a sensor was ready at every moment (%s events), agents were replaced once at most\n' \
    "$(wc --lines <"$pods_seen")"
  stop_watching
}

take_over() {
  "$python" -m hooks takeover apply --yes --record "$records/takeover.json" --namespace "$namespace"
}

# The old sensor has to stay until a new one is available.
take_over_and_wait() {
  local code=0
  take_over || code=$?
  [[ $code == "$code_of_waiting" ]] || fail "takeover apply ended with $code instead of $code_of_waiting"
}

left_of_former() {
  in_namespace get "$former_kinds" --selector "$of_former_chart" --output name
  in_namespace get secrets --selector owner=helm,name="$agent" --output name
  kubectl get "$former_roles" --field-selector "$of_former_name" --output name
}

pods_of_old_sensor() { in_namespace get pods --selector instana/agent-mode=KUBERNETES,helm.sh/chart --output name; }

# What no command removes, as docs/migrate.md has it; and after a failure all that was there.
remove_former_operator() { in_namespace delete deployment/controller-manager --ignore-not-found; }

clear_up_former() {
  stop_watching
  [[ -n $former_is_there ]] || return 0
  if [[ -n $records ]]; then rm -rf "$records"; fi
  in_namespace patch "agents/$agent" --type merge --patch '{"metadata": {"finalizers": null}}' 2>/dev/null || true
  kubectl delete "$former_roles" --field-selector "$of_former_name"
}
