using System.Text.Json;
using TenantSandbox.Hosting.EventGrid;

namespace TenantSandbox.Hosting.Tests.EventGrid;

/// <summary>Changes the process's time zone, so nothing else runs meanwhile.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class TimeZoneCollection
{
    public const string Name = "time zone";
}

[Collection(TimeZoneCollection.Name)]
public sealed class DeliveredEventsTests
{
    /// <summary>
    /// What the package Microsoft.Azure.WebJobs.Extensions.EventGrid 3.3.0 gave a function for each notification, observed in a
    /// process in UTC with the parameter type that the Functions host uses (JObject, written in one line). No arrival: it threw.
    /// </summary>
    private static readonly ObservedEvent[] Observed = JsonSerializer.Deserialize<ObservedEvent[]>(
        File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "EventGrid", "observed-events.json")), JsonSerializerOptions.Web)!;

    [Theory]
    [InlineData("UTC")]
    [InlineData("Asia/Kolkata")]
    [InlineData("America/New_York")]
    public void Write_EveryObservedEvent_GivesTheSameBytesInEveryTimeZone(string timeZone)
    {
        var before = Environment.GetEnvironmentVariable("TZ");
        try
        {
            SetTimeZone(timeZone);
            var differences = Observed.Where(one => Arrival(one.Sent) != one.Arrives).Select(one => $"{one.Sent}\n  {Arrival(one.Sent)}\n  {one.Arrives}");
            Assert.True(!differences.Any(), string.Join("\n", differences));
        }
        finally
        {
            SetTimeZone(before);
        }
    }

    [Fact]
    public void Observed_Events_CoverChangesAndRefusals()
    {
        Assert.True(Observed.Length > 100);
        Assert.Contains(Observed, one => one.Arrives is null);
        Assert.Contains(Observed, one => one.Sent != one.Arrives && one.Sent.Contains("+05:00"));
    }

    [Fact]
    public void Arrival_OfDataBase64_IsUnchanged()
    {
        const string text = """{"specversion":"1.0","id":"1","source":"/s","type":"t","data_base64":"eyJlbnYiOiIyMDI2LTAxLTAxVDAyOjAwOjAwKzA1OjAwIn0="}""";

        Assert.Equal(text, Arrival(text));
    }

    private static string? Arrival(string sent)
    {
        try
        {
            return DeliveredEvents.Write(Assert.Single(DeliveredEvents.Of(DeliveredEvents.Parse(sent))));
        }
        catch (MalformedEventException)
        {
            return null;
        }
    }

    private static void SetTimeZone(string? name)
    {
        Environment.SetEnvironmentVariable("TZ", name);
        TimeZoneInfo.ClearCachedData();
    }

    private sealed record ObservedEvent(string Sent, string? Arrives);
}
