{{/*
The name of the Go operator's Deployment if this release is one of Instana's own chart 2.x.
*/}}
{{- define "instana-agent.formerOperator" -}}
{{- range list "instana-agent-controller-manager" "controller-manager" -}}
{{- $found := lookup "apps/v1" "Deployment" $.Release.Namespace . -}}
{{- if eq (include "instana-agent.releaseOf" $found) $.Release.Name }}{{ . }}{{ end -}}
{{- end -}}
{{- end -}}

{{/*
The name of the release that an object belongs to.
*/}}
{{- define "instana-agent.releaseOf" -}}
{{- dig "metadata" "annotations" "meta.helm.sh/release-name" "" . -}}
{{- end -}}

{{/*
The InstanaAgent of the former release, as JSON; empty if there is none.
*/}}
{{- define "instana-agent.formerAgent" -}}
{{- $found := lookup "instana.io/v1" "InstanaAgent" .Release.Namespace "instana-agent" -}}
{{- if eq (include "instana-agent.releaseOf" $found) .Release.Name }}{{ toJson $found }}{{ end -}}
{{- end -}}

{{/*
Whether an InstanaAgent is held by a finalizer of an operator.
*/}}
{{- define "instana-agent.isHeld" -}}
{{- $finalizers := dig "metadata" "finalizers" list . -}}
{{- or (has "v3.agent.instana.io/finalizer" $finalizers) (has "agent.instana.io/finalizer" $finalizers) -}}
{{- end -}}

{{/*
Whether the former release has been handed over: its operator stopped, its resource let go.
*/}}
{{- define "instana-agent.isHandedOver" -}}
{{- $operator := lookup "apps/v1" "Deployment" .Release.Namespace (include "instana-agent.formerOperator" .) -}}
{{- $agent := include "instana-agent.formerAgent" . | default "{}" | fromJson -}}
{{- $isStopped := and (eq (int (dig "spec" "replicas" 1 $operator)) 0) (eq (int (dig "status" "replicas" 0 $operator)) 0) -}}
{{- and $isStopped (eq (include "instana-agent.isHeld" $agent) "false") -}}
{{- end -}}

{{/*
The kinds of children that an operator made.
*/}}
{{- define "instana-agent.kindsOfChildren" -}}
- {kind: ConfigMap, version: v1, group: "", resource: configmaps}
- {kind: DaemonSet, version: apps/v1, group: apps, resource: daemonsets}
- {kind: Deployment, version: apps/v1, group: apps, resource: deployments}
- {kind: PodDisruptionBudget, version: policy/v1, group: policy, resource: poddisruptionbudgets}
- {kind: Secret, version: v1, group: "", resource: secrets}
- {kind: Service, version: v1, group: "", resource: services}
- {kind: ServiceAccount, version: v1, group: "", resource: serviceaccounts}
{{- end -}}

{{/*
What is handed over, as JSON: of each kind with its place in the API, the names.
*/}}
{{- define "instana-agent.handedOver" -}}
{{- $agent := include "instana-agent.formerAgent" . | default "{}" | fromJson -}}
{{- $owner := dig "metadata" "uid" "" $agent -}}
{{- $found := list -}}
{{- if $agent -}}
{{- $names := list (dig "metadata" "name" "" $agent) -}}
{{- $found = append $found (dict "kind" "InstanaAgent" "group" "instana.io" "resource" "agents" "names" $names) -}}
{{- end -}}
{{- range include "instana-agent.kindsOfChildren" . | fromYamlArray -}}
{{- $names := list -}}
{{- if eq .kind "Deployment" }}{{ $names = list (include "instana-agent.formerOperator" $) }}{{ end -}}
{{- range dig "items" list (lookup .version .kind $.Release.Namespace "") -}}
{{- $object := . -}}
{{- range dig "metadata" "ownerReferences" list . -}}
{{- if eq .uid $owner }}{{ $names = append $names $object.metadata.name }}{{ end -}}
{{- end -}}
{{- end -}}
{{- if $names }}{{ $found = append $found (merge (dict "names" $names) .) }}{{ end -}}
{{- end -}}
{{- toJson $found -}}
{{- end -}}

{{/*
Fails if an upgrade of a release of another chart would end agents, or leave them unmanaged.
*/}}
{{- define "instana-agent.refuseUnsafeUpgrade" -}}
{{- $release := .Release -}}
{{- range dig "items" list (lookup "apps/v1" "DaemonSet" .Release.Namespace "") -}}
{{- $chart := dig "metadata" "labels" "helm.sh/chart" "" . -}}
{{- if and (hasPrefix "instana-agent-1." $chart) (eq (include "instana-agent.releaseOf" .) $release.Name) -}}
{{- fail (printf "release %s is of the chart 1.x, and an upgrade would delete its agents: take them over as docs/helm.md describes." $release.Name) -}}
{{- end -}}
{{- end -}}
{{- if include "instana-agent.formerOperator" . -}}
{{- include "instana-agent.refuseUnsafeUpgradeFromOperator" . -}}
{{- end -}}
{{- end -}}

{{- define "instana-agent.refuseUnsafeUpgradeFromOperator" -}}
{{- $name := include "instana-agent.agentName" . -}}
{{- $former := include "instana-agent.formerAgent" . | default "{}" | fromJson -}}
{{- $formerName := dig "metadata" "name" "" $former -}}
{{- if and $former (not .Values.controller.agent.create) -}}
{{- fail (printf "the upgrade would delete InstanaAgent %s and its agents: set controller.agent.create to true." $formerName) -}}
{{- end -}}
{{- if and $former (ne $formerName $name) -}}
{{- fail (printf "the upgrade would delete InstanaAgent %s and its agents, and create %s: set controller.agent.name to %s." $formerName $name $formerName) -}}
{{- end -}}
{{- range dig "items" list (lookup "instana.io/v1" "InstanaAgent" "" "") -}}
{{- $isThis := and (eq .metadata.namespace $.Release.Namespace) (eq .metadata.name $formerName) -}}
{{- if and (not $isThis) (eq (include "instana-agent.isHeld" .) "true") -}}
{{- fail (printf "the Go operator of this release also manages InstanaAgent %s/%s: first run `python -m hooks takeover apply`, which hands over all of them (see docs/helm.md)." .metadata.namespace .metadata.name) -}}
{{- end -}}
{{- end -}}
{{- if and (not .Values.controller.handOver.job) (ne (include "instana-agent.isHandedOver" .) "true") -}}
{{- fail "the Go operator of this release still manages the agents: first run `python -m hooks takeover apply`, or set controller.handOver.job to true (see docs/helm.md)." -}}
{{- end -}}
{{- end -}}
