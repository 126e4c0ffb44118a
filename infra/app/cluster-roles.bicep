metadata description = 'What the app may do with one cluster, at the cluster.'

@description('Name of the cluster.')
param name string

@description('Resource id of the app\'s identity; names its assignments.')
param appName string

@description('Object id of the app\'s identity.')
param appPrincipalId string

@description('Resource id of the custom role for clusters.')
param clusterRoleDefinitionResourceId string

@description('Object id of who applies the cluster role and the policies; empty for nobody.')
param administratorPrincipalId string

@description('Kind of that principal.')
@allowed(['User', 'Group', 'ServicePrincipal'])
param administratorPrincipalType string

// Azure Kubernetes Service RBAC Cluster Admin, and Cluster User Role for the credential.
var administratorRoles = ['b1ff04bb-8a4e-4dc4-8eb5-8693973ce19b', '4abbcc35-e782-43d8-92c5-2d3f1bd2253f']

resource cluster 'Microsoft.ContainerService/managedClusters@2026-08-01' existing = {
  name: name
}

@description('The ARM actions of the app. What it may do in Kubernetes is in infra/cluster-role.yaml.')
resource appRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: cluster
  name: guid(cluster.id, appName, clusterRoleDefinitionResourceId)
  properties: {
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: clusterRoleDefinitionResourceId
  }
}

@description('Lets who deploys apply the cluster role and the policies.')
resource administrator 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in empty(administratorPrincipalId) ? [] : administratorRoles: {
    scope: cluster
    name: guid(cluster.id, administratorPrincipalId, role)
    properties: {
      principalId: administratorPrincipalId
      principalType: administratorPrincipalType
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role)
    }
  }
]

@description('Region of the cluster.')
output location string = cluster.location

@description('Client id of the kubelets\' identity, which no tenant may use.')
output kubeletClientId string = cluster.properties.identityProfile.kubeletidentity.clientId

@description('Object id of the kubelets\' identity, which pulls images.')
output kubeletPrincipalId string = cluster.properties.identityProfile.kubeletidentity.objectId
