using System.Text.Json;
using Azure.Messaging;
using Azure.Messaging.EventGrid;
using Microsoft.Azure.Functions.Worker.Converters;

namespace TenantSandbox.EventGridExtension.Tests;

public sealed class ConversionTests
{
    private const string Cloud = """{"specversion":"1.0","id":"a","source":"/upstream","type":"t","time":"2026-01-02T03:04:05Z","data":{"x": 1.0}}""";
    private const string Classic = """{"id":"b","topic":"/topics/t","subject":"s","eventType":"t","eventTime":"2026-01-02T03:04:05Z","dataVersion":"1","data":{"y":2}}""";

    [Fact]
    public async Task ConvertAsync_CloudEvent_HasAttributesAndData()
    {
        var read = await SuccessAsync<CloudEvent>(Cloud);

        Assert.Equal(("a", "/upstream", "t"), (read.Id, read.Source, read.Type));
        Assert.Equal(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), read.Time);
        Assert.Equal(1.0, read.Data!.ToObjectFromJson<JsonElement>().GetProperty("x").GetDouble());
    }

    [Fact]
    public async Task ConvertAsync_EventGridEvent_HasAttributesAndData()
    {
        var read = await SuccessAsync<EventGridEvent>(Classic);

        Assert.Equal(("b", "/topics/t", "s", "t", "1"), (read.Id, read.Topic, read.Subject, read.EventType, read.DataVersion));
        Assert.Equal("""{"y":2}""", read.Data.ToString());
    }

    [Fact]
    public async Task ConvertAsync_Batches_KeepTheOrder()
    {
        Assert.Equal(["a", "z"], (await SuccessAsync<CloudEvent[]>($"[{Cloud},{Cloud.Replace("\"a\"", "\"z\"", StringComparison.Ordinal)}]")).Select(e => e.Id));
        Assert.Equal(["b", "z"], (await SuccessAsync<EventGridEvent[]>($"[{Classic},{Classic.Replace("\"b\"", "\"z\"", StringComparison.Ordinal)}]")).Select(e => e.Id));
        Assert.Empty(await SuccessAsync<CloudEvent[]>("[]"));
    }

    [Fact]
    public async Task ConvertAsync_Texts_AreAsReceived()
    {
        Assert.Equal(Cloud, (await SuccessAsync<BinaryData>(Cloud)).ToString());
        Assert.Equal([Cloud, Classic], (await SuccessAsync<BinaryData[]>($"[{Cloud}, {Classic}]")).Select(data => data.ToString()));
        Assert.Equal([Cloud, Classic], await SuccessAsync<string[]>($"[ {Cloud},{Classic} ]"));
    }

    [Fact]
    public async Task ConvertAsync_ElementsThatAreNoObjects_BecomeTheirText() =>
        Assert.Equal(["plain \"text\"", "12.50", "[1]", ""], await SuccessAsync<string[]>("""["plain \"text\"",12.50,[1],""]"""));

    [Theory]
    [InlineData(typeof(CloudEvent), "no JSON")]
    [InlineData(typeof(CloudEvent), "null")]
    [InlineData(typeof(CloudEvent), """{"id":"a"}""")]
    [InlineData(typeof(CloudEvent[]), Cloud)]
    [InlineData(typeof(CloudEvent[]), "null")]
    [InlineData(typeof(EventGridEvent), "[]")]
    [InlineData(typeof(EventGridEvent[]), "null")]
    [InlineData(typeof(BinaryData[]), Cloud)]
    [InlineData(typeof(string[]), Cloud)]
    [InlineData(typeof(string[]), "null")]
    [InlineData(typeof(string[]), "[null]")]
    [InlineData(typeof(string[]), "no JSON")]
    public async Task ConvertAsync_OtherText_FailsWithItsCause(Type targetType, string text)
    {
        var result = await Conversion.ConvertAsync(targetType, text);

        Assert.Equal(ConversionStatus.Failed, result.Status);
        Assert.NotEmpty(result.Error!.Message);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(12)]
    public async Task ConvertAsync_SourceIsNoText_Fails(object? source) =>
        Assert.IsType<InvalidOperationException>((await Conversion.ConvertAsync(typeof(CloudEvent), source)).Error);

    private static async Task<T> SuccessAsync<T>(string source)
    {
        var result = await Conversion.ConvertAsync(typeof(T), source);
        Assert.True(result.Status == ConversionStatus.Succeeded, result.Error?.ToString());
        return Assert.IsType<T>(result.Value);
    }
}
