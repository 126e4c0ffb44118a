metadata description = 'Lets the app read a subnet and put agent pools into it.'

@description('Resource id of the subnet, in this resource group.')
param subnetResourceId string

@description('Resource id of the app\'s identity; names its assignments.')
param appName string

@description('Object id of the app\'s identity.')
param appPrincipalId string

@description('Resource id of the custom role for subnets.')
param subnetRoleDefinitionResourceId string

resource subnet 'Microsoft.Network/virtualNetworks/subnets@2026-03-01' existing = {
  name: '${split(subnetResourceId, '/')[8]}/${last(split(subnetResourceId, '/'))}'
}

@description('Without it pools fail with LinkedAuthorizationFailed.')
resource role 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: subnet
  name: guid(subnetResourceId, appName, subnetRoleDefinitionResourceId)
  properties: {
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subnetRoleDefinitionResourceId
  }
}
