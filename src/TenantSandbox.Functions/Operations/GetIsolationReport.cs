using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Net.Http.Headers;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Isolation.Evidence;
using TenantSandbox.Functions.Http;
using TenantSandbox.Functions.Isolation.Evidence;

namespace TenantSandbox.Functions.Operations;

/// <summary>
/// Shows one of a tenant's isolation reports: the bytes that were signed, or a page for people. Reports outlive the tenant's state, so that
/// is not asked for.
/// </summary>
internal sealed class GetIsolationReport(ReportStore reports, IReportSigner signer)
{
    /// <summary>The page has styles of its own and nothing else: what reports quote can't load or run anything.</summary>
    private const string ContentPolicy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    [Function(nameof(GetIsolationReport))]
    public Task<IResult> RunAsync(
        [HttpTrigger(HttpAuthentication.Level, "get", Route = "tenants/{tenantId}/isolation-report")] HttpRequest request,
        string tenantId,
        CancellationToken cancellationToken)
    {
        foreach (var name in (string[])["incarnation", "number"])
        {
            if (request.Query.ContainsKey(name) && Read(request, name) is null)
            {
                return Task.FromResult(Problem.BadParameter(request, name, "must be a whole number from 1."));
            }
        }

        return ReportReads.AnswerAsync(request, tenantId, async () =>
        {
            var name = await FindAsync(tenantId, Read(request, "incarnation"), Read(request, "number"), cancellationToken);
            if (name is null || await reports.ReadAsync(name.Value, cancellationToken) is not { } report)
            {
                return Problem.NotFound(request, "The tenant has no such isolation report.");
            }

            var headers = request.HttpContext.Response.Headers;
            (headers.ETag, headers.CacheControl, headers.Vary) = ($"\"{report.Hash}\"", "no-store", "Accept");
            headers.XContentTypeOptions = "nosniff";
            if (!WantsPage(request))
            {
                headers.ContentDisposition = string.Create(
                    CultureInfo.InvariantCulture, $"inline; filename=\"{tenantId}-{report.Report.Incarnation}-{report.Report.Number}.json\"");
                return Results.Bytes(report.Content, "application/json");
            }

            headers.ContentSecurityPolicy = ContentPolicy;
            var keys = new ReportKeySet(await signer.ListKeysAsync(cancellationToken));
            return Results.Text(IsolationReportPage.Render(report, ReportChain.FaultOf(report, keys)), "text/html; charset=utf-8");
        });
    }

    /// <summary>The newest report that matches.</summary>
    private async Task<ReportName?> FindAsync(string tenantId, int? incarnation, int? number, CancellationToken cancellationToken)
    {
        if (incarnation is { } i && number is { } n)
        {
            return new ReportName(tenantId, i, n);
        }

        var stored = await reports.ListAsync(tenantId, cancellationToken);
        var ofIncarnation = stored.Where(r => r.Name.Incarnation == (incarnation ?? stored[^1].Name.Incarnation)).Select(r => r.Name);
        return ofIncarnation.Where(name => number is null || name.Number == number).Select(name => (ReportName?)name).LastOrDefault();
    }

    private static int? Read(HttpRequest request, string name) =>
        int.TryParse(request.Query[name], NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value > 0 ? value : null;

    // A browser names text/html; programs name JSON, anything or nothing.
    private static bool WantsPage(HttpRequest request)
    {
        var accepted = request.GetTypedHeaders().Accept;
        return QualityOf("text/html") is var page and > 0 && page > QualityOf("application/json");

        double QualityOf(string type) => accepted.Where(a => a.MediaType.Equals(type, StringComparison.OrdinalIgnoreCase)).Select(a => a.Quality ?? 1).FirstOrDefault();
    }
}

/// <summary>Answers reads of isolation reports.</summary>
internal static class ReportReads
{
    /// <summary>Runs a read: 404 for what can't be a tenant's id, and failures as problems.</summary>
    public static Task<IResult> AnswerAsync(HttpRequest request, string tenantId, Func<Task<IResult>> read) =>
        BackendFailures.AnswerAsync(request, async () =>
        {
            if (!ReportStore.IsTenant(tenantId))
            {
                return Problem.NotFound(request, "The tenant has no isolation reports.");
            }

            try
            {
                return await read();
            }
            catch (InvalidException e) when (e.Code == ReportStore.Damaged)
            {
                return Problem.ReportDamaged(request, e.Message);
            }
        });
}
