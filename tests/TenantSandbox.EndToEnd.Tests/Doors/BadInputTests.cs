using System.Text;
using System.Text.Json;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tests.Requests;

namespace TenantSandbox.EndToEnd.Tests.Doors;

/// <summary>Invalid input at every door: no server error, no change of state, and nothing lost.</summary>
[Collection(DoorCollection.Name)]
public sealed class BadInputTests(DoorSystem doors)
{
    // Doors remove a byte order mark, which the parser refuses. This installation allows nothing that isn't allowed by default.
    private static readonly IReadOnlyList<RequestCase> InvalidCases =
        [.. RequestCase.All.Where(request => request.Faults.Count > 0 && !request.ToText().StartsWith('\ufeff') && request.Faults.SequenceEqual(FaultsByDefault(request)))];

    // Of the queue and of Event Grid, which take longer: every odd text, and some of each kind of fault.
    private static readonly IReadOnlyList<RequestCase> SomeCases =
    [
        .. InvalidCases.Where(invalid => invalid.Text is not null),
        .. InvalidCases.Where(invalid => invalid.Text is null).GroupBy(invalid => invalid.Faults[0].Split(' ')[^1]).SelectMany(group => group.Take(8)),
    ];

    [Fact]
    public async Task Post_EveryInvalidBody_IsAProblemAndChangesNothing()
    {
        var before = await doors.System.ListInstancesAsync();
        foreach (var invalid in InvalidCases)
        {
            var response = await doors.PostAsync(invalid.ToText());
            var status = invalid.Faults[0] switch
            {
                " malformed" => 400,
                " tooLarge" => 413,
                _ => 422,
            };
            Assert.True(response.Status == status, $"{invalid.Name}: {response.Status}");
            Assert.Equal("application/problem+json", response.ContentType);
            if (status != 413)
            {
                Assert.Equal(invalid.Faults, response.Errors);
            }
        }

        Assert.True(InvalidCases.Count >= 400, $"only {InvalidCases.Count} invalid cases were read");
        Assert.Equal(before, await doors.System.ListInstancesAsync());
    }

    private static IEnumerable<string> FaultsByDefault(RequestCase request) => TenantRequestParser
        .Parse(request.ToUtf8(), TenantRequestKind.Onboard, DateTimeOffset.UnixEpoch, InstallationRules.Default).Faults.Select(f => $"{f.Pointer} {f.Code}");

    [Fact]
    public async Task Enqueue_InvalidMessages_AreRejectedAsTheyCameAndChangeNothing()
    {
        var before = await doors.System.ListInstancesAsync();
        string[] messages =
        [
            .. SomeCases.Where(invalid => invalid.Faults[0] is not (" malformed" or "/id unknown" or " tooLarge"))
                .Select(invalid => invalid.ToText()).Where(text => text.StartsWith('{')).Select(text => DoorRequests.Bare("onboard", text)),
            .. SomeCases.Where(invalid => invalid.Faults[0] is not ("/kind unknown" or " tooLarge")).Select(invalid => DoorRequests.Base64(invalid.ToText()))
                .Where(text => text.Length > 0),
            "not json", "%%%", "{", "[]", "[1]", "{\"kind\":\"onboard\"}", "{\"kind\":\"update\",\"tenantId\":\"a\",\"revision\":2}",
            "{\"specversion\":\"1.0\"}", "{\"specversion\":\"9\",\"type\":1}", "{\"specversion\":null}", "{\"specversion\":{},\"id\":[],\"source\":7,\"type\":{}}",
            DoorRequests.Event("tenantsandbox.tenant.update.requested", "{}", "u"), DoorRequests.Event("", "{}", "t"), DoorRequests.Event("x", "{}", ""),
            DoorRequests.Event(DoorRequests.OffboardType, "\"text\"", "d"), DoorRequests.Event(DoorRequests.OffboardType, "null", "d"),
            DoorRequests.Event(DoorRequests.OffboardType, "[]", "d").Replace("\"data\"", "\"data_base64\"", StringComparison.Ordinal),
        ];

        await Parallel.ForEachAsync(messages, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (message, _) => await doors.EnqueueAsync(message));
        var rejected = (await doors.TakeRejectedAsync(messages.Length)).Select(text => JsonSerializer.Deserialize<JsonElement>(text)).ToArray();

        Assert.Equal(messages.Order(StringComparer.Ordinal), rejected.Select(entry => entry.GetProperty("message").GetString()!).Order(StringComparer.Ordinal));
        Assert.All(rejected, entry => Assert.NotEqual(0, entry.GetProperty("faults").GetArrayLength()));
        Assert.True(messages.Length >= 100, $"only {messages.Length} messages were sent");
        Assert.Equal(before, await doors.System.ListInstancesAsync());
        await doors.AssertNothingRejectedAsync();
    }

    [Fact]
    public async Task Deliver_InvalidEvents_AreAcceptedRejectedAndChangeNothing()
    {
        var before = await doors.System.ListInstancesAsync();
        // The webhook parses events before the app sees them, as in Azure, so that of a property that is there twice one is left.
        var events = SomeCases.Where(invalid => invalid.Text is null || !invalid.Faults[0].EndsWith(" duplicate", StringComparison.Ordinal))
            .Select(invalid => invalid.ToText()).Where(IsJson)
            .Select(text => $"[{DoorRequests.Event(DoorRequests.OnboardType, text, "bad")}]").ToArray();
        foreach (var body in events)
        {
            Assert.Equal(202, await doors.DeliverAsync(body));
        }

        Assert.NotEmpty(events);
        await doors.TakeRejectedAsync(events.Length);
        foreach (var body in (string[])["", "x", "[1]", "7"])
        {
            Assert.InRange(await doors.DeliverAsync(body), 200, 499);
        }

        Assert.Equal(before, await doors.System.ListInstancesAsync());
        await doors.AssertNothingRejectedAsync();
    }

    [Theory]
    [InlineData("text/plain", 415)]
    [InlineData("application/json; charset=utf-16", 415)]
    [InlineData("application/xml", 415)]
    [InlineData("not a type", 415)]
    [InlineData(null, 415)]
    [InlineData("application/json; charset=UTF-8", 422)]
    public async Task Post_ContentType_MustBeJsonInUtf8(string? contentType, int status)
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes("{}"));
        if (contentType is not null)
        {
            content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        }

        Assert.Equal(status, (await doors.SendAsync(HttpMethod.Post, "/api/tenants", content)).Status);
    }

    [Fact]
    public async Task Post_TooLargeWithoutContentLength_IsRefused()
    {
        using var content = new StreamContent(new MemoryStream(new byte[300_000]));
        content.Headers.TryAddWithoutValidation("Content-Type", "application/json");

        Assert.Equal(413, (await doors.SendAsync(HttpMethod.Post, "/api/tenants", content, ("Transfer-Encoding", "chunked"))).Status);
    }

    [Theory]
    [InlineData("with space")]
    [InlineData("129")]
    public async Task Post_InvalidIdempotencyKey_IsRefused(string key)
    {
        var response = await doors.PostAsync(DoorRequests.Failing("bad-key"), key == "129" ? new string('k', 129) : key);

        Assert.Equal((400, 404), (response.Status, (await doors.GetAsync("/api/tenants/bad-key")).Status));
    }

    [Theory]
    [InlineData("GET", "/api/tenants/Unknown_Id", 404)]
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
    [InlineData("PUT", "/api/tenants/a", 415)]
    [InlineData("POST", "/api/tenants/a/explode", 404)]
    [InlineData("POST", "/api/tenants/a/suspend", 415)]
    [InlineData("POST", "/api/operations/a.1.1.onboard/suspend", 404)]
    [InlineData("GET", "/api/tenants/nobody/history", 404)]
    [InlineData("GET", "/api/tenants/nobody/explain", 404)]
    [InlineData("DELETE", "/api/tenants/a?dryRun=maybe", 400)]
    [InlineData("PATCH", "/api/tenants", 404)]
    public async Task Request_InvalidPathOrQuery_IsAClientError(string method, string path, int status) =>
        Assert.Equal(status, (await doors.SendAsync(new HttpMethod(method), path, null)).Status);

    [Theory]
    [InlineData("7")]
    [InlineData("*")]
    [InlineData("W/\"7\"")]
    [InlineData("\"x\"")]
    [InlineData("\"1\", \"2\"")]
    [InlineData("\"\"")]
    public async Task Delete_InvalidIfMatch_IsRefused(string condition) =>
        Assert.Equal(400, (await doors.SendAsync(HttpMethod.Delete, "/api/tenants/nobody", null, ("If-Match", condition))).Status);

    [Fact]
    public async Task Delete_IfMatchAndRevision_IsRefused() =>
        Assert.Equal(400, (await doors.SendAsync(HttpMethod.Delete, "/api/tenants/nobody?revision=2", null, ("If-Match", "\"1\""))).Status);

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
