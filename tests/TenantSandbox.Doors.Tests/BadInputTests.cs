using System.Text;
using System.Text.Json;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tests.Requests;

namespace TenantSandbox.Doors.Tests;

/// <summary>Every kind of bad input by every door: none is a server error, none changes anything, none is lost.</summary>
public sealed class BadInputTests(DoorHost host) : IClassFixture<DoorHost>
{
    private static readonly IReadOnlyList<RequestCase> Bad = [.. RequestCase.All.Where(x => x.Faults.Count > 0)];

    [Fact]
    public async Task Post_EveryBadBody_IsTheSendersFaultAndChangesNothing()
    {
        var before = await host.ListStateAsync();
        foreach (var bad in Bad)
        {
            var answer = await host.PostAsync(bad.ToText());
            var status = bad.Faults[0] switch
            {
                " malformed" => 400,
                " tooLarge" => 413,
                _ => 422,
            };
            Assert.True(answer.Status == status, $"{bad.Name}: {answer.Status}");
            Assert.Equal("application/problem+json", answer.ContentType);
            if (status != 413)
                Assert.Equal(bad.Faults, answer.Errors);
        }

        Assert.True(Bad.Count >= 60);
        Assert.Equal(before, await host.ListStateAsync());
    }

    [Fact]
    public async Task Enqueue_EveryBadMessage_IsKeptAsItCameAndChangesNothing()
    {
        var before = await host.ListStateAsync();
        string[] messages =
        [
            .. Bad.Where(x => x.Faults[0] is not (" malformed" or "/id unknown")).Select(x => x.ToText()).Where(x => x.StartsWith('{')).Select(x => Requests.Bare("onboard", x)),
            .. Bad.Where(x => x.Faults[0] is not "/kind unknown").Select(x => Requests.Base64(x.ToText())),
            .. Bad.Where(x => IsJson(x.ToText())).Select(x => Requests.Event(EventTypes.Requested(TenantRequestKind.Onboard), x.ToText(), "bad")),
            "", " ", "not json", "%%%", "{", "[]", "[1]", "\u0001", "{\"kind\":\"onboard\"}", "{\"kind\":\"update\",\"tenantId\":\"a\",\"revision\":2}",
            "{\"specversion\":\"1.0\"}", "{\"specversion\":\"9\",\"type\":1}", "{\"specversion\":null}", "{\"specversion\":{},\"id\":[],\"source\":7,\"type\":{}}",
            Requests.Event("tenantsandbox.tenant.update.requested", "{}", "u"), Requests.Event("", "{}", "t"), Requests.Event("x", "{}", ""), Requests.Event("x", "{}", "t", ""),
            Requests.Event(EventTypes.Requested(TenantRequestKind.Offboard), "\"text\"", "d"), Requests.Event(EventTypes.Requested(TenantRequestKind.Offboard), "null", "d"),
            Requests.Event(EventTypes.Requested(TenantRequestKind.Offboard), "[]", "d").Replace("\"data\"", "\"data_base64\"", StringComparison.Ordinal),
        ];
        foreach (var message in messages)
        {
            var kept = host.Rejected.Count;
            await host.EnqueueAsync(message);
            Assert.True(host.Rejected.Count == kept + 1, message);
            Assert.Equal(message, host.Rejected.Last.Message);
            Assert.NotEmpty(host.Rejected.Last.Faults);
        }

        Assert.Equal(before, await host.ListStateAsync());
    }

    [Fact]
    public async Task Deliver_EveryBadEvent_IsTakenKeptAndChangesNothing()
    {
        var before = await host.ListStateAsync();
        foreach (var bad in Bad.Where(x => IsJson(x.ToText())))
        {
            var kept = host.Rejected.Count;
            Assert.Equal(202, await host.DeliverAsync($"[{Requests.Event(EventTypes.Requested(TenantRequestKind.Onboard), bad.ToText(), "bad")}]"));
            Assert.True(host.Rejected.Count == kept + 1, bad.Name);
        }

        foreach (var body in new[] { "[{}]", """[{"specversion":"1.0"}]""", """[{"specversion":"1.0","id":1,"source":{},"type":[]}]""" })
            Assert.InRange(await host.DeliverAsync(body), 200, 499);
        foreach (var body in new[] { "", "x", "[1]", "7" })
            Assert.InRange(await host.DeliverAsync(body), 200, 499);
        Assert.Equal(before, await host.ListStateAsync());
    }

    [Theory]
    [InlineData("text/plain", 415)]
    [InlineData("application/json; charset=utf-16", 415)]
    [InlineData("application/xml", 415)]
    [InlineData("not a type", 415)]
    [InlineData(null, 415)]
    [InlineData("application/json; charset=UTF-8", 422)]
    public async Task Post_ContentType_IsJsonInUtf8(string? contentType, int status)
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes("{}"));
        if (contentType is not null)
            content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        Assert.Equal(status, (await host.SendAsync(HttpMethod.Post, "/api/tenants", content)).Status);
    }

    [Fact]
    public async Task Post_TooLargeWithoutLength_IsRefused()
    {
        using var content = new StreamContent(new MemoryStream(new byte[100_000]));
        content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        Assert.Equal(413, (await host.SendAsync(HttpMethod.Post, "/api/tenants", content, ("Transfer-Encoding", "chunked"))).Status);
    }

    [Theory]
    [InlineData("")]
    [InlineData("with space")]
    [InlineData("129")]
    public async Task Post_BadIdempotencyKey_IsRefused(string key)
    {
        var answer = await host.PostAsync(Requests.Hopeless("bad-key"), key == "129" ? new string('k', 129) : key);
        Assert.Equal((400, 404), (answer.Status, (await host.GetAsync("/api/tenants/bad-key")).Status));
    }

    [Theory]
    [InlineData("GET", "/api/tenants/Unknown_Id", 404)]
    [InlineData("GET", "/api/tenants/%00", 400)]
    [InlineData("GET", "/api/tenants/nobody", 404)]
    [InlineData("GET", "/api/tenants?pageSize=0", 400)]
    [InlineData("GET", "/api/tenants?pageSize=201", 400)]
    [InlineData("GET", "/api/tenants?pageSize=ten", 400)]
    [InlineData("GET", "/api/tenants?pageSize=1&pageSize=2", 400)]
    [InlineData("GET", "/api/tenants?phase=Ready", 400)]
    [InlineData("GET", "/api/tenants?phase=", 400)]
    [InlineData("GET", "/api/tenants?continuationToken=", 400)]
    [InlineData("GET", "/api/tenants?continuationToken=%25%25", 400)]
    [InlineData("GET", "/api/operations/nothing", 404)]
    [InlineData("GET", "/api/operations/@tenantentity@a", 404)]
    [InlineData("GET", "/api/operations/a.1.1.onboard", 404)]
    [InlineData("GET", "/api/operations/a.99999999999.1.onboard", 404)]
    [InlineData("GET", "/api/operations/req-0000000000000000000000000000000000000000000000000000000000000000", 404)]
    [InlineData("DELETE", "/api/tenants/nobody", 404)]
    [InlineData("DELETE", "/api/tenants/Bad_Id", 422)]
    [InlineData("DELETE", "/api/tenants/a?revision=0", 422)]
    [InlineData("DELETE", "/api/tenants/a?revision=", 422)]
    [InlineData("DELETE", "/api/tenants/a?revision=9007199254740992", 422)]
    [InlineData("DELETE", "/api/tenants/a?revision=%2B1", 422)]
    [InlineData("PUT", "/api/tenants/a", 404)]
    [InlineData("PATCH", "/api/tenants", 404)]
    public async Task Request_BadPathOrQuery_IsAProblem(string method, string path, int status)
    {
        var answer = await host.SendAsync(new HttpMethod(method), path, null);
        Assert.Equal(status, answer.Status);
    }

    [Theory]
    [InlineData("7")]
    [InlineData("*")]
    [InlineData("W/\"7\"")]
    [InlineData("\"x\"")]
    [InlineData("\"1\", \"2\"")]
    [InlineData("\"\"")]
    public async Task Delete_BadIfMatch_IsRefused(string condition) =>
        Assert.Equal(400, (await host.SendAsync(HttpMethod.Delete, "/api/tenants/nobody", null, ("If-Match", condition))).Status);

    [Fact]
    public async Task Delete_IfMatchAndRevision_IsRefused() =>
        Assert.Equal(400, (await host.SendAsync(HttpMethod.Delete, "/api/tenants/nobody?revision=2", null, ("If-Match", "\"1\""))).Status);

    private static bool IsJson(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
