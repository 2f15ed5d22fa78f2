{{- /* Generated from the table of existing values by `make generate`. */}}
{{- define "instana-agent.existingValues.formed" -}}
[
{"path":["agent","endpointHost"],"form":"given"},
{"path":["agent","endpointPort"],"form":"given"},
{"path":["agent","additionalBackends","*","endpointPort"],"form":"given"},
{"path":["opentelemetry","grpc","port"],"form":"number"},
{"path":["opentelemetry","http","port"],"form":"number"},
{"path":["name"],"form":"dropped"},
{"path":["nameOverride"],"form":"dropped"},
{"path":["fullnameOverride"],"form":"dropped"},
{"path":["podSecurityPolicy","enable"],"form":"dropped"},
{"path":["controllerManager"],"form":"dropped"}
]
{{- end -}}
{{- define "instana-agent.existingValues.noted" -}}
[
{"path":["rbac","create"],"says":"the chart 2.0.x did not pass it on; agents and k8sensors now get no cluster-wide read permissions","usual":"true","only":"","beside":[]},
{"path":["service","create"],"says":"the chart 2.0.x did not pass it on; the agents now have no Service, unless OpenTelemetry or Prometheus remote write is enabled","usual":"true","only":"","beside":[]},
{"path":["opentelemetry","enabled"],"says":"the chart 2.0.x did not pass it on; OpenTelemetry was enabled in spite of it, and is now disabled, whatever grpc and http are","usual":"true","only":"","beside":[]},
{"path":["opentelemetry","grpc","port"],"says":"the chart 2.0.x passed it on only together with enabled; the agents now listen there, and restart once for the change","usual":"null","only":"","beside":["enabled"]},
{"path":["opentelemetry","http","port"],"says":"the chart 2.0.x passed it on only together with enabled; the agents now listen there, and restart once for the change","usual":"null","only":"","beside":["enabled"]},
{"path":["serviceAccount","create"],"says":"the chart 2.0.x did not pass it on; the agents now run as serviceAccount.name, or as the service account default of the namespace","usual":"true","only":"","beside":[]},
{"path":["serviceAccount","name"],"says":"the chart 2.0.x passed it on only together with create: true; the agents now run as this service account, and restart once for the change","usual":"null","only":"","beside":["create","annotations"]},
{"path":["openshift"],"says":"the chart 2.0.x did not pass it on; it now takes precedence over what is detected of the cluster","usual":"null","only":"","beside":[]},
{"path":["agent","redactKubernetesSecrets"],"says":"the chart 2.0.x did not pass it on; agents and k8sensors now get it, and restart once for the change","usual":"\"\"","only":"","beside":[]},
{"path":["agent","image","pullSecrets"],"says":"the chart 2.0.x did not pass it on; an empty list now disables the default Secret for images of containers.instana.io","usual":"null","only":"[]","beside":[]},
{"path":["agent","pod","requests","ephemeral-storage"],"says":"the chart 2.0.x passed on only cpu and memory; the agents now get it, and restart once for the change","usual":"null","only":"","beside":[]},
{"path":["agent","pod","limits","ephemeral-storage"],"says":"the chart 2.0.x passed on only cpu and memory; the agents now get it, and restart once for the change","usual":"null","only":"","beside":[]},
{"path":["agent","pod","volumes"],"says":"the chart 2.0.x passed them on only together with other fields of agent.pod; the agents now get them, and restart once for the change","usual":"[]","only":"","beside":["annotations","labels","tolerations","affinity","priorityClassName","requests","limits","nodeSelector","volumeMounts","env","livenessProbe"]},
{"path":["name"],"says":"the objects are named after the resource, which is named after the release, or by controller.agent.name","usual":"null","only":"","beside":[]},
{"path":["nameOverride"],"says":"the objects are named after the resource, which is named after the release, or by controller.agent.name","usual":"null","only":"","beside":[]},
{"path":["fullnameOverride"],"says":"the objects are named after the resource, which is named after the release, or by controller.agent.name","usual":"null","only":"","beside":[]},
{"path":["podSecurityPolicy","enable"],"says":"Kubernetes no longer has PodSecurityPolicies","usual":"null","only":"","beside":[]},
{"path":["podSecurityPolicy","name"],"says":"Kubernetes no longer has PodSecurityPolicies","usual":"null","only":"","beside":[]},
{"path":["k8s_sensor","featureFlags"],"says":"the k8sensor watches every kind that it may","usual":"null","only":"","beside":[]},
{"path":["controllerManager"],"says":"it configures the Go operator, which this chart does not install; for the service use controller.image, controller.resources and controller.tolerations","usual":"null","only":"","beside":[]}
]
{{- end -}}
{{- define "instana-agent.existingValues.refused" -}}
[
{"path":["agent","configuration","autoMountConfigEntries"],"says":"remove it, and move the content of the other files of the ConfigMap to agent.configuration_yaml"},
{"path":["agent","configuration","hotreloadEnabled"],"says":"remove it: agents always read a changed configuration without a restart"},
{"path":["kubernetes"],"says":"remove it, and use k8s_sensor.deployment: the k8sensor replaces the Kubernetes sensor"},
{"path":["leaderElector"],"says":"remove it: agents and k8sensors need no program for this"},
{"path":["templating"],"says":"remove it: for plain manifests use the directory deploy, or helm template"},
{"path":["agent","pod","requests","memory"],"says":"the chart 1.x reads such a number as MiB, Kubernetes as bytes: add the unit, such as 768Mi","below":1048576},
{"path":["agent","pod","limits","memory"],"says":"the chart 1.x reads such a number as MiB, Kubernetes as bytes: add the unit, such as 768Mi","below":1048576},
{"path":["k8s_sensor","deployment","pod","requests","memory"],"says":"the chart 1.x reads such a number as MiB, Kubernetes as bytes: add the unit, such as 768Mi","below":1048576},
{"path":["k8s_sensor","deployment","pod","limits","memory"],"says":"the chart 1.x reads such a number as MiB, Kubernetes as bytes: add the unit, such as 768Mi","below":1048576}
]
{{- end -}}
{{- define "instana-agent.existingValues.free" -}}
[
"agent.configuration",
"kubernetes",
"overrides.agentDaemonSet",
"overrides.agentHeadlessService",
"overrides.agentService",
"overrides.agentServiceAccount",
"overrides.k8sensorDeployment",
"overrides.k8sensorServiceAccount"
]
{{- end -}}
