// Example: the cluster exists, in another subscription and with a network of its own.
using 'main.bicep'

param environmentName = 'sandbox-shared'
param location = 'westeurope'
param apiClientId = '00000000-0000-0000-0000-0000000000a1'
param shape = 'existingCluster'
param existingClusterResourceId = '/subscriptions/00000000-0000-0000-0000-000000000002/resourceGroups/rg-platform/providers/Microsoft.ContainerService/managedClusters/aks-platform'
param existingClusterSubnetResourceIds = ['/subscriptions/00000000-0000-0000-0000-000000000002/resourceGroups/rg-platform/providers/Microsoft.Network/virtualNetworks/vnet-platform/subnets/nodes']
param existingFunctionSubnetResourceId = '/subscriptions/00000000-0000-0000-0000-000000000002/resourceGroups/rg-platform/providers/Microsoft.Network/virtualNetworks/vnet-platform/subnets/functions'
param availabilityZones = [1, 2, 3]
param budgetStartDate = '2026-12-01'
