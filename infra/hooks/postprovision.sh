#!/bin/sh
# Gives the app's identity its ClusterRole. It goes through Azure's API, so it reaches private clusters too.
set -eu
: "${TENANTSANDBOX_APP_PRINCIPAL_ID:?is an output of infra/main.bicep: run this hook with azd, or set it}"
: "${TENANTSANDBOX_CLUSTER_RESOURCE_ID:?is an output of infra/main.bicep: run this hook with azd, or set it}"

part() { printf '%s' "$TENANTSANDBOX_CLUSTER_RESOURCE_ID" | cut -d / -f "$1"; }

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
sed "s/APP_OBJECT_ID/$TENANTSANDBOX_APP_PRINCIPAL_ID/" "$(dirname "$0")/../cluster-role.yaml" >"$folder/cluster-role.yaml"

apply() {
  az aks command invoke --subscription "$(part 3)" --resource-group "$(part 5)" --name "$(part 9)" \
    --file "$folder/cluster-role.yaml" --command "kubectl apply --server-side -f cluster-role.yaml" --query exitCode --output tsv
}

# A new role assignment takes effect after up to five minutes.
for try in 1 2 3 4 5 6 7 8 9 10; do
  [ "$(apply || true)" = 0 ] && exit 0
  [ "$try" = 10 ] || { echo "The cluster did not take the ClusterRole yet; trying again in 40 seconds." >&2; sleep 40; }
done
echo "The ClusterRole could not be applied. See docs/deploying.md, \"In three commands\", for the command and the rights it needs." >&2
exit 1
