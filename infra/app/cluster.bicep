metadata description = 'An AKS cluster for tenants: Microsoft Entra ID only, Azure CNI overlay with Cilium, and a system pool that takes no tenant. Pools for tenants are made by the app.'

import { diagnosticSettingType } from '../types.bicep'

@description('Name of the cluster.')
param name string

@description('Region of the cluster.')
param location string

@description('Tags of the cluster.')
param tags object

@description('Resource id of the cluster\'s own identity.')
param identityResourceId string

@description('Object id of the cluster\'s own identity, which joins the subnet.')
param identityPrincipalId string

@description('Kubernetes version.')
param kubernetesVersion string

@description('VM size of the system pool, with a temporary disk of 64 GiB at least.')
param systemVmSize string

@description('Least and most nodes of the system pool.')
param systemNodeCounts { min: int, max: int }

@description('Availability zones of the system pool.')
param availabilityZones string[]

@description('Name of the virtual network.')
param virtualNetworkName string

@description('Subnet of the nodes.')
param subnetName string

@description('Whether the API server has a private address only.')
param enablePrivateCluster bool

@description('Public IPv4 blocks that may reach the API server; ignored for a private one.')
param authorizedIPRanges string[]

@description('Object ids of Microsoft Entra groups whose members administer the cluster.')
param adminGroupObjectIds string[]

@description('Whether tenants may allow egress by host name (Advanced Container Networking Services, which has a price per node).')
param advancedNetworkSecurity bool

@description('Where the cluster sends its logs and metrics.')
param diagnosticSettings [diagnosticSettingType]

// Network Contributor
var networkContributor = '4d97b98b-1d4f-4787-a291-c67834d212e7'

resource subnet 'Microsoft.Network/virtualNetworks/subnets@2026-03-01' existing = {
  name: '${virtualNetworkName}/${subnetName}'
}

@description('The cluster puts its nodes and load balancers into the subnet.')
resource subnetRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: subnet
  name: guid(subnet.id, name, networkContributor)
  properties: {
    principalId: identityPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', networkContributor)
  }
}

@description('The cluster.')
resource cluster 'Microsoft.ContainerService/managedClusters@2026-08-01' = {
  name: name
  location: location
  tags: tags
  sku: { name: 'Base', tier: 'Standard' }
  identity: { type: 'UserAssigned', userAssignedIdentities: { '${identityResourceId}': {} } }
  properties: {
    kubernetesVersion: kubernetesVersion
    dnsPrefix: name
    enableRBAC: true
    disableLocalAccounts: true
    aadProfile: { managed: true, enableAzureRBAC: true, adminGroupObjectIDs: adminGroupObjectIds, tenantID: tenant().tenantId }
    oidcIssuerProfile: { enabled: true }
    securityProfile: {
      workloadIdentity: { enabled: true }
      imageCleaner: { enabled: true, intervalHours: 168 }
    }
    apiServerAccessProfile: enablePrivateCluster
      ? { enablePrivateCluster: true, enablePrivateClusterPublicFQDN: false, privateDNSZone: 'system' }
      : { enablePrivateCluster: false, authorizedIPRanges: authorizedIPRanges }
    networkProfile: {
      networkPlugin: 'azure'
      networkPluginMode: 'overlay'
      networkDataplane: 'cilium'
      networkPolicy: 'cilium'
      loadBalancerSku: 'standard'
      outboundType: 'userAssignedNATGateway'
      podCidr: '10.244.0.0/16'
      serviceCidr: '10.245.0.0/16'
      dnsServiceIP: '10.245.0.10'
      advancedNetworking: advancedNetworkSecurity
        ? { enabled: true, security: { enabled: true, advancedNetworkPolicies: 'FQDN' } }
        : { enabled: false }
    }
    agentPoolProfiles: [
      {
        name: 'system'
        mode: 'System'
        type: 'VirtualMachineScaleSets'
        osType: 'Linux'
        osSKU: 'AzureLinux'
        osDiskType: 'Ephemeral'
        osDiskSizeGB: 64
        vmSize: systemVmSize
        count: systemNodeCounts.min
        enableAutoScaling: true
        minCount: systemNodeCounts.min
        maxCount: systemNodeCounts.max
        maxPods: 110
        availabilityZones: availabilityZones
        vnetSubnetID: subnet.id
        nodeTaints: ['CriticalAddonsOnly=true:NoSchedule']
        upgradeSettings: { maxSurge: '33%' }
        enableNodePublicIP: false
        tags: tags
      }
    ]
    addonProfiles: { azurepolicy: { enabled: true } }
    autoUpgradeProfile: { upgradeChannel: 'patch', nodeOSUpgradeChannel: 'NodeImage' }
    nodeResourceGroupProfile: { restrictionLevel: 'ReadOnly' }
    storageProfile: {
      diskCSIDriver: { enabled: true }
      fileCSIDriver: { enabled: true }
      snapshotController: { enabled: true }
    }
    supportPlan: 'KubernetesOfficial'
  }
  dependsOn: [subnetRole]
}

var weekly = { weekly: { intervalWeeks: 1, dayOfWeek: 'Sunday' } }

@description('When Azure may upgrade Kubernetes and the node images. Tenants\' nodes are replaced one by one.')
resource maintenance 'Microsoft.ContainerService/managedClusters/maintenanceConfigurations@2026-08-01' = [
  for name in ['aksManagedAutoUpgradeSchedule', 'aksManagedNodeOSUpgradeSchedule']: {
    parent: cluster
    name: name
    properties: {
      maintenanceWindow: {
        schedule: weekly
        startTime: '01:00'
        utcOffset: '+00:00'
        durationHours: 6
      }
    }
  }
]

@description('When Azure may do weekly maintenance of the control plane.')
resource releaseMaintenance 'Microsoft.ContainerService/managedClusters/maintenanceConfigurations@2026-08-01' = {
  parent: cluster
  name: 'default'
  properties: {
    timeInWeek: [{ day: 'Sunday', hourSlots: [1, 2, 3, 4, 5, 6] }]
  }
}

@description('Logs of the control plane. Reads are left out of the audit log.')
#disable-next-line use-recent-api-versions // The stable version is older and knows no category groups.
resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: cluster
  name: 'log-analytics'
  properties: {
    workspaceId: diagnosticSettings[0].workspaceResourceId
    logs: map(
      ['kube-apiserver', 'kube-audit-admin', 'kube-controller-manager', 'kube-scheduler', 'cluster-autoscaler', 'guard', 'cloud-controller-manager'],
      category => { category: category, enabled: true }
    )
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

@description('Resource id of the cluster.')
output resourceId string = cluster.id
