metadata description = 'Alerts on events that were not delivered and on what the app reports, by mail.'

@description('Name of the action group.')
param actionGroupName string

@description('Prefix of the alerts\' names.')
param alertNamePrefix string

@description('Tags of all resources.')
param tags object

@description('Who gets the mails.')
param contactEmails string[]

@description('Region of the alerts that query logs.')
param location string

@description('Resource id of the workspace that the app reports to.')
param workspaceResourceId string

@description('Names of the topics to watch.')
param topicNames string[]

@description('Who gets the mails.')
resource actionGroup 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: actionGroupName
  location: 'global'
  tags: tags
  properties: {
    enabled: true
    groupShortName: 'tenantsbox'
    emailReceivers: [for (address, i) in contactEmails: { name: 'operator-${i}', emailAddress: address, useCommonAlertSchema: true }]
  }
}

resource topics 'Microsoft.EventGrid/topics@2025-02-15' existing = [for name in topicNames: { name: name }]

@description('Requests or events that Event Grid gave up on: they are in the dead-letter container.')
resource deadLettered 'Microsoft.Insights/metricAlerts@2026-01-01' = [
  for (topicName, i) in topicNames: {
    name: '${alertNamePrefix}dead-lettered-${topicName}'
    location: 'global'
    tags: tags
    properties: {
      description: 'Events of ${topicName} could not be delivered. See docs/runbook.md, "dead-lettered".'
      enabled: true
      autoMitigate: true
      severity: 1
      scopes: [topics[i].id]
      evaluationFrequency: 'PT5M'
      windowSize: 'PT15M'
      criteria: {
        'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
        allOf: [
          {
            criterionType: 'StaticThresholdCriterion'
            name: 'dead-lettered'
            metricName: 'DeadLetteredCount'
            operator: 'GreaterThan'
            threshold: 0
            timeAggregation: 'Total'
          }
        ]
      }
      actions: [{ actionGroupId: actionGroup.id }]
    }
  }
]

@description('What the app reports. Each alert has an entry in docs/runbook.md.')
resource reported 'Microsoft.Insights/scheduledQueryRules@2026-03-01' = [
  for alert in loadYamlContent('alerts.yaml'): {
    name: '${alertNamePrefix}${alert.name}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: alert.name
      description: '${alert.description} See docs/runbook.md, "${alert.name}".'
      enabled: true
      autoMitigate: true
      severity: alert.severity
      scopes: [workspaceResourceId]
      evaluationFrequency: 'PT5M'
      windowSize: alert.window
      criteria: {
        allOf: [
          {
            query: alert.query
            timeAggregation: 'Count'
            operator: 'GreaterThan'
            threshold: 0
            failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
          }
        ]
      }
      // Tables get their columns with the first data, which is after the deployment.
      skipQueryValidation: true
      actions: { actionGroups: [actionGroup.id] }
    }
  }
]
