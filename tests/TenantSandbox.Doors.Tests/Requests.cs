using System.Text;

namespace TenantSandbox.Doors.Tests;

/// <summary>Requests as senders write them.</summary>
internal static class Requests
{
    /// <summary>An onboarding that fails and is undone at once.</summary>
    public static string Hopeless(string tenantId, long revision = 1, int replicas = 1, string cpu = "1") => Onboard(tenantId, revision, replicas, cpu, "\"region\":\"nowhere\",");

    /// <summary>An onboarding that stays under way.</summary>
    public static string Lasting(string tenantId, long revision = 1) => Onboard(tenantId, revision, 1, "1", "");

    public static string Event(string type, string data, string id, string source = "/test") =>
        $$"""{"specversion":"1.0","type":"{{type}}","source":"{{source}}","id":"{{id}}","time":"2027-01-01T00:00:00Z","datacontenttype":"application/json","data":{{data}}}""";

    public static string Bare(string kind, string request) => $$"""{"kind":"{{kind}}",{{request.TrimStart()[1..]}}""";

    public static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static string Onboard(string tenantId, long revision, int replicas, string cpu, string place) =>
        $$"""{"tenantId":"{{tenantId}}","revision":{{revision}},"tier":"pooled",{{place}}"workloads":[{"name":"web","image":"registry.example/web:1","replicas":{{replicas}},"cpu":"{{cpu}}","memory":"512Mi"}]}""";
}
