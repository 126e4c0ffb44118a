using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.DurableTask.Client;
using TenantSandbox.Functions.Doors.Http;
using TenantSandbox.Functions.Operations;
using TenantSandbox.Functions.Tests.Kubernetes;
using TenantSandbox.Functions.Tests.Orchestrations;

namespace TenantSandbox.Functions.Tests.Doors.Http;

/// <summary>The HTTP functions with the app's own services, on an in-process task hub.</summary>
internal sealed class HttpDoors(TestSystem system, params KeyValuePair<string, string?>[] more)
{
    // The fake cloud has the same cluster.
    private static readonly KeyValuePair<string, string?>[] Settings = [.. App.Settings("aks1"), new("Requests__AnswerWait", "00:00:30")];

    /// <summary>Why nothing enforces network policies on the cluster; null if something does.</summary>
    public string? Unenforced { get; set; }

    private DurableTaskClient Client => system.Hub.Client;

    public static string Onboarding(string tenant = "acme", long? revision = 1, int replicas = 1, string image = "nginx", string more = "") => $$"""
        {{{(tenant.Length == 0 ? "" : $"\"tenantId\":\"{tenant}\",")}}{{(revision is null ? "" : $"\"revision\":{revision},")}}{{more}}
         "tier":"pooled","workloads":[{"name":"web","image":"{{image}}","replicas":{{replicas}},"cpu":"1","memory":"1Gi"}]}
        """;

    public Task<HttpAnswer> PostAsync(string body, string query = "", params (string Name, string Value)[] headers) =>
        RunAsync("POST", $"/api/tenants{query}", body, headers, (services, request) => services.Make<PostTenant>().RunAsync(request, Client, default));

    public Task<HttpAnswer> PutAsync(string tenant, string body, string query = "", params (string Name, string Value)[] headers) =>
        RunAsync("PUT", $"/api/tenants/{tenant}{query}", body, headers, (services, request) => services.Make<PutTenant>().RunAsync(request, tenant, Client, default));

    public Task<HttpAnswer> DeleteAsync(string tenant, string query = "", params (string Name, string Value)[] headers) =>
        RunAsync("DELETE", $"/api/tenants/{tenant}{query}", null, headers, (services, request) => services.Make<DeleteTenant>().RunAsync(request, tenant, Client, default));

    public Task<HttpAnswer> ActAsync(string tenant, string verb, string body, string query = "", params (string Name, string Value)[] headers) =>
        RunAsync("POST", $"/api/tenants/{tenant}/{verb}{query}", body, headers, (services, request) => services.Make<PostTenantVerb>().RunAsync(request, tenant, verb, Client, default));

    public Task<HttpAnswer> OperateAsync(string operation, string verb, string body, string query = "", params (string Name, string Value)[] headers) =>
        RunAsync("POST", $"/api/operations/{operation}/{verb}{query}", body, headers, (services, request) => services.Make<PostOperationVerb>().RunAsync(request, operation, verb, Client, default));

    public Task<HttpAnswer> GetTenantAsync(string tenant = "acme") =>
        RunAsync("GET", $"/api/tenants/{tenant}", null, [], (services, request) => services.Make<GetTenant>().RunAsync(request, tenant, Client, default));

    public Task<HttpAnswer> GetHistoryAsync(string tenant = "acme") =>
        RunAsync("GET", $"/api/tenants/{tenant}/history", null, [], (_, request) => GetTenantHistory.RunAsync(request, tenant, Client, default));

    public Task<HttpAnswer> ExplainAsync(string tenant = "acme") =>
        RunAsync("GET", $"/api/tenants/{tenant}/explain", null, [], (services, request) => services.Make<ExplainTenant>().RunAsync(request, tenant, Client, default));

    public Task<HttpAnswer> GetOperationAsync(string operation) =>
        RunAsync("GET", $"/api/operations/{operation}", null, [], (services, request) => services.Make<GetOperation>().RunAsync(request, operation, Client, default));

    private async Task<HttpAnswer> RunAsync(
        string method, string pathAndQuery, string? body, (string Name, string Value)[] headers, Func<IServiceProvider, HttpRequest, Task<IResult>> run)
    {
        await using var services = App.Create([.. Settings, .. more], specs: MemorySpecStore.Shared, networks: new FixedClusterNetworks(new([], Unenforced: Unenforced)));
        var http = HttpSubmissionTests.Http();
        var parts = pathAndQuery.Split('?');
        (http.Request.Method, http.Request.Path, http.Request.QueryString) = (method, parts[0], new(parts.Length == 1 ? "" : $"?{parts[1]}"));
        foreach (var (name, value) in headers)
        {
            http.Request.Headers[name] = value;
        }

        if (body is not null)
        {
            (http.Request.ContentType, http.Request.Body) = ("application/json", new MemoryStream(Encoding.UTF8.GetBytes(body)));
        }

        var json = await HttpSubmissionTests.ExecuteAsync(await run(services, http.Request), http);
        return new(http.Response.StatusCode, http.Response.Headers, json);
    }
}

/// <summary>An answer of an HTTP function.</summary>
internal sealed record HttpAnswer(int Status, IHeaderDictionary Headers, JsonElement Body)
{
    public string Location => Headers.Location.ToString();

    /// <summary>The id of the operation that the answer links to.</summary>
    public string OperationId => Text("operationId")!;

    /// <summary>The problem's type without its URN prefix.</summary>
    public string ProblemType => Text("type")!["urn:tenantsandbox:problem:".Length..];

    /// <summary>The validation faults of a problem, each "pointer code".</summary>
    public IEnumerable<string> Errors =>
        Body.GetProperty("errors").EnumerateArray().Select(x => $"{x.GetProperty("pointer").GetString()} {x.GetProperty("code").GetString()}");

    public JsonElement this[string name] => Body.GetProperty(name);

    public string? Text(string name) => Body.GetProperty(name).GetString();
}
