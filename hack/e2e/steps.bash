#!/usr/bin/env bash
# shellcheck source=hack/e2e/former.bash
# The steps: each says what it does to the release, and what must come of it.
set -euo pipefail
source hack/e2e/former.bash

readonly release_beside_agents=instana-agent-hooks

# install CHART OPTION...: installs or upgrades the release with the values of these tests.
install() {
  local chart=$1 options=(--values hack/e2e/values.yaml)
  shift
  if service_is_a_pod; then
    options+=(--wait --timeout "${seconds_to_wait}s")
  else
    options+=(--post-renderer hack/e2e/ask-hooks-url --no-hooks)
  fi
  "$helm" upgrade --install "$release" "$chart" --namespace "$namespace" "${options[@]}" "$@"
}

install_this() {
  local options=()
  if [[ -n ${IMAGE:-} ]]; then
    options+=(--set-string "controller.image.repository=${IMAGE%:*}" --set-string "controller.image.tag=${IMAGE##*:}")
  fi
  install "${CHART:-helm-chart}" "${options[@]}" "$@"
}

has_settled() {
  wait_until "the resource's last change is handled" last_change_is_handled
  wait_until "the resource is valid" condition_is Valid True
  wait_until "all that it names is there" condition_is ReferencesResolved True
  wait_until "the API server takes its children" condition_is ChildrenApplied True
  wait_until "a DaemonSet of agents" field_is "daemonsets/$agent" '{.kind}' DaemonSet
  wait_until "a Deployment of k8sensors" field_is "deployments/$agent-k8sensor" '{.kind}' Deployment
  wait_until "cluster-wide read rights of the agents" agents_are_bound
  if service_is_a_pod; then wait_until "pods of agents" pods_are_made; fi
  wait_until "nothing is written any more" nothing_is_written
}

make_key() {
  in_namespace create secret generic instana-keys --from-literal="key=${1:-no-key-of-a-tenant}" \
    --dry-run=client --output yaml | in_namespace apply --filename - >/dev/null
}

step_create() {
  make_key
  install_this
  has_settled
}

step_update() {
  local before changes=(--set-string agent.env.E2E_STEP=update --set k8s_sensor.deployment.replicas=2)
  before=$(identities)
  install_this "${changes[@]}"
  wait_until "agents have the new variable" field_is "daemonsets/$agent" \
    '{.spec.template.spec.containers[0].env[?(@.name=="E2E_STEP")].value}' update
  wait_until "there are two k8sensors" field_is "deployments/$agent-k8sensor" '{.spec.replicas}' 2
  has_settled
  still_there "$before"

  before=$(versions)
  install_this "${changes[@]}"
  sleep "$seconds_of_silence"
  diff <(printf '%s\n' "$before") <(versions) || fail "the same values again changed something"
  printf 'ok: the same values again changed nothing\n'
}

step_tenant() {
  if [[ -z ${INSTANA_AGENT_KEY:-} ]]; then
    not_shown "agents that report to Instana; no tenant is given (INSTANA_AGENT_KEY, INSTANA_ENDPOINT_HOST)"
    return
  fi
  service_is_a_pod || fail "agents of a tenant need nodes: unset HOOKS_URL"
  make_key "$INSTANA_AGENT_KEY"
  install_this --set-string "agent.endpointHost=${INSTANA_ENDPOINT_HOST:?}" \
    --set-string "agent.endpointPort=${INSTANA_ENDPOINT_PORT:-443}"
  wait_until "agents and k8sensors are ready" condition_is Ready True
  wait_until "an agent is connected to the backend" agent_is_connected
}

# What the agent logs when its backend has taken its key.
agent_is_connected() {
  in_namespace logs "daemonsets/$agent" --container instana-agent --tail=-1 |
    grep --max-count=1 'Connected using HTTP/2 to'
}

step_delete() {
  if ! "$helm" status "$release" --namespace "$namespace" >/dev/null 2>&1; then
    printf 'nothing is installed\n'
    return
  fi
  if [[ $release == "$release_beside_agents" ]]; then
    in_namespace delete "agents/$agent" --cascade=foreground --timeout "${seconds_to_wait}s"
  fi
  "$helm" uninstall "$release" --namespace "$namespace" --wait --timeout "${seconds_to_wait}s"
  in_namespace delete secret instana-keys --ignore-not-found >/dev/null
  wait_until "nothing is left" nothing_is_left
  kubectl get crd "$definition" --output name >/dev/null || fail "the definition went, and with it all agents"
  release=$agent
}

step_upgrade() {
  local before
  if [[ -z ${PREVIOUS_CHART:-} ]]; then
    not_shown "an upgrade from the previous release; none is given (PREVIOUS_CHART)"
    return
  fi
  make_key
  install "$PREVIOUS_CHART" ${PREVIOUS_VERSION:+--version "$PREVIOUS_VERSION"}
  has_settled
  before=$(identities)
  install_this
  has_settled
  still_there "$before"
}

# As docs/migrate.md says it to users; the chart then has a release beside the agents, docs/helm.md.
step_takeover() {
  if service_is_a_pod && [[ -z ${AGENT_IMAGE:-} ]]; then
    not_shown "a takeover; agents are not ready without a backend, and no image stands in (AGENT_IMAGE)"
    return
  fi
  put_former_in_place
  wait_until "all pods of the former installation are ready" all_pods_are_ready
  watch_pods

  take_over_and_wait
  release=$release_beside_agents
  kubectl apply --kustomize crd
  install_this --set controller.agent.create=false
  wait_until "the takeover has nothing left to do" take_over
  has_settled
  wait_until "agents and k8sensors are ready" condition_is Ready True
  remove_former_operator
  wait_until "nothing of the former installation is left" is_nothing left_of_former
  wait_until "all pods of the old sensor are gone" is_nothing pods_of_old_sensor
  look_back
}

# still_there BEFORE: what was there is what it was, and was not deleted and made anew.
still_there() {
  local gone
  gone=$(comm -23 <(printf '%s\n' "$1") <(identities))
  [[ -z $gone ]] || fail "deleted, or made anew: $gone"
  printf 'ok: the resource and its children are the same objects as before\n'
}
