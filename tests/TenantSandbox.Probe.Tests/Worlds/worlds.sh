#!/usr/bin/env bash
# Runs the probe in two network namespaces and prints its two results: an open world, whose only neighbour has every target, and a closed
# one behind a firewall. Both reach for the same servers, so that what is silent in the one is known to answer in the other.
#
#   servers 10.1.0.1 --- 10.1.0.2 open world
#           10.2.0.1 --- 10.2.0.2 firewall 10.3.0.1 --- 10.3.0.2 closed world
#
# Run by `unshare --user --map-root-user --net --mount`: everything ends with the process. Arguments: the command of the server, a colon,
# the command of the probe. The request is in TENANTSANDBOX_PROBE, as in a pod.
set -euo pipefail

server=()
while [ "$1" != : ]; do server+=("$1"); shift; done
shift

# Where `ip netns` keeps its names, and where a pod's token would be mounted.
mount -t tmpfs tmpfs /run
for world in servers open firewall closed; do
  ip netns add "$world"
  ip -n "$world" link set lo up
done

connect() { # NAMESPACE ADDRESS NAMESPACE ADDRESS
  ip -n "$1" link add "to-$3" type veth peer name "to-$1" netns "$3"
  ip -n "$1" address add "$2/24" dev "to-$3"
  ip -n "$3" address add "$4/24" dev "to-$1"
  ip -n "$1" link set "to-$3" up
  ip -n "$3" link set "to-$1" up
}
connect servers 10.1.0.1 open 10.1.0.2
connect servers 10.2.0.1 firewall 10.2.0.2
connect firewall 10.3.0.1 closed 10.3.0.2
for address in 169.254.169.254 168.63.129.16 10.0.0.1 10.0.0.10 10.224.0.4 203.0.113.7; do
  ip -n servers address add "$address/32" dev lo
done
ip -n servers route add 10.3.0.0/24 via 10.2.0.2
ip -n open route add default via 10.1.0.1
ip -n firewall route add default via 10.2.0.1
ip -n closed route add default via 10.3.0.1
# Ways to close: silence, and two errors of routers.
ip netns exec firewall bash -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
ip -n firewall route add blackhole 169.254.169.254
ip -n firewall route add blackhole 168.63.129.16
ip -n firewall route add unreachable 10.0.0.1
ip -n firewall route add prohibit 10.224.0.4

# The server says when it listens, and ends when its input does.
coproc SERVER { exec ip netns exec servers "${server[@]}"; }
read -r _ <&"${SERVER[0]}"

ip netns exec open "$@"
# Mounted last, so that only the second result has it.
mkdir -p /run/secrets/kubernetes.io/serviceaccount
mount -t tmpfs tmpfs /run/secrets/kubernetes.io/serviceaccount
ip netns exec closed "$@"
