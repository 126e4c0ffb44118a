metadata description = 'The Log Analytics workspace, its workbook, and Application Insights. Both take data by Microsoft Entra ID only.'

import { roleAssignmentType } from '../types.bicep'

@description('Name of the Log Analytics workspace.')
param workspaceName string

@description('Name of the Application Insights component.')
param componentName string

@description('Region of both.')
param location string

@description('Tags of both.')
param tags object

@description('Days that logs are kept.')
@minValue(30)
@maxValue(730)
param dataRetention int

@description('Roles at the Application Insights component.')
param roleAssignments roleAssignmentType[]

@description('The workspace that all diagnostic settings name.')
resource workspace 'Microsoft.OperationalInsights/workspaces@2026-03-01' = {
  name: workspaceName
  location: location
  tags: tags
  properties: {
    sku: { name: 'PerGB2018' }
    retentionInDays: dataRetention
    features: {
      disableLocalAuth: true
      enableLogAccessUsingOnlyResourcePermissions: true
    }
  }
}

@description('Who queried the workspace.')
#disable-next-line use-recent-api-versions // The stable version is older and knows no category groups.
resource workspaceDiagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: workspace
  name: 'log-analytics'
  properties: {
    workspaceId: workspace.id
    logs: [{ categoryGroup: 'allLogs', enabled: true }]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

@description('Traces and logs of the function app.')
resource component 'Microsoft.Insights/components@2020-02-02' = {
  name: componentName
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: workspace.id
    DisableLocalAuth: true
    IngestionMode: 'LogAnalytics'
  }
}

@description('Charts of the app\'s metrics.')
resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(workspace.id, 'TenantSandbox')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: 'TenantSandbox'
    category: 'workbook'
    sourceId: workspace.id
    version: 'Notebook/1.0'
    serializedData: string(loadJsonContent('workbook.json'))
  }
}

@description('Lets the app send traces and metrics.')
resource roles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in roleAssignments: {
    scope: component
    name: guid(component.id, role.description, role.roleDefinitionIdOrName)
    properties: {
      description: role.description
      principalId: role.principalId
      principalType: role.principalType
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role.roleDefinitionIdOrName)
    }
  }
]

@description('Resource id of the workspace.')
output workspaceResourceId string = workspace.id
