metadata description = 'The app\'s rights at one managed cluster and at the subnets of its pools. main.bicep uses it for the first cluster; deploy it by itself for more.'

targetScope = 'subscription'

@description('Resource id of the managed cluster, in this subscription.')
param clusterResourceId string

@description('Resource id of the app\'s identity; names its assignments.')
param appName string

@description('Object id of the app\'s identity.')
param appPrincipalId string

@description('Resource ids of the subnets of the cluster\'s pools, in this subscription. None if AKS made the network.')
param subnetResourceIds string[] = []

@description('Object id of who applies the cluster role and the policies; empty for nobody.')
param administratorPrincipalId string = ''

@description('Kind of that principal.')
@allowed(['User', 'Group', 'ServicePrincipal'])
param administratorPrincipalType string = 'User'

@description('The ARM actions of the app at a cluster.')
resource clusterRole 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(subscription().id, 'tenantsandbox-cluster')
  properties: {
    roleName: 'TenantSandbox Cluster Operator (${take(uniqueString(subscription().id), 6)})'
    description: 'Reads a managed cluster, gets its user credential, and makes and deletes its agent pools.'
    type: 'CustomRole'
    assignableScopes: [subscription().id]
    permissions: [
      {
        actions: [
          'Microsoft.ContainerService/managedClusters/agentPools/delete'
          'Microsoft.ContainerService/managedClusters/agentPools/read'
          'Microsoft.ContainerService/managedClusters/agentPools/write'
          'Microsoft.ContainerService/managedClusters/listClusterUserCredential/action'
          'Microsoft.ContainerService/managedClusters/read'
        ]
      }
    ]
  }
}

@description('The ARM actions of the app at the subnets of its pools.')
resource subnetRole 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(subscription().id, 'tenantsandbox-subnet')
  properties: {
    roleName: 'TenantSandbox Subnet User (${take(uniqueString(subscription().id), 6)})'
    description: 'Reads a subnet, whose range is denied to tenants, and joins agent pools to it.'
    type: 'CustomRole'
    assignableScopes: [subscription().id]
    permissions: [
      {
        actions: [
          'Microsoft.Network/virtualNetworks/subnets/join/action'
          'Microsoft.Network/virtualNetworks/subnets/read'
        ]
      }
    ]
  }
}

@description('At the cluster.')
module cluster 'app/cluster-roles.bicep' = {
  name: 'cluster-roles'
  scope: resourceGroup(split(clusterResourceId, '/')[4])
  params: {
    name: last(split(clusterResourceId, '/'))
    appName: appName
    appPrincipalId: appPrincipalId
    clusterRoleDefinitionResourceId: clusterRole.id
    administratorPrincipalId: administratorPrincipalId
    administratorPrincipalType: administratorPrincipalType
  }
}

@description('At the subnets.')
module subnets 'app/subnet-role.bicep' = [
  for (subnet, i) in subnetResourceIds: {
    name: 'subnet-role-${i}'
    scope: resourceGroup(split(subnet, '/')[4])
    params: {
      subnetResourceId: subnet
      appName: appName
      appPrincipalId: appPrincipalId
      subnetRoleDefinitionResourceId: subnetRole.id
    }
  }
]

@description('Region of the cluster.')
output location string = cluster.outputs.location

@description('Client id of the kubelets\' identity, which no tenant may use.')
output kubeletClientId string = cluster.outputs.kubeletClientId

@description('Object id of the kubelets\' identity, which pulls images.')
output kubeletPrincipalId string = cluster.outputs.kubeletPrincipalId
