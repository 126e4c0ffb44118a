metadata description = 'The function app on Flex Consumption. It has a user-assigned identity and no credential in any setting.'

import { diagnosticSettingType, privateEndpointType } from '../types.bicep'

@description('Name of the function app.')
param name string

@description('Name of its plan.')
param planName string

@description('Region of both.')
param location string

@description('Tags of both.')
param tags object

@description('Resource id of the app\'s identity.')
param identityResourceId string

@description('The app settings.')
param appSettings object

@description('Address of the blob container that deployments write to.')
param deploymentContainerUri string

@description('Resource id of the subnet that the app goes out through, delegated to Microsoft.App/environments.')
param virtualNetworkSubnetResourceId string

@description('Whether the app has a public address.')
@allowed(['Enabled', 'Disabled'])
param publicNetworkAccess string

@description('Public IPv4 blocks that may call the app; all if there is none.')
param allowedIpRanges string[]

@description('Most instances at a time.')
param maximumInstanceCount int

@description('Memory of an instance in MB.')
param instanceMemoryMB int

@description('Instances that always wait for orchestrations.')
param alwaysReadyInstanceCount int

@description('Whether the instances are spread over the zones of the region.')
param zoneRedundant bool

@description('Client id of the app registration that callers of the HTTP API sign in to (infra/hooks/preprovision.sh).')
param apiClientId string

@description('Identifier of that registration, also accepted as the audience of tokens.')
param apiIdentifier string

@description('Private endpoints of the app.')
param privateEndpoints privateEndpointType[]

@description('Prefix of the private endpoints\' names.')
param privateEndpointNamePrefix string

@description('Where the app sends its logs and metrics.')
param diagnosticSettings [diagnosticSettingType]

@description('The plan.')
resource plan 'Microsoft.Web/serverfarms@2025-03-01' = {
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: { name: 'FC1', tier: 'FlexConsumption' }
  properties: { reserved: true, zoneRedundant: zoneRedundant }
}

@description('The app.')
resource app 'Microsoft.Web/sites@2025-03-01' = {
  name: name
  location: location
  // azd finds the app of azure.yaml by this tag.
  tags: union(tags, { 'azd-service-name': 'app' })
  kind: 'functionapp,linux'
  identity: { type: 'UserAssigned', userAssignedIdentities: { '${identityResourceId}': {} } }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    publicNetworkAccess: publicNetworkAccess
    virtualNetworkSubnetId: virtualNetworkSubnetResourceId
    keyVaultReferenceIdentity: identityResourceId
    clientAffinityEnabled: false
    functionAppConfig: {
      runtime: { name: 'dotnet-isolated', version: '10.0' }
      deployment: {
        storage: {
          type: 'blobContainer'
          value: deploymentContainerUri
          authentication: { type: 'UserAssignedIdentity', userAssignedIdentityResourceId: identityResourceId }
        }
      }
      scaleAndConcurrency: {
        maximumInstanceCount: maximumInstanceCount
        instanceMemoryMB: instanceMemoryMB
        alwaysReady: alwaysReadyInstanceCount > 0 ? [{ name: 'durable', instanceCount: alwaysReadyInstanceCount }] : []
      }
    }
    siteConfig: {
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      ftpsState: 'Disabled'
      http20Enabled: true
      remoteDebuggingEnabled: false
      ipSecurityRestrictionsDefaultAction: empty(allowedIpRanges) ? 'Allow' : 'Deny'
      ipSecurityRestrictions: map(allowedIpRanges, (range, i) => { ipAddress: range, action: 'Allow', priority: 100 + i, name: 'operators-${i}' })
      scmIpSecurityRestrictionsUseMain: true
    }
  }
}

@description('The app settings.')
resource settings 'Microsoft.Web/sites/config@2025-03-01' = {
  parent: app
  name: 'appsettings'
  properties: appSettings
}

@description('Callers sign in with Microsoft Entra ID before a request reaches the app, which checks their roles.')
resource authentication 'Microsoft.Web/sites/config@2025-03-01' = {
  parent: app
  name: 'authsettingsV2'
  properties: {
    platform: { enabled: true, runtimeVersion: '~1' }
    globalValidation: {
      requireAuthentication: true
      unauthenticatedClientAction: 'Return401'
      // Health says nothing; Event Grid's webhook has a key of its own. The app takes no identity from requests to these.
      excludedPaths: ['/api/health', '/runtime/webhooks/eventgrid', '/runtime/webhooks/EventGrid']
    }
    httpSettings: { requireHttps: true }
    identityProviders: {
      azureActiveDirectory: {
        enabled: true
        registration: {
          clientId: apiClientId
          openIdIssuer: '${environment().authentication.loginEndpoint}${tenant().tenantId}/v2.0'
        }
        validation: { allowedAudiences: [apiClientId, apiIdentifier] }
      }
    }
    login: { tokenStore: { enabled: false } }
  }
}

@description('Deployments sign in with Microsoft Entra ID, never with a publishing password.')
resource deploymentCredentials 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2025-03-01' = {
  parent: app
  name: 'scm'
  properties: { allow: false }
}

@description('FTP is off.')
resource ftpCredentials 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2025-03-01' = {
  parent: app
  name: 'ftp'
  properties: { allow: false }
}

@description('Logs of the functions and the platform.')
#disable-next-line use-recent-api-versions // The stable version is older and knows no category groups.
resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: app
  name: 'log-analytics'
  properties: {
    workspaceId: diagnosticSettings[0].workspaceResourceId
    logs: [{ categoryGroup: 'allLogs', enabled: true }]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

@description('Private endpoints of the app.')
module endpoints 'private-endpoint.bicep' = [
  for endpoint in privateEndpoints: {
    name: 'app-${endpoint.service}'
    params: {
      name: '${privateEndpointNamePrefix}app'
      location: location
      tags: tags
      privateLinkServiceResourceId: app.id
      service: endpoint.service
      subnetResourceId: endpoint.subnetResourceId
      privateDnsZoneResourceId: endpoint.privateDnsZoneResourceId
    }
  }
]

@description('Resource id of the app.')
output resourceId string = app.id

@description('Host name of the app.')
output defaultHostname string = app.properties.defaultHostName
