@export()
@description('The name of a resource: its kind, purpose and the deployment\'s token of 13 characters. Without hyphens if the abbreviation has none. At most 52 characters.')
func resourceName(abbreviation string, purpose string, token string) string =>
  endsWith(abbreviation, '-') ? '${abbreviation}${take(purpose, 32)}${empty(purpose) ? '' : '-'}${token}' : '${abbreviation}${purpose}${token}'
