// Example: everything new, private, in three zones.
using 'main.bicep'

param environmentName = 'sandbox'
param location = 'westeurope'
param apiClientId = '00000000-0000-0000-0000-0000000000a1'
param shape = 'production'
param advancedNetworkSecurity = true
param poolMaxCount = 100
param imageRegistries = ['contoso.azurecr.io']
param budgetAmount = 5000
param budgetStartDate = '2026-12-01'
param contactEmails = ['operators@example.com']
