@export()
@description('Where a resource sends its logs and metrics.')
type diagnosticSettingType = {
  @description('Resource id of the Log Analytics workspace.')
  workspaceResourceId: string
}

@export()
@description('A role of a principal at the resource.')
type roleAssignmentType = {
  @description('Object id of the principal.')
  principalId: string

  @description('What the principal needs the role for. The name of the assignment is made from it, because what-if can\'t tell the object id of a new identity.')
  description: string

  @description('GUID of the role definition.')
  roleDefinitionIdOrName: string

  @description('Kind of the principal. Without it a new identity may not be found yet.')
  principalType: 'ServicePrincipal' | 'User' | 'Group'
}

@export()
@description('A private endpoint of the resource.')
type privateEndpointType = {
  @description('The part of the resource that the endpoint leads to, such as blob.')
  service: string

  @description('Resource id of the subnet of the endpoint.')
  subnetResourceId: string

  @description('Resource id of the private DNS zone that gets its address.')
  privateDnsZoneResourceId: string
}

@export()
@description('A lock against deletion.')
type lockType = {
  @description('CanNotDelete, or None for no lock.')
  kind: 'CanNotDelete' | 'None'
}
