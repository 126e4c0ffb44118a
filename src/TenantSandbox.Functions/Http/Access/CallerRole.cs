namespace TenantSandbox.Functions.Http.Access;

/// <summary>The roles of callers; each may do what those before it may. The names are the values of the roles of the app registration (infra/hooks/app-roles.json).</summary>
internal enum CallerRole
{
    /// <summary>May read tenants, operations, reports and maintenance.</summary>
    Reader = 1,

    /// <summary>May onboard, update and offboard tenants.</summary>
    Submitter,

    /// <summary>May give operators' commands, start maintenance and read the logs of workloads, which hold tenants' data.</summary>
    Operator,

    /// <summary>May rebuild the state.</summary>
    Administrator,
}
