metadata description = 'What a topic of Event Grid may do in the storage account: write to one queue, and keep what it could not deliver.'

@description('Name of the storage account.')
param storageAccountName string

@description('The queue that the topic delivers to.')
param queueName string

@description('The container of events that could not be delivered.')
param deadLetterContainerName string

@description('Name of the topic; names its assignments.')
param topicName string

@description('Object id of the topic\'s identity.')
param principalId string

// Storage Queue Data Message Sender, Storage Blob Data Contributor
var messageSender = 'c6a89b2d-59bc-44d0-9896-0f6e12d7b80a'
var blobContributor = 'ba92f5b4-2d11-453d-a403-e96b0029c9fe'

resource queue 'Microsoft.Storage/storageAccounts/queueServices/queues@2026-06-01' existing = {
  name: '${storageAccountName}/default/${queueName}'
}

resource container 'Microsoft.Storage/storageAccounts/blobServices/containers@2026-06-01' existing = {
  name: '${storageAccountName}/default/${deadLetterContainerName}'
}

@description('Delivers events.')
resource queueRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: queue
  name: guid(queue.id, topicName, messageSender)
  properties: {
    description: 'Event Grid delivers events of ${topicName}.'
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', messageSender)
  }
}

@description('Keeps what it could not deliver.')
resource containerRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: container
  name: guid(container.id, topicName, blobContributor)
  properties: {
    description: 'Event Grid keeps events of ${topicName} that it could not deliver.'
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', blobContributor)
  }
}
