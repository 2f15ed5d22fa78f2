# Looks back at what pods_seen of hack/e2e/former.bash noted, event by event, and prints each fault:
# a moment without a sensor, an agent that was replaced twice, a container that restarted.
BEGIN { FS = "|"; most_agents_of_a_node = 2 }

{
  type = $1; uid = $2; node = $4; kind = kind_of($5, $6, $7)
  is_there = type != "DELETED" && $8 == ""
  follow(uid, kind, is_there && $9 == "True")
  if (kind == "agent" && node != "") count_agent(uid, node)
  if ($10 ~ /[1-9]/) fault("a container of " $3 " restarted")
}

# Once the old sensor is ready one always has to be; of a gap its first moment is told.
began && !is_gap && !ready["old"] && !ready["new"] { fault("no sensor was ready, after " $1 " of pod " $3) }
ready["old"] { began = 1 }
{ is_gap = began && !ready["old"] && !ready["new"] }

END {
  if (!began) fault("the old sensor was never ready")
  if (!ready["new"]) fault("the new sensor is not ready at the end")
  if (there["old"]) fault("a pod of the old sensor is there at the end")
  for (node in agents) if (agents[node] > most_agents_of_a_node) fault("the agent of " node " was replaced " agents[node] - 1 " times")
  if (!ready["agent"]) fault("no agent is ready at the end")
  exit faults > 0
}

function kind_of(owner, component, mode) {
  if (owner == "DaemonSet") return "agent"
  if (component == "k8sensor") return "new"
  return mode == "KUBERNETES" ? "old" : "other"
}

function follow(uid, kind, is_ready) {
  ready[kind] += is_ready - was_ready[uid]
  was_ready[uid] = is_ready
  there[kind] += (type != "DELETED") - was_there[uid]
  was_there[uid] = type != "DELETED"
}

function count_agent(uid, node) {
  if (!(uid in counted)) agents[node]++
  counted[uid] = 1
}

function fault(text) {
  if (!(text in told)) print text
  told[text] = 1
  faults++
}
