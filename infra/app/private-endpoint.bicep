metadata description = 'A private endpoint of one service of a resource, and its record in a private DNS zone.'

@description('Name of the private endpoint.')
param name string

@description('Region of the virtual network.')
param location string

@description('Tags of the private endpoint.')
param tags object

@description('Resource id of the resource that the endpoint leads to.')
param privateLinkServiceResourceId string

@description('The part of the resource that the endpoint leads to, such as blob.')
param service string

@description('Resource id of the subnet of the endpoint.')
param subnetResourceId string

@description('Resource id of the private DNS zone that gets its address.')
param privateDnsZoneResourceId string

@description('The private endpoint.')
resource privateEndpoint 'Microsoft.Network/privateEndpoints@2026-03-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    subnet: { id: subnetResourceId }
    customNetworkInterfaceName: 'nic-${name}'
    privateLinkServiceConnections: [
      {
        name: service
        properties: {
          privateLinkServiceId: privateLinkServiceResourceId
          groupIds: [service]
        }
      }
    ]
  }
}

@description('Keeps the address of the endpoint in the private DNS zone.')
resource dnsZoneGroup 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2026-03-01' = {
  parent: privateEndpoint
  name: 'default'
  properties: {
    privateDnsZoneConfigs: [
      {
        name: service
        properties: { privateDnsZoneId: privateDnsZoneResourceId }
      }
    ]
  }
}
