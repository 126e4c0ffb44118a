metadata description = 'The virtual network: subnets for the function app, the nodes and private endpoints, one NAT gateway for all that goes out, and private DNS zones.'

import { diagnosticSettingType } from '../types.bicep'

@description('Name of the virtual network.')
param name string

@description('Region of the network.')
param location string

@description('Tags of all resources.')
param tags object

@description('Address blocks of the virtual network. The first block must be a /16 or larger.')
param addressPrefixes string[]

@description('Name of the NAT gateway.')
param natGatewayName string

@description('Name of the NAT gateway\'s public IP address.')
param publicIpAddressName string

@description('Prefix of the network security groups\' names.')
param networkSecurityGroupNamePrefix string

@description('Availability zones of the public IP address; none where the region has none.')
param availabilityZones int[]

@description('Whether to make private DNS zones for private endpoints.')
param privateDnsZones bool

@description('Where the resources send their logs and metrics.')
param diagnosticSettings [diagnosticSettingType]

var serviceEndpoints = [
  { service: 'Microsoft.KeyVault', locations: ['*'] }
  { service: 'Microsoft.Storage', locations: [location] }
]

var subnets = [
  {
    name: 'functions'
    prefix: cidrSubnet(addressPrefixes[0], 24, 0)
    delegations: [{ name: 'environments', properties: { serviceName: 'Microsoft.App/environments' } }]
    // Without private endpoints, storage and vaults accept this subnet. Deployments need the way to the app's own platform.
    serviceEndpoints: concat([{ service: 'Microsoft.Web', locations: ['*'] }], privateDnsZones ? [] : serviceEndpoints)
    outbound: true
  }
  {
    name: 'endpoints'
    prefix: cidrSubnet(addressPrefixes[0], 24, 1)
    delegations: []
    serviceEndpoints: []
    outbound: false
  }
  {
    name: 'nodes'
    prefix: cidrSubnet(addressPrefixes[0], 18, 1)
    delegations: []
    serviceEndpoints: []
    outbound: true
  }
]

var zoneNames = [
  'privatelink.blob.${environment().suffixes.storage}'
  'privatelink.queue.${environment().suffixes.storage}'
  'privatelink.table.${environment().suffixes.storage}'
  'privatelink.vaultcore.azure.net'
  'privatelink.eventgrid.azure.net'
  'privatelink.azurewebsites.net'
  'privatelink${environment().suffixes.acrLoginServer}'
]

@description('The address that everything goes out with; authorized IP ranges name it.')
resource publicIpAddress 'Microsoft.Network/publicIPAddresses@2026-03-01' = {
  name: publicIpAddressName
  location: location
  tags: tags
  sku: { name: 'Standard', tier: 'Regional' }
  zones: map(availabilityZones, zone => string(zone))
  properties: {
    publicIPAllocationMethod: 'Static'
    publicIPAddressVersion: 'IPv4'
    idleTimeoutInMinutes: 4
  }
}

@description('Logs of the public IP address.')
#disable-next-line use-recent-api-versions // The stable version is older and knows no category groups.
resource publicIpAddressDiagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: publicIpAddress
  name: 'log-analytics'
  properties: {
    workspaceId: diagnosticSettings[0].workspaceResourceId
    logs: [{ categoryGroup: 'allLogs', enabled: true }]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

@description('The way out for the function app and the nodes.')
resource natGateway 'Microsoft.Network/natGateways@2026-03-01' = {
  name: natGatewayName
  location: location
  tags: tags
  sku: { name: 'Standard' }
  properties: {
    idleTimeoutInMinutes: 4
    publicIpAddresses: [{ id: publicIpAddress.id }]
  }
}

@description('One for each subnet. The rules that every group has keep inbound traffic from the internet out.')
resource networkSecurityGroups 'Microsoft.Network/networkSecurityGroups@2026-03-01' = [
  for subnet in subnets: {
    name: '${networkSecurityGroupNamePrefix}${subnet.name}'
    location: location
    tags: tags
    properties: {
      // Tenants may be allowed to open a remote shell elsewhere, so the nodes' group has no such rule.
      securityRules: subnet.name != 'nodes'
        ? [
            {
              name: 'deny-remote-administration'
              properties: {
                description: 'Nothing here opens a shell on another machine.'
                direction: 'Outbound'
                access: 'Deny'
                priority: 200
                protocol: '*'
                sourceAddressPrefix: '*'
                sourcePortRange: '*'
                destinationAddressPrefix: '*'
                destinationPortRanges: ['22', '3389']
              }
            }
          ]
        : []
    }
  }
]

@description('Logs of the network security groups.')
#disable-next-line use-recent-api-versions // The stable version is older and knows no category groups.
resource networkSecurityGroupDiagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = [
  for (subnet, i) in subnets: {
    scope: networkSecurityGroups[i]
    name: 'log-analytics'
    properties: {
      workspaceId: diagnosticSettings[0].workspaceResourceId
      logs: [{ categoryGroup: 'allLogs', enabled: true }]
    }
  }
]

@description('The virtual network.')
resource virtualNetwork 'Microsoft.Network/virtualNetworks@2026-03-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    addressSpace: { addressPrefixes: addressPrefixes }
    subnets: [
      for (subnet, i) in subnets: {
        name: subnet.name
        properties: {
          addressPrefix: subnet.prefix
          delegations: subnet.delegations
          serviceEndpoints: subnet.serviceEndpoints
          networkSecurityGroup: { id: networkSecurityGroups[i].id }
          natGateway: subnet.outbound ? { id: natGateway.id } : null
          defaultOutboundAccess: false
          privateEndpointNetworkPolicies: 'Enabled'
        }
      }
    ]
  }
}

@description('Logs of the virtual network.')
#disable-next-line use-recent-api-versions // The stable version is older and knows no category groups.
resource virtualNetworkDiagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: virtualNetwork
  name: 'log-analytics'
  properties: {
    workspaceId: diagnosticSettings[0].workspaceResourceId
    logs: [{ categoryGroup: 'allLogs', enabled: true }]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

@description('The zones of the private endpoints.')
resource zones 'Microsoft.Network/privateDnsZones@2024-06-01' = [
  for zone in privateDnsZones ? zoneNames : []: {
    name: zone
    location: 'global'
    tags: tags
  }
]

@description('Makes the zones known in the virtual network.')
resource zoneLinks 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = [
  for (zone, i) in privateDnsZones ? zoneNames : []: {
    parent: zones[i]
    name: name
    location: 'global'
    tags: tags
    properties: {
      registrationEnabled: false
      virtualNetwork: { id: virtualNetwork.id }
    }
  }
]

@description('Resource id of the virtual network.')
output resourceId string = virtualNetwork.id

@description('The address that everything goes out with.')
output outboundIpAddress string = publicIpAddress.properties.ipAddress
