{{- /* Made by `make generate`: values in the shape of another field, and what is said of them. */}}
{{- define "instana-agent.misshapen" -}}
[
{"path":["agent","configuration_yaml"],"begins":"^[{]","says":"must be a string, not an object: write `configuration_yaml: |` in front of it, or move it to spec.agent.configuration"},
{"path":["agent","env"],"begins":"^[[]","says":"must be an object, not a list: write `NAME: value` without `- `, or move the items with `name` and `value` to spec.agent.pod.env"},
{"path":["agent","pod","env"],"begins":"^[{]","says":"must be a list, not an object: write items with `name` and `value`, or move `NAME: value` to spec.agent.env"},
{"path":["k8s_sensor","pollrate"],"begins":"^[-0-9]","says":"must be a string: write the seconds with their unit, such as 10s"},
{"path":["zones"],"begins":"^[{]","says":"must be a list, not an object: start each zone with `- name: `; for a single zone use spec.zone.name"}
]
{{- end }}
