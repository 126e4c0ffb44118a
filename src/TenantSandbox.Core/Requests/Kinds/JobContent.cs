using System.Security.Cryptography;
using System.Text;

namespace TenantSandbox.Core.Requests.Kinds;

/// <summary>What makes a Job another Job: what Kubernetes doesn't change in one that exists.</summary>
public static class JobContent
{
    private static readonly string[] Fixed = ["completionMode", "completions"];

    /// <summary>
    /// A hash of the pod template and the settings that are fixed for a Job. A Job that has ended runs again only when it changes; the other
    /// settings are changed in the Job that exists.
    /// </summary>
    public static string HashOf(WorkloadSpec workload)
    {
        ArgumentNullException.ThrowIfNull(workload);
        var settings = workload.Job?.ToNode();
        var content = string.Join('\n', Fixed.Select(name => settings?[name]?.ToJsonString() ?? "").Prepend(workload.ToTemplate().Json));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content)));
    }
}
