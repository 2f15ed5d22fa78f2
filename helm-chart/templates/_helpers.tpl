{{- /* What several templates ask. Facts come from the values, else from the cluster. */}}

{{- /* Whether this is rendered for a real cluster: `helm template` knows groups, but no kinds. */}}
{{- define "instana-agent.clusterIsKnown" -}}
{{ .Capabilities.APIVersions.Has "v1/Secret" }}
{{- end }}

{{- define "instana-agent.openshift" -}}
{{- $given := .Values.controller.facts.openshift }}
{{- if kindIs "bool" $given }}{{ $given }}{{ else }}{{ .Capabilities.APIVersions.Has "security.openshift.io/v1" }}{{ end }}
{{- end }}

{{- define "instana-agent.certManager" -}}
{{- $given := .Values.controller.facts.certManager }}
{{- if kindIs "bool" $given }}{{ $given }}{{ else }}{{ .Capabilities.APIVersions.Has "cert-manager.io/v1" }}{{ end }}
{{- end }}

{{- define "instana-agent.metacontroller" -}}
{{- $given := .Values.controller.metacontroller.installed }}
{{- if kindIs "bool" $given }}{{ $given }}
{{- else if eq (include "instana-agent.clusterIsKnown" .) "false" }}true
{{- else }}{{ .Capabilities.APIVersions.Has "metacontroller.k8s.io/v1alpha1/CompositeController" }}
{{- end }}
{{- end }}

{{- define "instana-agent.mutatingPolicies" -}}
{{ .Capabilities.APIVersions.Has "admissionregistration.k8s.io/v1/MutatingAdmissionPolicy" }}
{{- end }}

{{- /* Without the patch level: nothing restarts for that. */}}
{{- define "instana-agent.kubernetesVersion" -}}
{{- $known := eq (include "instana-agent.clusterIsKnown" .) "true" | ternary .Capabilities.KubeVersion.Version "" }}
{{- .Values.controller.facts.kubernetesVersion | default (regexFind `^v?[0-9]+\.[0-9]+` $known) }}
{{- end }}

{{- /* Where the service is, and all that is its own. Agents are in the namespaces below. */}}
{{- define "instana-agent.namespace" -}}
{{- .Values.controller.namespace | default .Release.Namespace }}
{{- end }}

{{- define "instana-agent.host" -}}
instana-agent-hooks.{{ include "instana-agent.namespace" . }}.svc
{{- end }}

{{- /* How Metacontroller knows the service, and the service it. For all hooks of this host. Metacontroller
reads both Secrets when the spec of a controller changes, not when they do. */}}
{{- define "instana-agent.endpointConfigs" -}}
- host: {{ include "instana-agent.host" . }}
  caBundle:
    {{- if eq .Values.controller.tls.source "OpenShift" }}
    configMapRef:
      name: instana-agent-hooks-ca
      namespace: {{ include "instana-agent.namespace" . }}
      key: service-ca.crt
    {{- else }}
    secretRef:
      name: {{ .Values.controller.tls.secretName }}
      namespace: {{ include "instana-agent.namespace" . }}
      key: ca.crt
    {{- end }}
  authorization:
    type: Bearer
    secretRef:
      name: {{ .Values.controller.token.secretName }}
      namespace: {{ include "instana-agent.namespace" . }}
      key: token
{{- end }}

{{- /* The service takes its own namespace for that of the agents where it is told of none. */}}
{{- define "instana-agent.namespacesToSay" -}}
{{- $given := .Values.controller.namespaces | default list }}
{{- if and (not $given) (ne (include "instana-agent.namespace" .) .Release.Namespace) }}
{{- $given = list .Release.Namespace }}
{{- end }}
{{- join "," $given }}
{{- end }}

{{- /* Fails where another release has the service, which a cluster has once. */}}
{{- define "instana-agent.refuseSecond" -}}
{{- if .Values.controller.enabled }}
{{- $there := dig "metadata" "annotations" dict (lookup "rbac.authorization.k8s.io/v1" "ClusterRole" "" "instana-io-agent") }}
{{- $name := get $there "meta.helm.sh/release-name" }}
{{- $namespace := get $there "meta.helm.sh/release-namespace" }}
{{- if and $name (ne (print $namespace "/" $name) (print .Release.Namespace "/" .Release.Name)) }}
{{- fail (printf "controller.enabled: release %s in namespace %s already has the service, of which a cluster needs one. For another release set controller.enabled to false, and add %s to controller.namespaces of release %s (see docs/helm.md)." $name $namespace .Release.Namespace $name) }}
{{- end }}
{{- end }}
{{- end }}

{{- /* Fails where the namespace of the service is not there, or not for the service alone. */}}
{{- define "instana-agent.refuseNamespace" -}}
{{- $namespace := include "instana-agent.namespace" . }}
{{- if and .Values.controller.enabled (ne $namespace .Release.Namespace) }}
{{- if has $namespace .Values.controller.namespaces }}
{{- fail (printf "controller.namespace: %s is also in controller.namespaces, but it must be for the service alone: remove it there" $namespace) }}
{{- end }}
{{- if and (eq (include "instana-agent.clusterIsKnown" .) "true") (not (lookup "v1" "Namespace" "" $namespace)) }}
{{- fail (printf "controller.namespace: namespace %s does not exist: run `kubectl create namespace %s`" $namespace $namespace) }}
{{- end }}
{{- if lookup "apiextensions.k8s.io/v1" "CustomResourceDefinition" "" "agents.instana.io" }}
{{- range dig "items" list (lookup "instana.io/v1" "InstanaAgent" $namespace "") }}
{{- fail (printf "controller.namespace: %s must be for the service alone, but has the InstanaAgent %s: use another namespace" $namespace .metadata.name) }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{- define "instana-agent.image" -}}
{{- $image := .Values.controller.image }}
{{- if $image.digest }}{{ printf "%s@%s" $image.repository $image.digest }}
{{- else }}{{ printf "%s:%s" $image.repository ($image.tag | default .Chart.AppVersion) }}
{{- end }}
{{- end }}

{{- /* What tells one release of the service from another: its image. */}}
{{- define "instana-agent.release" -}}
{{- $image := .Values.controller.image }}
{{- if $image.digest }}{{ splitList ":" $image.digest | last }}
{{- else }}{{ $image.tag | default .Chart.AppVersion }}
{{- end }}
{{- end }}

{{- define "instana-agent.agentName" -}}
{{- .Values.controller.agent.name | default .Release.Name }}
{{- end }}

{{- define "instana-agent.labels" -}}
app.kubernetes.io/name: instana-agent-hooks
app.kubernetes.io/part-of: instana
{{- end }}

{{- /* The rule by which the API server refuses an InstanaAgent without a key or a name of the cluster. */}}
{{- define "instana-agent.lacks" -}}
{{- $spec := include "instana-agent.spec" . | fromYaml }}
{{- $agent := $spec.agent | default dict }}
{{- $cluster := dig "cluster" "name" "" $spec }}
{{- if not (or $agent.key $agent.keySecretKeyRef $agent.keysSecret) }}key-source
{{- else if and $spec.zones (not $cluster) }}cluster-name-of-zones
{{- else if not (or $cluster (dig "zone" "name" "" $spec)) }}cluster-name
{{- end }}
{{- end }}

{{- /* Whether the InstanaAgent is left out for now: a first installation, with nothing to report to.
One that is there is never left out for that, as it would be deleted. */}}
{{- define "instana-agent.agentWaits" -}}
{{- if and .Values.controller.enabled (include "instana-agent.lacks" .) }}
{{- if lookup "apiextensions.k8s.io/v1" "CustomResourceDefinition" "" "agents.instana.io" }}
{{- if not (lookup "instana.io/v1" "InstanaAgent" .Release.Namespace (include "instana-agent.agentName" .)) }}true{{ end }}
{{- end }}
{{- end }}
{{- end }}

{{- /* Fails where the API server would refuse the InstanaAgent, and Helm leave a failed release. Where the
cluster lacks the definition too, nothing of this kind is known: a dry run brings none. */}}
{{- define "instana-agent.refuseNameless" -}}
{{- $lacks := include "instana-agent.lacks" . }}
{{- if and $lacks .Values.controller.agent.create (eq (include "instana-agent.clusterIsKnown" .) "true") }}
{{- if and (.Capabilities.APIVersions.Has "instana.io/v1/InstanaAgent") (not (include "instana-agent.agentWaits" .)) }}
{{- fail (printf "InstanaAgent %s: %s" (include "instana-agent.agentName" .) (get (include "instana-agent.messagesOfRules" . | fromYaml) $lacks)) }}
{{- end }}
{{- end }}
{{- end }}

{{- /* Whether the cluster has another definition of InstanaAgent than the chart. */}}
{{- define "instana-agent.definitionDiffers" -}}
{{- with lookup "apiextensions.k8s.io/v1" "CustomResourceDefinition" "" "agents.instana.io" }}
{{- $own := $.Files.Get "crds/agents.instana.io.yaml" | fromYaml }}
{{- $there := (first .spec.versions).schema | toJson }}
{{- if ne $there ((first $own.spec.versions).schema | toJson) }}true{{ end }}
{{- end }}
{{- end }}

{{- define "instana-agent.definitionLabels" -}}
app.kubernetes.io/name: instana-agent-definition
app.kubernetes.io/part-of: instana
{{- end }}

{{- define "instana-agent.definitionHook" -}}
helm.sh/hook: pre-install,pre-upgrade
helm.sh/hook-weight: {{ . | quote }}
helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
{{- end }}

{{- /* The affinity of the values, each term of which requires nodes that can run the service. Terms
are alternatives; one without any requirement matches no node, and stays so. */}}
{{- define "instana-agent.affinity" -}}
{{- if ne (get (.Values.controller.nodeSelector | default dict) "kubernetes.io/os" | default "linux") "linux" }}
  {{- fail "controller.nodeSelector: kubernetes.io/os must be linux, because the service's image is for Linux" }}
{{- end }}
{{- $name := "requiredDuringSchedulingIgnoredDuringExecution" }}
{{- $requirements := include "instana-agent.nodeRequirements" . | fromYamlArray }}
{{- $affinity := .Values.controller.affinity | default dict | deepCopy }}
{{- $ofNodes := $affinity.nodeAffinity | default dict }}
{{- $given := (get $ofNodes $name | default dict).nodeSelectorTerms | default list }}
{{- $terms := list }}
{{- range $term := $given | default (list dict) }}
  {{- if or $term (not $given) }}
    {{- $expressions := $term.matchExpressions | default list }}
    {{- range $requirement := $requirements }}
      {{- if not (has $requirement $expressions) }}{{ $expressions = append $expressions $requirement }}{{ end }}
    {{- end }}
    {{- $terms = append $terms (set $term "matchExpressions" $expressions) }}
  {{- end }}
{{- end }}
{{- $required := dict "nodeSelectorTerms" ($terms | default $given) }}
{{- set $affinity "nodeAffinity" (set $ofNodes $name $required) | toYaml }}
{{- end }}

{{- /* What pods that run once have in common with those of the service. */}}
{{- define "instana-agent.shortPod" -}}
securityContext:
  runAsNonRoot: true
  {{- if eq (include "instana-agent.openshift" .) "false" }}
  runAsUser: 65532
  runAsGroup: 65532
  fsGroup: 65532
  {{- end }}
  seccompProfile: {type: RuntimeDefault}
{{- with .Values.controller.image.pullSecrets }}
imagePullSecrets: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.controller.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.controller.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
affinity:
  nodeAffinity: {{- (include "instana-agent.affinity" . | fromYaml).nodeAffinity | toYaml | nindent 4 }}
{{- end }}

{{- define "instana-agent.shortContainer" -}}
image: {{ include "instana-agent.image" . }}
imagePullPolicy: {{ .Values.controller.image.pullPolicy }}
resources:
  requests: {cpu: 50m, memory: 128Mi}
  limits: {memory: 256Mi}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: {drop: [ALL]}
{{- end }}
