metadata description = 'Alerts on events that were not delivered, by mail.'

@description('Name of the action group.')
param actionGroupName string

@description('Prefix of the alerts\' names.')
param alertNamePrefix string

@description('Tags of all resources.')
param tags object

@description('Who gets the mails.')
param contactEmails string[]

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
      description: 'Events of ${topicName} could not be delivered. See docs/deploying.md, "When events are dead-lettered".'
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
