metadata description = 'Takes requests from the topic to the queue, and the cluster\'s events to a queue of their own, each with a dead-letter container.'

@description('Name of the topic of requests.')
param topicName string

@description('Name of the cluster\'s system topic; empty if there is none.')
param systemTopicName string

@description('Resource id of the storage account.')
param storageAccountResourceId string

@description('Queue of requests.')
param requestQueue string

@description('Queue of the cluster\'s events.')
param clusterEventQueue string

@description('Container of events that could not be delivered.')
param deadLetterContainer string

@description('Resource id of the function OnTenantEvent, to deliver to it directly too; empty for the queue only.')
param webhookFunctionResourceId string

var deliveryIdentity = { type: 'SystemAssigned' }

var deadLetters = {
  identity: deliveryIdentity
  deadLetterDestination: {
    endpointType: 'StorageBlob'
    properties: { resourceId: storageAccountResourceId, blobContainerName: deadLetterContainer }
  }
}

// A day of tries bridges an outage of the storage account.
var retryPolicy = { maxDeliveryAttempts: 30, eventTimeToLiveInMinutes: 1440 }

resource topic 'Microsoft.EventGrid/topics@2025-02-15' existing = {
  name: topicName
}

@description('The default path of requests: by identity, byte by byte, without a secret. Nothing is filtered, so that what is wrong is rejected with a reason.')
resource requests 'Microsoft.EventGrid/topics/eventSubscriptions@2025-02-15' = {
  parent: topic
  name: 'requests-to-queue'
  properties: {
    eventDeliverySchema: 'CloudEventSchemaV1_0'
    deliveryWithResourceIdentity: {
      identity: deliveryIdentity
      destination: {
        endpointType: 'StorageQueue'
        // A message without end: the app decides what is too old.
        properties: { resourceId: storageAccountResourceId, queueName: requestQueue, queueMessageTimeToLiveInSeconds: -1 }
      }
    }
    deadLetterWithResourceIdentity: deadLetters
    retryPolicy: retryPolicy
  }
}

@description('The webhook of the app. Delivery by identity is not supported there; Event Grid keeps the key that the host gives it.')
resource webhook 'Microsoft.EventGrid/topics/eventSubscriptions@2025-02-15' = if (!empty(webhookFunctionResourceId)) {
  parent: topic
  name: 'requests-to-webhook'
  properties: {
    eventDeliverySchema: 'CloudEventSchemaV1_0'
    destination: {
      endpointType: 'AzureFunction'
      properties: { resourceId: webhookFunctionResourceId, maxEventsPerBatch: 1, preferredBatchSizeInKilobytes: 64 }
    }
    deadLetterWithResourceIdentity: deadLetters
    retryPolicy: retryPolicy
  }
}

resource systemTopic 'Microsoft.EventGrid/systemTopics@2025-02-15' existing = if (!empty(systemTopicName)) {
  name: systemTopicName
}

@description('The cluster\'s events in a queue, for automation of your own.')
resource clusterEvents 'Microsoft.EventGrid/systemTopics/eventSubscriptions@2025-02-15' = if (!empty(systemTopicName)) {
  parent: systemTopic
  name: 'cluster-to-queue'
  properties: {
    eventDeliverySchema: 'CloudEventSchemaV1_0'
    deliveryWithResourceIdentity: {
      identity: deliveryIdentity
      destination: {
        endpointType: 'StorageQueue'
        properties: { resourceId: storageAccountResourceId, queueName: clusterEventQueue, queueMessageTimeToLiveInSeconds: 604800 }
      }
    }
    deadLetterWithResourceIdentity: deadLetters
    retryPolicy: retryPolicy
  }
}
