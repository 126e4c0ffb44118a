@export()
@description('The name of a resource: its kind, what it is for and the token of the deployment. Kinds whose names allow no hyphens have an abbreviation without one; their names get none. At most 60 characters, 24 for key vaults and storage accounts, because the token has 13.')
func resourceName(abbreviation string, purpose string, token string) string =>
  endsWith(abbreviation, '-') ? '${abbreviation}${take(purpose, 40)}${empty(purpose) ? '' : '-'}${token}' : '${abbreviation}${purpose}${token}'
