#!/usr/bin/env bash
# What the steps are made of: saying, waiting within limits, looking at the cluster, clearing up.
set -euo pipefail

readonly agent=instana-agent
readonly namespace=${NAMESPACE:-instana-e2e}
readonly seconds_to_wait=${SECONDS_TO_WAIT:-180}
readonly seconds_of_silence=3
readonly definition=agents.instana.io
readonly ours=app.kubernetes.io/part-of=instana
readonly children=app.kubernetes.io/managed-by=instana-agent-operator
readonly child_kinds=daemonsets,deployments,secrets,configmaps,services,serviceaccounts,poddisruptionbudgets
readonly cluster_kinds=clusterroles,clusterrolebindings,compositecontrollers,decoratorcontrollers

helm=${HELM:-helm}
release=$agent
definition_was_there=""

say() { printf '\n== %s\n' "$*"; }

fail() {
  printf 'e2e: %s\n' "$*" >&2
  exit 1
}

# Where the run is summed up: for whoever started it, and on the page of a workflow.
not_shown() {
  printf 'NOT SHOWN: %s\n' "$*"
  if [[ -n ${GITHUB_STEP_SUMMARY:-} ]]; then
    printf -- '- Not shown: %s\n' "$*" >>"$GITHUB_STEP_SUMMARY"
  fi
}

in_namespace() { kubectl --namespace "$namespace" "$@"; }

service_is_a_pod() { [[ -z ${HOOKS_URL:-} ]]; }

# wait_until WHAT COMMAND...: tries the command again and again until it succeeds.
wait_until() {
  local what=$1 deadline=$((SECONDS + seconds_to_wait)) last_look
  shift
  until last_look=$("$@" 2>&1); do
    if ((SECONDS >= deadline)); then
      fail "not within $seconds_to_wait s: $what; the last look: $last_look"
    fi
    sleep 1
  done
  printf 'ok: %s\n' "$what"
}

# Each of these looks once; what it prints is shown when time is up.

field() { in_namespace get "$1" --output "jsonpath=$2"; }

field_is() {
  local found
  found=$(field "$1" "$2") || return
  printf '%s of %s is "%s"' "$2" "$1" "$found"
  [[ $found == "$3" ]]
}

field_has() {
  local found
  found=$(field "$1" "$2") || return
  printf '%s of %s is "%s"' "$2" "$1" "$found"
  [[ $found == *"$3"* ]]
}

condition_is() { field_is "agents/$agent" "{.status.conditions[?(@.type==\"$1\")].status}" "$2"; }

last_change_is_handled() {
  local generation
  generation=$(field "agents/$agent" '{.metadata.generation}') || return
  field_is "agents/$agent" '{.status.observedGeneration}' "$generation"
}

pods_are_made() { [[ $(field "daemonsets/$agent" '{.status.currentNumberScheduled}') -gt 0 ]]; }

agents_are_bound() {
  local found
  found=$(kubectl get clusterrolebindings --output name) || return
  printf '%s' "$found"
  [[ $found == *":$namespace:$agent"* ]]
}

# listed FIELD: of the resource and of all its children, a line each.
listed() {
  local each="{.kind}/{.metadata.name} {.metadata.$1}{\"\\n\"}"
  {
    in_namespace get "agents/$agent" --output "jsonpath=$each" &&
      in_namespace get "$child_kinds" --selector "$children" --output "jsonpath={range .items[*]}$each{end}"
  } | sort
}

identities() { listed uid; }

versions() { listed resourceVersion; }

nothing_is_written() {
  local before
  before=$(versions) || return
  sleep "$seconds_of_silence"
  diff <(printf '%s\n' "$before") <(versions)
}

left_over() {
  in_namespace get agents --output name
  in_namespace get "$child_kinds" --selector "$children" --output name
  in_namespace get "$child_kinds,networkpolicies,jobs,pods" --selector "$ours" --output name
  kubectl get "$cluster_kinds" --selector "$ours" --output name
  kubectl get clusterrolebindings --output name | grep ":$namespace:" || true
}

# is_nothing COMMAND: it prints nothing.
is_nothing() {
  local found
  found=$("$1" 2>&1) || true
  printf '%s' "$found"
  [[ -z $found ]]
}

nothing_is_left() { is_nothing left_over; }

# A cluster in which somebody's agents are is not for trying things out.
refuse_a_cluster_in_use() {
  kubectl get --raw /readyz >/dev/null || fail "no cluster answers: see KUBECONFIG"
  kubectl get crd compositecontrollers.metacontroller.k8s.io >/dev/null ||
    fail "Metacontroller is not installed in this cluster: see docs/install.md"
  if kubectl get namespace "$namespace" >/dev/null 2>&1; then
    fail "there is a namespace $namespace already: delete it, or name another one in NAMESPACE"
  fi
  if kubectl get compositecontroller/instana-agent >/dev/null 2>&1; then
    fail "there is an installation in this cluster already, which this would replace"
  fi
  if kubectl get crd "$definition" >/dev/null 2>&1; then
    definition_was_there=1
    [[ -z $(kubectl get "$definition" --all-namespaces --output name) ]] ||
      fail "there are agents in this cluster already"
  fi
}

# What a person needs to see why; no Secret's content is among it.
print_what_there_is() {
  say "what there is to see"
  in_namespace get "agents/$agent" --output yaml --show-managed-fields=false || true
  in_namespace get "$child_kinds,pods" --output wide || true
  in_namespace get events --sort-by=.lastTimestamp || true
  in_namespace logs deployment/instana-agent-hooks --tail=50 || true
  kubectl --namespace metacontroller logs statefulset/metacontroller --tail=50 || true
  "$helm" history "$release" --namespace "$namespace" || true
} 2>&1

clear_up() {
  say "clearing up"
  clear_up_former
  "$helm" uninstall "$release" --namespace "$namespace" --ignore-not-found --no-hooks || true
  kubectl delete namespace "$namespace" --ignore-not-found --timeout "${seconds_to_wait}s"
  if [[ -z $definition_was_there ]]; then
    kubectl delete crd "$definition" --ignore-not-found --timeout "${seconds_to_wait}s"
  fi
}

at_the_end() {
  local code=$?
  trap - EXIT
  if [[ $code != 0 ]]; then print_what_there_is >&2; fi
  if [[ ${KEEP:-} == 1 ]]; then
    say "left as it is: namespace $namespace"
  else
    clear_up || code=1
  fi
  exit "$code"
}
