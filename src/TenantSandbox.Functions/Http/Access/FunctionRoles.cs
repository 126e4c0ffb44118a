namespace TenantSandbox.Functions.Http.Access;

/// <summary>The role that each HTTP function requires. A function that isn't listed is refused to everyone.</summary>
internal static class FunctionRoles
{
    /// <summary>The least role by the function's name; null where no caller need be known.</summary>
    public static IReadOnlyDictionary<string, CallerRole?> Required { get; } = new Dictionary<string, CallerRole?>(StringComparer.Ordinal)
    {
        ["DeleteTenant"] = CallerRole.Submitter,
        ["ExplainTenant"] = CallerRole.Reader,
        ["GetHealth"] = null,
        ["GetIsolationReport"] = CallerRole.Reader,
        ["GetMaintenance"] = CallerRole.Reader,
        ["GetOperation"] = CallerRole.Reader,
        ["GetReportKeys"] = CallerRole.Reader,
        ["GetTenant"] = CallerRole.Reader,
        ["GetTenantHistory"] = CallerRole.Reader,
        ["GetTenantWorkloads"] = CallerRole.Reader,
        ["GetWorkloadLogs"] = CallerRole.Operator,
        ["ListIsolationReports"] = CallerRole.Reader,
        ["ListTenants"] = CallerRole.Reader,
        ["PostOperationVerb"] = CallerRole.Operator,
        ["PostTenant"] = CallerRole.Submitter,
        ["PostTenantVerb"] = CallerRole.Operator,
        ["PutTenant"] = CallerRole.Submitter,
        ["RebuildState"] = CallerRole.Administrator,
        ["RunMaintenance"] = CallerRole.Operator,
    };
}
