// Example: everything new, as small as is sensible.
using 'main.bicep'

param environmentName = 'sandbox-small'
param location = 'westeurope'
param apiClientId = '00000000-0000-0000-0000-0000000000a1'
param shape = 'small'
param allowedIpRanges = ['203.0.113.7']
param budgetStartDate = '2026-12-01'
