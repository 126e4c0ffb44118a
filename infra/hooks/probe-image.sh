#!/bin/sh
# Builds the probe's image from the committed files, in the registry or, with "docker", on this machine, pushes it and prints its name by
# digest. A registry without a public address takes images from within its network only, so it needs "docker".
set -eu
: "${AZURE_CONTAINER_REGISTRY_NAME:?is an output of infra/main.bicep}"
: "${AZURE_CONTAINER_REGISTRY_ENDPOINT:?is an output of infra/main.bicep}"
cd "$(dirname "$0")/../.."

dockerfile=src/TenantSandbox.Probe/Dockerfile
image=tenantsandbox-probe:$(git rev-parse --short=12 HEAD)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
git archive HEAD Directory.Build.props Directory.Build.targets Directory.Packages.props .editorconfig .globalconfig \
  src/TenantSandbox.Core src/TenantSandbox.Probe | tar -x -C "$folder"

if [ "${1:-}" = docker ]; then
  az acr login --name "$AZURE_CONTAINER_REGISTRY_NAME" >&2
  docker build --file "$folder/$dockerfile" --tag "$AZURE_CONTAINER_REGISTRY_ENDPOINT/$image" "$folder" >&2
  docker push "$AZURE_CONTAINER_REGISTRY_ENDPOINT/$image" >&2
else
  az acr build --registry "$AZURE_CONTAINER_REGISTRY_NAME" --image "$image" --file "$dockerfile" "$folder" >&2
fi

digest=$(az acr repository show --name "$AZURE_CONTAINER_REGISTRY_NAME" --image "$image" --query digest --output tsv)
case $digest in
  sha256:*) echo "$AZURE_CONTAINER_REGISTRY_ENDPOINT/${image%%:*}@$digest" ;;
  *) echo "The registry has no digest of $image." >&2; exit 1 ;;
esac
