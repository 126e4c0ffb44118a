using System.Text;

namespace TenantSandbox.EndToEnd.Tests.Doors;

/// <summary>Requests and events as text, character by character as they are sent.</summary>
internal static class DoorRequests
{
    public const string OnboardType = "tenantsandbox.tenant.onboard.requested";

    public const string OffboardType = "tenantsandbox.tenant.offboard.requested";

    /// <summary>An onboarding that fails at once and leaves nothing, because no cluster is in its region.</summary>
    public static string Failing(string tenantId, long revision = 1, int replicas = 1, string cpu = "1") =>
        Onboard(tenantId, revision, replicas, cpu, "\"region\":\"nowhere\",");

    /// <summary>An onboarding that keeps running, because ARM can't be reached.</summary>
    public static string Running(string tenantId, long revision = 1) => Onboard(tenantId, revision, 1, "1", "");

    public static string Event(string type, string data, string id, string source = "/test") =>
        $$"""{"specversion":"1.0","type":"{{type}}","source":"{{source}}","id":"{{id}}","time":"2027-01-01T00:00:00Z","datacontenttype":"application/json","data":{{data}}}""";

    /// <summary>A request with its kind, outside any CloudEvent.</summary>
    public static string Bare(string kind, string request) => $$"""{"kind":"{{kind}}",{{request.TrimStart()[1..]}}""";

    public static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static string Onboard(string tenantId, long revision, int replicas, string cpu, string placement) =>
        $$"""{"tenantId":"{{tenantId}}","revision":{{revision}},"tier":"pooled",{{placement}}"workloads":[{"name":"web","image":"registry.example/web:1","replicas":{{replicas}},"cpu":"{{cpu}}","memory":"512Mi"}]}""";
}
