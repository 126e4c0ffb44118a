using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using DurableTask.Core.Entities;

namespace TenantSandbox.EndToEnd.Tests.Backends;

/// <summary>What a user of the system sees, as comparable text.</summary>
internal sealed partial class ScenarioRecord
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly StringBuilder _text = new();

    public override string ToString() => _text.ToString();

    public void Add(string line) => _text.AppendLine(line);

    /// <summary>A response's status, its Location and its body.</summary>
    public void Add(string what, HttpResponseMessage response) =>
        Add($"{what}: {(int)response.StatusCode} {response.Headers.Location} {Normalize(new StreamReader(response.Content.ReadAsStream()).ReadToEnd())}");

    /// <summary>The tenant's document and that of its last operation, once nothing runs for it.</summary>
    public async Task AddTenantAsync(TestSystem system, string tenantId)
    {
        await system.SettleAsync(tenantId);
        await system.WaitUntilNothingRunsAsync();
        var tenant = await system.GetJsonAsync($"/api/tenants/{tenantId}");
        Add(Normalize(tenant.GetRawText()));
        var operation = tenant.GetProperty("lastOperation").GetProperty("href").GetString()!;
        Add(Normalize((await system.GetJsonAsync(operation)).GetRawText()));
    }

    /// <summary>All tenants, page by page.</summary>
    public async Task AddListAsync(TestSystem system)
    {
        var tenants = new List<string>();
        string? token = null;
        do
        {
            var page = await system.GetJsonAsync($"/api/tenants?pageSize=2{(token is null ? "" : $"&continuationToken={token}")}");
            tenants.AddRange(page.GetProperty("tenants").EnumerateArray().Select(tenant => Normalize(tenant.GetRawText())));
            token = page.GetProperty("continuationToken").GetString();
        }
        while (token is not null);

        // The order of pages belongs to the backend.
        Add(string.Join('\n', tenants.Order(StringComparer.Ordinal)));
    }

    public async Task AddEntitiesAsync(TestSystem system)
    {
        var query = new EntityBackendQueries.EntityQuery { IncludeState = true, PageSize = 1_000 };
        var entities = (await system.Local.EntityQueries.QueryEntitiesAsync(query, CancellationToken.None)).Results;
        foreach (var entity in entities.OrderBy(entity => entity.EntityId.ToString(), StringComparer.Ordinal))
        {
            Add($"{entity.EntityId}: {Normalize(entity.SerializedState ?? "null")}");
        }
    }

    /// <summary>The published events; the order between subjects belongs to the race.</summary>
    public void AddEvents(TestSystem system)
    {
        foreach (var published in system.Events.OrderBy(published => published.GetProperty("subject").GetString(), StringComparer.Ordinal))
        {
            Add(Normalize(published.GetRawText()));
        }
    }

    private static string Normalize(string json)
    {
        if (json.Length == 0)
        {
            return json;
        }

        var text = JsonNode.Parse(json)?.ToJsonString(Indented) ?? "null";
        text = Time().Replace(text, "<time>");
        text = SubmissionId().Replace(text, "req-<hash>");
        text = TraceParent().Replace(text, "<trace>");
        text = PodName().Replace(text, "<pod>");
        return OwnUrl().Replace(text, "<url>");
    }

    [GeneratedRegex(@"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")]
    private static partial Regex Time();

    // A request without an Idempotency-Key gets a random identity.
    [GeneratedRegex("req-[0-9a-f]{64}")]
    private static partial Regex SubmissionId();

    [GeneratedRegex("00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")]
    private static partial Regex TraceParent();

    // The evidence of a failed rollout names pods.
    [GeneratedRegex("web-[a-z0-9]{6,12}-[a-z0-9]{5}")]
    private static partial Regex PodName();

    [GeneratedRegex(@"http://127\.0\.0\.1:\d+")]
    private static partial Regex OwnUrl();
}
