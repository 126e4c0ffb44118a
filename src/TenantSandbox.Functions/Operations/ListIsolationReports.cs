using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using TenantSandbox.Functions.Http;
using TenantSandbox.Functions.Isolation.Evidence;

namespace TenantSandbox.Functions.Operations;

/// <summary>Lists a tenant's isolation reports, of all incarnations.</summary>
internal sealed class ListIsolationReports(ReportStore reports)
{
    [Function(nameof(ListIsolationReports))]
    public Task<IResult> RunAsync(
        [HttpTrigger(HttpAuthentication.Level, "get", Route = "tenants/{tenantId}/isolation-reports")] HttpRequest request,
        string tenantId,
        CancellationToken cancellationToken) =>
        ReportReads.AnswerAsync(request, tenantId, async () =>
        {
            var stored = await reports.ListAsync(tenantId, cancellationToken);
            return stored.Count == 0
                ? Problem.NotFound(request, "The tenant has no isolation reports.")
                : ApiResults.Ok(request, new ReportList(tenantId,
                [
                    .. stored.Reverse().Select(r => new ReportItem(
                        r.Name.Incarnation, r.Name.Number, r.SavedAt, ApiLinks.IsolationReport(request, tenantId, r.Name.Incarnation, r.Name.Number))),
                ]));
        });
}

/// <summary>A tenant's reports.</summary>
/// <param name="TenantId">The tenant.</param>
/// <param name="Reports">Its reports, the newest first.</param>
public sealed record ReportList(
    [property: JsonPropertyName("tenantId")] string TenantId,
    [property: JsonPropertyName("reports")] IReadOnlyList<ReportItem> Reports);

/// <summary>A report in a list.</summary>
/// <param name="Incarnation">The tenant's incarnation.</param>
/// <param name="Number">The number within the incarnation.</param>
/// <param name="StoredAt">When it was stored.</param>
/// <param name="Href">Its path.</param>
public sealed record ReportItem(
    [property: JsonPropertyName("incarnation")] int Incarnation,
    [property: JsonPropertyName("number")] int Number,
    [property: JsonPropertyName("storedAt")] DateTimeOffset StoredAt,
    [property: JsonPropertyName("href")] string Href);
