{{- /* Made by `make generate`: where the spec has quantities and ports that are texts. */}}
{{- define "instana-agent.placesOfTexts" -}}
places:
- ["agent","endpointPort"]
- ["agent","additionalBackends","*","endpointPort"]
- ["agent","pod","requests","*"]
- ["agent","pod","limits","*"]
- ["agent","pod","volumes","*","downwardAPI","items","*","resourceFieldRef","divisor"]
- ["agent","pod","volumes","*","emptyDir","sizeLimit"]
- ["agent","pod","volumes","*","ephemeral","volumeClaimTemplate","spec","resources","limits","*"]
- ["agent","pod","volumes","*","ephemeral","volumeClaimTemplate","spec","resources","requests","*"]
- ["agent","pod","volumes","*","projected","sources","*","downwardAPI","items","*","resourceFieldRef","divisor"]
- ["agent","pod","env","*","valueFrom","resourceFieldRef","divisor"]
- ["agent","proxyPort"]
- ["agent","packageCache","size"]
- ["k8s_sensor","deployment","pod","requests","*"]
- ["k8s_sensor","deployment","pod","limits","*"]
- ["k8s_sensor","deployment","pod","env","*","valueFrom","resourceFieldRef","divisor"]
- ["k8s_sensor","deployment","pod","volumes","*","downwardAPI","items","*","resourceFieldRef","divisor"]
- ["k8s_sensor","deployment","pod","volumes","*","emptyDir","sizeLimit"]
- ["k8s_sensor","deployment","pod","volumes","*","ephemeral","volumeClaimTemplate","spec","resources","limits","*"]
- ["k8s_sensor","deployment","pod","volumes","*","ephemeral","volumeClaimTemplate","spec","resources","requests","*"]
- ["k8s_sensor","deployment","pod","volumes","*","projected","sources","*","downwardAPI","items","*","resourceFieldRef","divisor"]
{{- end }}
