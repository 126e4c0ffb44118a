using System.Text;
using System.Text.Json;
using TenantSandbox.Core.Requests;
using TenantSandbox.Functions.Doors;
using TenantSandbox.Functions.Doors.Queue;
using TenantSandbox.Functions.Http;
using TenantSandbox.Functions.Tenants;

namespace TenantSandbox.Functions.Tests.Doors;

public sealed class CloudEventReaderTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 2, 9, 0, 0, TimeSpan.Zero);

    // A date with an offset and one with milliseconds: the Event Grid extension rewrites both in JSON data, and neither in data_base64.
    private const string Request = """
        {"tenantId":"acme","revision":1,"tier":"pooled","expiresAt":"2027-01-01T02:00:00+05:00",
         "workloads":[{"name":"web","image":"registry.example/web:1","cpu":"1","memory":"512Mi","env":{"SINCE":"2026-01-01T00:00:00.000Z"}}]}
        """;

    [Fact]
    public void Read_Base64Data_HasTheContentOfTheSameBareRequest()
    {
        var encoded = Convert.ToBase64String(Encoding.UTF8.GetBytes(Request));
        var read = CloudEventReader.Read(Utf8($$"""
            {"specversion":"1.0","type":"{{EventTypes.Requested(TenantRequestKind.Onboard)}}","source":"/test","id":"1","data_base64":"{{encoded}}"}
            """), Now);
        var bare = QueueMessageReader.Read($$"""{"kind":"onboard",{{Request.TrimStart()[1..]}}""", "m1", Now);

        Assert.Empty(read.Faults);
        Assert.Equal(new RequestIdentity("/test", "1", IsEvent: true), read.Identity);
        Assert.Equal(bare.Request!.ContentHash, read.Request!.ContentHash);
        Assert.Equal("2026-01-01T00:00:00.000Z", read.Spec!.Workloads[0].Env[0].Value);
    }

    [Fact]
    public void Read_FaultInTheRequest_PointsIntoData()
    {
        var read = CloudEventReader.Read(Utf8($$"""
            {"specversion":"1.0","type":"{{EventTypes.Requested(TenantRequestKind.Onboard)}}","source":"/test","id":"1","data":{} }
            """), Now);

        Assert.Null(read.Request);
        Assert.All(read.Faults, f => Assert.StartsWith("/data/", f.Pointer, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("not json")]
    [InlineData("""{"specversion":"1.0","type":"x","source":"","id":"1"}""")]
    public void Read_NoCloudEvent_IsMalformed(string text) =>
        Assert.Equal(ValidationFaultCodes.Malformed, CloudEventReader.Read(Utf8(text), Now).Faults[0].Code);

    [Theory]
    [InlineData("\"traceparent\":null,")]
    [InlineData("\"subject\":null,\"time\":null,\"dataschema\":null,\"data_base64\":null,")]
    public void Read_NullAttribute_IsUnset(string attributes)
    {
        var read = CloudEventReader.Read(Utf8($$"""{"specversion":"1.0",{{attributes}}"type":"{{EventTypes.Requested(TenantRequestKind.Onboard)}}","source":"/test","id":"1","data":{{Request}}}"""), Now);

        Assert.Empty(read.Faults);
        Assert.NotNull(read.Request);
    }

    [Theory]
    [InlineData("specversion")]
    [InlineData("source")]
    [InlineData("id")]
    [InlineData("type")]
    public void Read_NullInARequiredAttribute_IsMalformed(string name)
    {
        var text = $$"""{"specversion":"1.0","type":"{{EventTypes.Requested(TenantRequestKind.Onboard)}}","source":"/test","id":"1","data":{} }""";
        var json = System.Text.Json.Nodes.JsonNode.Parse(text)!;
        json[name] = null;

        Assert.Equal(ValidationFaultCodes.Malformed, CloudEventReader.Read(Utf8(json.ToJsonString()), Now).Faults[0].Code);
    }

    [Fact]
    public void Read_Base64DataWithByteOrderMark_IsReadWithoutIt()
    {
        Assert.Empty(Base64Data("\ufeff" + Request).Faults);
        Assert.Equal(ValidationFaultCodes.Malformed, Base64Data("\ufeff\ufeff" + Request).Faults[0].Code);

        static IncomingRequest Base64Data(string data) => CloudEventReader.Read(Utf8($$"""
            {"specversion":"1.0","type":"{{EventTypes.Requested(TenantRequestKind.Onboard)}}","source":"/test","id":"1","data_base64":"{{Convert.ToBase64String(Encoding.UTF8.GetBytes(data))}}"}
            """), Now);
    }

    [Theory]
    [InlineData(TenantRequestKind.Suspend, "")]
    [InlineData(TenantRequestKind.Resume, ",\"revision\":2")]
    [InlineData(TenantRequestKind.Renew, ",\"timeToLive\":\"P1D\"")]
    [InlineData(TenantRequestKind.Offboard, "")]
    public void Read_RequestWithoutSpec_IsTheSameAsEventAndBareMessage(TenantRequestKind kind, string more)
    {
        var text = $$"""{"specversion":"1.0","type":"{{EventTypes.Requested(kind)}}","source":"/test","id":"1","data":{"tenantId":"acme"{{more}}} }""";
        var fromEvent = CloudEventReader.Read(Utf8(text), Now);
        var bare = QueueMessageReader.Read($$"""{"kind":"{{kind.ToWireName()}}","tenantId":"acme"{{more}}}""", "m1", Now);

        Assert.Empty(fromEvent.Faults);
        Assert.Equal((kind, "acme"), (fromEvent.Request!.Kind, fromEvent.Request.TenantId));
        Assert.Equal(fromEvent.Request, bare.Request);
    }

    [Theory]
    [InlineData("{0}")]
    [InlineData("[{0}]")]
    public void Read_EventGridSchema_NamesTheSettingOfTheSubscription(string format)
    {
        const string Event = """{"id":"1","topic":"/subscriptions/x","subject":"s","eventType":"t","eventTime":"2027-01-01T00:00:00Z","data":{"secret":1},"dataVersion":"1","metadataVersion":"1"}""";
        var text = format.Replace("{0}", Event, StringComparison.Ordinal);
        var fromEvent = CloudEventReader.Read(Utf8(text), Now);
        var fromQueue = QueueMessageReader.Read(Convert.ToBase64String(Encoding.UTF8.GetBytes(text)), "m1", Now);

        Assert.Equal(fromEvent.Faults, fromQueue.Faults);
        Assert.Equal(ValidationFaultCodes.NotSupported, Assert.Single(fromEvent.Faults).Code);
        Assert.Contains("cloudeventschemav1_0", fromEvent.Faults[0].Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("id", 1024, true)]
    [InlineData("id", 1025, false)]
    [InlineData("source", 1024, true)]
    [InlineData("source", 1025, false)]
    public void Read_LongAttribute_IsRefusedBeforeItEntersAHistory(string attribute, int length, bool isValid)
    {
        var text = $$"""{"specversion":"1.0","type":"{{EventTypes.Requested(TenantRequestKind.Offboard)}}","source":"/test","id":"1","data":{"tenantId":"acme"} }""";
        var read = CloudEventReader.Read(
            Utf8(text.Replace(attribute == "id" ? "\"id\":\"1" : "\"source\":\"/test", $"\"{attribute}\":\"{new string('x', length)}", StringComparison.Ordinal)), Now);

        Assert.Equal(isValid ? [] : [$"/{attribute} range"], read.Faults.Select(x => $"{x.Pointer} {x.Code}"));
        Assert.Equal(isValid, read.Request is not null);
    }

    [Fact]
    public void Read_LargestEvent_EntersHistoriesWithLessThan16KB()
    {
        var environment = string.Join(',', Enumerable.Range(0, 50).Select(i => $"\"V{i}\":\"{new string('x', 230)}\""));
        var workloads = string.Join(',', Enumerable.Range(10, 20).Select(i =>
            $$"""{"name":"{{new string('w', 38)}}{{i}}","image":"x","replicas":50,"cpu":"64","memory":"512Gi","env":{ {{environment}} } }"""));
        var attribute = string.Concat(Enumerable.Repeat("\\u0001", 1024));
        var read = CloudEventReader.Read(
            Utf8($$"""
                {"specversion":"1.0","type":"{{EventTypes.Requested(TenantRequestKind.Onboard)}}","source":"{{attribute}}","id":"{{attribute}}",
                 "data":{"tenantId":"{{new string('t', 40)}}","revision":9007199254740991,"tier":"dedicated","cluster":"{{new string('c', 63)}}","workloads":[{{workloads}}]} }
                """),
            Now);

        Assert.Empty(read.Faults);
        Assert.True(SpecJson.Write(read.Spec!).Length > 200_000);
        Assert.InRange(JsonSerializer.SerializeToUtf8Bytes(new SubmitInput(read.Identity!, read.Request!, Now)).Length, 1, 16 * 1024);
    }

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
}
