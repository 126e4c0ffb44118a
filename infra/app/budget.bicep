metadata description = 'A monthly budget of the resource group that warns its owners.'

@description('Name of the budget.')
param name string

@description('Amount a month, in the currency of the subscription.')
@minValue(1)
param amount int

@description('First day of a month, as in 2026-11-01. It can\'t be changed later.')
param startDate string

@description('Addresses that are warned too.')
param contactEmails string[]

@description('The budget: it warns at 80 % of the amount, and as soon as the forecast exceeds it.')
resource budget 'Microsoft.Consumption/budgets@2026-06-01' = {
  name: name
  properties: {
    category: 'Cost'
    amount: amount
    timeGrain: 'Monthly'
    timePeriod: { startDate: '${startDate}T00:00:00Z' }
    notifications: {
      actual80: { enabled: true, operator: 'GreaterThan', threshold: 80, thresholdType: 'Actual', contactEmails: contactEmails, contactRoles: ['Owner'] }
      forecast100: { enabled: true, operator: 'GreaterThan', threshold: 100, thresholdType: 'Forecasted', contactEmails: contactEmails, contactRoles: ['Owner'] }
    }
  }
}
