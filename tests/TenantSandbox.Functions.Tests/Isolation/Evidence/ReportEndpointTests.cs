using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using TenantSandbox.Core.Isolation.Evidence;
using TenantSandbox.Core.Isolation.Verification;
using TenantSandbox.Functions.Isolation.Evidence;
using TenantSandbox.Functions.Operations;
using TenantSandbox.Functions.Tests.Doors.Http;

namespace TenantSandbox.Functions.Tests.Isolation.Evidence;

/// <summary>What auditors read over HTTP.</summary>
public sealed class ReportEndpointTests
{
    private const string Browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

    private readonly MemoryReportFiles _files = new();
    private readonly ReportStore _store;
    private readonly IsolationReports _reports;

    public ReportEndpointTests() => (_store, _reports) = (new(_files), new(new(_files), Reports.Signer));

    [Theory]
    [InlineData(null)]
    [InlineData("*/*")]
    [InlineData("application/json")]
    [InlineData("application/json, text/html;q=0.5")]
    public async Task Get_ForPrograms_IsTheNewestReportAsItWasSigned(string? accept)
    {
        await _reports.WriteAsync(Reports.Request(1), default);
        var newest = await _reports.WriteAsync(Reports.Request(2), default);

        var (http, body) = await GetAsync("", accept);

        Assert.Equal((200, "application/json", $"\"{newest.Link.Hash}\"", "no-store"), (
            http.Response.StatusCode, http.Response.ContentType, http.Response.Headers.ETag.ToString(), http.Response.Headers.CacheControl.ToString()));
        Assert.Equal(_files.Content["acme/0000000001/0000000002"], body);
        Assert.Null(ReportChain.Verify([new("body", body)], Reports.Signer.Keys, new(LatestHash: newest.Link.Hash)).Fault);
    }

    [Theory]
    [InlineData("?number=1", 2, 1)]
    [InlineData("?incarnation=1", 1, 2)]
    [InlineData("?incarnation=1&number=1", 1, 1)]
    [InlineData("", 2, 1)]
    public async Task Get_OneReport_IsThatOne(string query, int incarnation, int number)
    {
        await WriteThreeAsync();

        var report = SignedReport.Read((await GetAsync(query, null)).Body).Report;

        Assert.Equal((incarnation, number), (report.Incarnation, report.Number));
    }

    [Theory]
    [InlineData("acme", "?number=7", 404, "not-found")]
    [InlineData("acme", "?incarnation=7", 404, "not-found")]
    [InlineData("acme", "?number=0", 400, "bad-parameter")]
    [InlineData("acme", "?incarnation=x", 400, "bad-parameter")]
    [InlineData("nobody", "", 404, "not-found")]
    [InlineData("_checks", "", 404, "not-found")]
    [InlineData("Bad_Id", "", 404, "not-found")]
    public async Task Get_WhatIsNotThere_IsAProblem(string tenant, string query, int status, string type)
    {
        await WriteThreeAsync();

        var (http, body) = await GetAsync(query, Browser, tenant);

        Assert.Equal(status, http.Response.StatusCode);
        Assert.Equal($"urn:tenantsandbox:problem:{type}", JsonSerializer.Deserialize<JsonElement>(body).GetProperty("type").GetString());
    }

    [Fact]
    public async Task Get_ChangedInTheStorage_IsAProblemThatNamesIt()
    {
        await WriteThreeAsync();
        _files.Content["acme/0000000002/0000000001"][80] ^= 1;

        var (http, body) = await GetAsync("", null);

        Assert.Equal(500, http.Response.StatusCode);
        Assert.Contains("acme/2/1", JsonSerializer.Deserialize<JsonElement>(body).GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_ForABrowser_IsAPageWithVerdictFirstAndEverythingEscaped()
    {
        var at = Reports.Start.AddHours(1);
        var request = Reports.Request(1) with
        {
            Checks =
            [
                Reports.Check(at, id: "node.kernel"),
                Reports.Check(at, CheckVerdict.Failed, "pod.token", "<script>alert(1)</script> & \"more\""),
                Reports.Check(at, CheckVerdict.NotApplicable, "pool.fips") with { Reason = "'<b>'" },
            ],
        };
        await _reports.WriteAsync(request, default);

        var (http, body) = await GetAsync("", Browser);
        var page = Encoding.UTF8.GetString(body);

        Assert.Equal("text/html; charset=utf-8", http.Response.ContentType);
        Assert.StartsWith("default-src 'none'", http.Response.Headers.ContentSecurityPolicy.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<b>", page, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;more&quot;", page, StringComparison.Ordinal);
        string[] order =
        [
            "Failed: the boundary is not proven. 3 checks, 1 failed, 0 warnings.", "Checks: node", "Checks: pod", "Checks: pool", "Chain and signature",
            "the signature is that of the key",
        ];
        Assert.Equal(order, order.OrderBy(text => page.IndexOf(text, StringComparison.Ordinal)));
        Assert.All(order, text => Assert.Contains(text, page, StringComparison.Ordinal));
        Assert.DoesNotContain("Do not rely", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_SignedByAStranger_ThePageSaysNotToRelyOnIt()
    {
        await new IsolationReports(_store, new MemorySigner()).WriteAsync(Reports.Request(1), default);

        Assert.Contains("Do not rely on this report.", Encoding.UTF8.GetString((await GetAsync("", Browser)).Body), StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_SeveralReports_AreTheNewestFirstWithTheirPaths()
    {
        await WriteThreeAsync();
        var http = HttpSubmissionTests.Http();
        http.Request.Path = "/api/tenants/acme/isolation-reports";

        var body = await HttpSubmissionTests.ExecuteAsync(await new ListIsolationReports(_store).RunAsync(http.Request, "acme", default), http);

        Assert.Equal(
            ["/api/tenants/acme/isolation-report?incarnation=2&number=1", "/api/tenants/acme/isolation-report?incarnation=1&number=2", "/api/tenants/acme/isolation-report?incarnation=1&number=1"],
            body.GetProperty("reports").EnumerateArray().Select(r => r.GetProperty("href").GetString()));
    }

    [Fact]
    public async Task Keys_Asked_AreAJwkSetThatVerifies()
    {
        await WriteThreeAsync();
        var http = HttpSubmissionTests.Http();

        var body = await HttpSubmissionTests.ExecuteAsync(await new GetReportKeys(Reports.Signer).RunAsync(http.Request, default), http);

        Assert.Null(ReportChain.Verify(Reports.Files(_files), ReportKeySet.Parse(body.GetRawText()), new(IsFromFirst: true)).Fault);
        Assert.Equal(["alg", "crv", "kid", "kty", "use", "x", "y"], body.GetProperty("keys")[0].EnumerateObject().Select(p => p.Name).Order());
    }

    private async Task WriteThreeAsync()
    {
        await _reports.WriteAsync(Reports.Request(1), default);
        await _reports.WriteAsync(Reports.Request(2), default);
        await _reports.WriteAsync(Reports.Request(3, incarnation: 2), default);
    }

    private async Task<(HttpContext Http, byte[] Body)> GetAsync(string query, string? accept, string tenant = "acme")
    {
        var http = HttpSubmissionTests.Http();
        (http.Request.Method, http.Request.Path, http.Request.QueryString) = ("GET", $"/api/tenants/{tenant}/isolation-report", new(query));
        if (accept is not null)
        {
            http.Request.Headers.Accept = accept;
        }

        var body = new MemoryStream();
        http.Response.Body = body;
        await (await new GetIsolationReport(_store, Reports.Signer).RunAsync(http.Request, tenant, default)).ExecuteAsync(http);
        return (http, body.ToArray());
    }
}
