{{- /* Made from the table of existing values by `make generate`. */}}
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
{"path":["rbac","create"],"says":"the chart 2.0.x did not pass it on; agents and k8sensors get no cluster-wide read rights now","usual":"true","only":"","beside":[]},
{"path":["service","create"],"says":"the chart 2.0.x did not pass it on; the agents have no Service now, unless OpenTelemetry or Prometheus remote write is on","usual":"true","only":"","beside":[]},
{"path":["opentelemetry","enabled"],"says":"the chart 2.0.x did not pass it on; OpenTelemetry was on all the same, and is off now, whatever grpc and http say","usual":"true","only":"","beside":[]},
{"path":["opentelemetry","grpc","port"],"says":"the chart 2.0.x passed it on only beside enabled; the agents listen there now, and restart for it","usual":"null","only":"","beside":["enabled"]},
{"path":["opentelemetry","http","port"],"says":"the chart 2.0.x passed it on only beside enabled; the agents listen there now, and restart for it","usual":"null","only":"","beside":["enabled"]},
{"path":["serviceAccount","create"],"says":"the chart 2.0.x did not pass it on; the agents run as serviceAccount.name now, or as the account default of the namespace","usual":"true","only":"","beside":[]},
{"path":["serviceAccount","name"],"says":"the chart 2.0.x passed it on only beside create: true; the agents run as this account now, and restart for it","usual":"null","only":"","beside":["create","annotations"]},
{"path":["openshift"],"says":"the chart 2.0.x did not pass it on; it decides now, whatever is known of the cluster","usual":"null","only":"","beside":[]},
{"path":["agent","redactKubernetesSecrets"],"says":"the chart 2.0.x did not pass it on; agents and k8sensors get it now, and restart for it","usual":"\"\"","only":"","beside":[]},
{"path":["agent","image","pullSecrets"],"says":"the chart 2.0.x did not pass it on; an empty list turns off the default Secret for images of containers.instana.io now","usual":"null","only":"[]","beside":[]},
{"path":["agent","pod","requests","ephemeral-storage"],"says":"the chart 2.0.x passed on cpu and memory alone; the agents get it now, and restart for it","usual":"null","only":"","beside":[]},
{"path":["agent","pod","limits","ephemeral-storage"],"says":"the chart 2.0.x passed on cpu and memory alone; the agents get it now, and restart for it","usual":"null","only":"","beside":[]},
{"path":["agent","pod","volumes"],"says":"the chart 2.0.x passed them on only beside other fields of agent.pod; the agents get them now, and restart for it","usual":"[]","only":"","beside":["annotations","labels","tolerations","affinity","priorityClassName","requests","limits","nodeSelector","volumeMounts","env","livenessProbe"]},
{"path":["name"],"says":"the objects are named after the resource, which has the name of the release, or that of controller.agent.name","usual":"null","only":"","beside":[]},
{"path":["nameOverride"],"says":"the objects are named after the resource, which has the name of the release, or that of controller.agent.name","usual":"null","only":"","beside":[]},
{"path":["fullnameOverride"],"says":"the objects are named after the resource, which has the name of the release, or that of controller.agent.name","usual":"null","only":"","beside":[]},
{"path":["podSecurityPolicy","enable"],"says":"Kubernetes has no pod security policies any more","usual":"null","only":"","beside":[]},
{"path":["podSecurityPolicy","name"],"says":"Kubernetes has no pod security policies any more","usual":"null","only":"","beside":[]},
{"path":["k8s_sensor","featureFlags"],"says":"the k8sensor watches what it can","usual":"null","only":"","beside":[]},
{"path":["controllerManager"],"says":"it is about the Go operator, which is not there any more; controller.image, controller.resources and controller.tolerations are about what takes its place","usual":"null","only":"","beside":[]}
]
{{- end -}}
{{- define "instana-agent.existingValues.refused" -}}
[
{"path":["agent","configuration","autoMountConfigEntries"],"says":"take it out, and write what the further files of the ConfigMap hold into agent.configuration_yaml"},
{"path":["agent","configuration","hotreloadEnabled"],"says":"take it out: agents always read a changed configuration without a restart"},
{"path":["kubernetes"],"says":"take it out, and use k8s_sensor.deployment: the k8sensor replaces the Kubernetes sensor"},
{"path":["leaderElector"],"says":"take it out: agents and k8sensors need no program for this"},
{"path":["templating"],"says":"take it out: for plain manifests use the directory deploy, or helm template"},
{"path":["agent","pod","requests","memory"],"says":"the chart 1.x counts such a number in MiB, Kubernetes in bytes: write it with its unit, such as 768Mi","below":1048576},
{"path":["agent","pod","limits","memory"],"says":"the chart 1.x counts such a number in MiB, Kubernetes in bytes: write it with its unit, such as 768Mi","below":1048576},
{"path":["k8s_sensor","deployment","pod","requests","memory"],"says":"the chart 1.x counts such a number in MiB, Kubernetes in bytes: write it with its unit, such as 768Mi","below":1048576},
{"path":["k8s_sensor","deployment","pod","limits","memory"],"says":"the chart 1.x counts such a number in MiB, Kubernetes in bytes: write it with its unit, such as 768Mi","below":1048576}
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
