{{- /* Made by `make generate`. What is said of an InstanaAgent that lacks what it must have. */}}
{{- define "instana-agent.messagesOfRules" -}}
cluster-name: "is required unless spec.zone.name is set: set the name that the cluster has in Instana (rule cluster-name)"
cluster-name-of-zones: "is required with spec.zones: set the name that the cluster has in Instana (rule cluster-name-of-zones)"
key-source: "an agent needs an agent key to report: name an entry of a Secret in keySecretKeyRef, or a Secret with an entry `key` in keysSecret, or set key (rule key-source)"
{{- end }}

{{- /* Where the spec has texts that people write as numbers. `*` is every entry or item.
Fractions become texts; ports and variables do whatever they are. */}}
{{- define "instana-agent.placesOfTexts" -}}
ports:
- ["agent","endpointPort"]
- ["agent","additionalBackends","*","endpointPort"]
- ["agent","proxyPort"]
quantities:
- ["agent","pod","requests","*"]
- ["agent","pod","limits","*"]
- ["agent","pod","volumes","*","downwardAPI","items","*","resourceFieldRef","divisor"]
- ["agent","pod","volumes","*","emptyDir","sizeLimit"]
- ["agent","pod","volumes","*","ephemeral","volumeClaimTemplate","spec","resources","limits","*"]
- ["agent","pod","volumes","*","ephemeral","volumeClaimTemplate","spec","resources","requests","*"]
- ["agent","pod","volumes","*","projected","sources","*","downwardAPI","items","*","resourceFieldRef","divisor"]
- ["agent","pod","env","*","valueFrom","resourceFieldRef","divisor"]
- ["agent","packageCache","size"]
- ["k8s_sensor","deployment","pod","requests","*"]
- ["k8s_sensor","deployment","pod","limits","*"]
- ["k8s_sensor","deployment","pod","env","*","valueFrom","resourceFieldRef","divisor"]
- ["k8s_sensor","deployment","pod","volumes","*","downwardAPI","items","*","resourceFieldRef","divisor"]
- ["k8s_sensor","deployment","pod","volumes","*","emptyDir","sizeLimit"]
- ["k8s_sensor","deployment","pod","volumes","*","ephemeral","volumeClaimTemplate","spec","resources","limits","*"]
- ["k8s_sensor","deployment","pod","volumes","*","ephemeral","volumeClaimTemplate","spec","resources","requests","*"]
- ["k8s_sensor","deployment","pod","volumes","*","projected","sources","*","downwardAPI","items","*","resourceFieldRef","divisor"]
variables:
- ["agent","env","*"]
- ["controller","settings","*"]
{{- end }}
