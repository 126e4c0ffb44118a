#!/bin/sh
# Makes the app registration that callers of the HTTP API sign in to, with its roles; Bicep can't write into Microsoft Entra ID. Repeating it
# changes nothing. Where TENANTSANDBOX_API_CLIENT_ID is set, someone else keeps the registration and nothing is done.
set -eu
[ -z "${TENANTSANDBOX_API_CLIENT_ID:-}" ] || exit 0
: "${AZURE_ENV_NAME:?is the name of the environment: run this hook with azd, or set it}"

folder=$(dirname "$0")
tenant=$(az account show --query tenantId --output tsv)
identifier="api://$tenant/tenantsandbox-$AZURE_ENV_NAME"

client=$(az ad app list --identifier-uri "$identifier" --query '[0].appId' --output tsv)
if [ -z "$client" ]; then
  client=$(az ad app create --display-name "TenantSandbox $AZURE_ENV_NAME" --identifier-uris "$identifier" --sign-in-audience AzureADMyOrg \
    --requested-access-token-version 2 --app-roles "@$folder/app-roles.json" --query appId --output tsv)
else
  az ad app update --id "$client" --app-roles "@$folder/app-roles.json" --output none
fi

# People sign in with the Azure CLI (the application below, the same in all tenants), so it may ask for tokens without consent. Microsoft Graph
# wants the permission to be there before an application is authorized for it.
permission=5a9d2c6e-1b6f-4e0c-9d0b-6f5a3f0c7a10
scopes='[{"id":"'$permission'","value":"user_impersonation","type":"User","isEnabled":true,"adminConsentDisplayName":"Call TenantSandbox","adminConsentDescription":"Call TenantSandbox with the roles of the signed-in user."}]'
clients='[{"appId":"04b07795-8ddb-461a-bbee-02f9e1bf7b46","delegatedPermissionIds":["'$permission'"]}]'
for authorized in '[]' "$clients"; do
  az ad app update --id "$client" --output none --set 'api={"requestedAccessTokenVersion":2,"oauth2PermissionScopes":'"$scopes"',"preAuthorizedApplications":'"$authorized"'}'
done

# Roles are assigned at the service principal. Without an assignment nobody gets a token.
principal=$(az ad sp list --filter "appId eq '$client'" --query '[0].id' --output tsv)
[ -n "$principal" ] || principal=$(az ad sp create --id "$client" --query id --output tsv)
az ad sp update --id "$principal" --set appRoleAssignmentRequired=true --output none

if command -v azd >/dev/null; then
  azd env set TENANTSANDBOX_API_CLIENT_ID "$client" >&2 || echo "azd did not store the client id; without azd, set it yourself." >&2
fi
echo "TENANTSANDBOX_API_CLIENT_ID=$client"
