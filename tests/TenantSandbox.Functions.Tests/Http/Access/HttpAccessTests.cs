using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Options;
using TenantSandbox.Functions.Http.Access;

namespace TenantSandbox.Functions.Tests.Http.Access;

public sealed partial class HttpAccessTests
{
    private const string ObjectId = "aaaaaaaa-0000-0000-0000-000000000001";
    private const string ObjectIdClaim = "http://schemas.microsoft.com/identity/claims/objectidentifier";

    /// <summary>What Reader, Submitter, Operator and Administrator get, in that order; everyone else gets 401 without a principal and 403 without a role.</summary>
    private static readonly Dictionary<string, string> Table = new()
    {
        ["DeleteTenant"] = "403 run run run",
        ["ExplainTenant"] = "run run run run",
        ["GetIsolationReport"] = "run run run run",
        ["GetMaintenance"] = "run run run run",
        ["GetOperation"] = "run run run run",
        ["GetReportKeys"] = "run run run run",
        ["GetTenant"] = "run run run run",
        ["GetTenantHistory"] = "run run run run",
        ["GetTenantWorkloads"] = "run run run run",
        ["GetWorkloadLogs"] = "403 403 run run",
        ["ListIsolationReports"] = "run run run run",
        ["ListTenants"] = "run run run run",
        ["PostOperationVerb"] = "403 403 run run",
        ["PostTenant"] = "403 run run run",
        ["PostTenantVerb"] = "403 403 run run",
        ["PutTenant"] = "403 run run run",
        ["RebuildState"] = "403 403 403 run",
        ["RunMaintenance"] = "403 403 run run",
    };

    private readonly FakeLogCollector _logs = new();

    [Fact]
    public void Refuse_EveryFunctionWithEveryRole_AnswersAsTheTable()
    {
        var access = Access(new EntraCallers());

        Assert.Equal(HttpFunctions.Names.Order(StringComparer.Ordinal), Table.Keys.Append("GetHealth").Order(StringComparer.Ordinal));
        Assert.All(Table, row =>
        {
            Assert.Equal(row.Value, string.Join(' ', Enum.GetNames<CallerRole>().Select(role => Answer(access, row.Key, Principal(role)))));
            Assert.Equal("401", Answer(access, row.Key, header: null));
            Assert.Equal("403", Answer(access, row.Key, Principal()));
        });
        Assert.Equal("run", Answer(access, "GetHealth", header: null));
    }

    [Fact]
    public void Refuse_FunctionWithoutARole_RefusesEvenAdministrators()
    {
        Assert.Equal("403", Answer(Access(new EntraCallers()), "PostSomethingNew", Principal("Administrator")));
        Assert.Equal("403", Answer(Access(new KeyCallers()), "PostSomethingNew", header: null));
    }

    [Fact]
    public void Required_Functions_AreTheHttpFunctionsOfTheApp() =>
        Assert.Equal(HttpFunctions.Names.Order(StringComparer.Ordinal), FunctionRoles.Required.Keys.Order(StringComparer.Ordinal));

    [Fact]
    public void Document_LeastRoles_AreThoseOfTheApp()
    {
        var rows = DocumentRow().Matches(SourceTree.Read("docs/http-api.md"))
            .ToDictionary(m => m.Groups["function"].Value, m => Enum.TryParse<CallerRole>(m.Groups["role"].Value, out var role) ? role : (CallerRole?)null);

        Assert.Equal(FunctionRoles.Required.OrderBy(r => r.Key, StringComparer.Ordinal), rows.OrderBy(r => r.Key, StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("not base64!")]
    [InlineData("bm90IGpzb24=")] // not json
    [InlineData("bnVsbA==")] // null
    [InlineData("W10=")] // []
    [InlineData("eyJhdXRoX3R5cCI6ImFhZCJ9")] // {"auth_typ":"aad"}
    public void Refuse_HeaderThatIsNoPrincipal_Answers401(string header) => Assert.Equal("401", Answer(Access(new EntraCallers()), "GetTenant", header));

    [Theory]
    [InlineData("administrator")]
    [InlineData("4")]
    [InlineData("Reader, Administrator")]
    [InlineData("Owner")]
    public void Refuse_ValueThatIsNoRole_Answers403(string role) => Assert.Equal("403", Answer(Access(new EntraCallers()), "GetTenant", Principal(role)));

    [Fact]
    public void Refuse_PrincipalOfAnotherProvider_Answers401() =>
        Assert.Equal("401", Answer(Access(new EntraCallers()), "GetTenant", Encode("github", (ObjectIdClaim, ObjectId), ("roles", "Administrator"))));

    [Fact]
    public void ActorOf_Principal_IsThePrincipalNotWhomTheBodyStates()
    {
        var request = Request(Principal("Operator"));

        Assert.Null(Access(new EntraCallers()).Refuse("PostTenantVerb", request));
        Assert.Equal($"jo@example.com ({ObjectId})", Caller.ActorOf(request, "someone else"));
    }

    [Fact]
    public void ActorOf_ForgedHeaderWithKeys_IsWhomTheBodyStates()
    {
        var request = Request(Principal("Administrator"));
        request.Headers["x-functions-key"] = "secret-of-the-function";

        Assert.Null(Access(new KeyCallers()).Refuse("PostTenantVerb", request));
        Assert.Equal("stated", Caller.ActorOf(request, "stated"));
        Assert.DoesNotContain(ObjectId, Caller.Of(request)!.Id, StringComparison.Ordinal);
    }

    [Fact]
    public void Refuse_MoreRequestsThanTheLimit_Answers429ToThatCallerOnly()
    {
        var access = Access(new EntraCallers(), new HttpOptions { RequestsPerMinute = 2 });
        var answers = Enumerable.Range(0, 3).Select(_ => Answer(access, "GetTenant", Principal("Reader"))).ToArray();
        var last = Request(Principal("Reader"));

        Assert.Equal("run run 429", string.Join(' ', answers));
        Assert.Equal(429, Status(access.Refuse("GetTenant", last)));
        Assert.InRange(int.Parse(last.HttpContext.Response.Headers.RetryAfter.ToString(), null), 1, 60);
        Assert.Equal("run", Answer(access, "GetTenant", Encode("aad", (ObjectIdClaim, "another"), ("roles", "Reader"))));
        Assert.Equal("run", Answer(access, "GetHealth", header: null));
    }

    [Fact]
    public void Refuse_BodyAboveTheLimit_Answers413()
    {
        var request = Request(Principal("Submitter"));
        request.ContentLength = 2049;

        Assert.Equal(413, Status(Access(new EntraCallers(), new HttpOptions { MaxRequestBytes = 2048 }).Refuse("PostTenant", request)));
    }

    [Fact]
    public void Audit_Write_RecordsWhoWhatTargetAndOutcome()
    {
        var access = Access(new EntraCallers());
        var (admitted, refused, read) = (Request(Principal("Submitter")), Request(Principal("Reader")), Request(Principal("Reader")));
        read.Method = "GET";
        AuditedTenant.Set(admitted, "acme");
        access.Refuse("PostTenant", admitted);
        access.Refuse("DeleteTenant", refused);

        access.Audit("PostTenant", admitted, null, isAdmitted: true, 202);
        access.Audit("DeleteTenant", refused, "acme", isAdmitted: false, 403);
        access.Audit("GetTenant", read, "acme", isAdmitted: true, 200);

        Assert.Equal(
            [
                $"Audit: {ObjectId} (jo@example.com) POST PostTenant on acme: admitted, answered 202",
                $"Audit: {ObjectId} (jo@example.com) POST DeleteTenant on acme: refused, answered 403",
            ],
            _logs.GetSnapshot().Select(r => r.Message));
        Assert.All(_logs.GetSnapshot(), r => Assert.Contains(r.Scopes.OfType<Dictionary<string, object>>(), s => (string)s["CallerId"] == ObjectId));
    }

    [Fact]
    public void Audit_CallerWithAKey_DoesNotHoldTheKey()
    {
        var access = Access(new KeyCallers());
        var request = Request(null);
        request.Headers["x-functions-key"] = "secret-of-the-function";
        access.Refuse("DeleteTenant", request);

        access.Audit("DeleteTenant", request, "acme", isAdmitted: true, 202);

        Assert.Matches("^Audit: key [0-9a-f]{12} ", Assert.Single(_logs.GetSnapshot()).Message);
    }

    private HttpAccess Access(ICallers callers, HttpOptions? options = null)
    {
        var settings = Options.Create(options ?? new HttpOptions());
        using var factory = LoggerFactory.Create(l => l.AddProvider(new FakeLoggerProvider(_logs)));
        return new HttpAccess(callers, new CallerLimits(settings), settings, factory.CreateLogger<HttpAccess>());
    }

    private static string Answer(HttpAccess access, string function, string? header) => access.Refuse(function, Request(header)) is { } problem ? $"{Status(problem)}" : "run";

    private static int? Status(IResult? result) => (result as IStatusCodeHttpResult)?.StatusCode;

    private static HttpRequest Request(string? header)
    {
        var request = new DefaultHttpContext().Request;
        request.Method = "POST";
        if (header is not null)
        {
            request.Headers[EntraCallers.Header] = header;
        }

        return request;
    }

    private static string Principal(params string[] roles) =>
        Encode("aad", [(ObjectIdClaim, ObjectId), ("preferred_username", "jo@example.com"), .. roles.Select(r => ("roles", r))]);

    // learn.microsoft.com/azure/app-service/configure-authentication-user-identities: "Decoding the client principal header".
    private static string Encode(string provider, params (string Type, string Value)[] claims) => Convert.ToBase64String(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(new
    {
        auth_typ = provider,
        claims = claims.Select(c => new { typ = c.Type, val = c.Value }),
        name_typ = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name",
        role_typ = "http://schemas.microsoft.com/ws/2008/06/identity/claims/role",
    })));

    [GeneratedRegex(@"^\| `(?<function>\w+)` \| `[A-Z]+ /[^`]+` \| (?<role>[^|]+) \|$", RegexOptions.Multiline)]
    private static partial Regex DocumentRow();
}
