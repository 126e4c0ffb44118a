using System.Collections;
using System.Reflection;
using System.Runtime.CompilerServices;
using DurableTask.Core;
using DurableTask.Core.History;
using DurableTask.Core.Tracing;
using Newtonsoft.Json;
using TenantSandbox.DurableTask.Sqlite.Serialization;

namespace TenantSandbox.DurableTask.Sqlite.Tests.Store;

public sealed class StoreSerializerTests
{
    // DurableTask.Core's own rules, as the official providers use them, are what is compared.
    private static readonly JsonSerializerSettings Official = new() { TypeNameHandling = TypeNameHandling.Objects, Formatting = Formatting.Indented };

    public static TheoryData<string> EventTypes => new(HistoryEvent.KnownTypes().Select(type => type.Name));

    [Theory]
    [MemberData(nameof(EventTypes))]
    public void RoundTrip_EveryMemberSet_GivesAnEqualEvent(string typeName)
    {
        var original = (HistoryEvent)Filled(HistoryEvent.KnownTypes().Single(type => type.Name == typeName), depth: 0)!;

        var copy = Assert.Single(RoundTrip([original]));

        Assert.Equal(Json(original), Json(copy));
    }

    [Theory]
    [MemberData(nameof(EventTypes))]
    public void RoundTrip_NoMemberSet_GivesAnEqualEvent(string typeName)
    {
        var original = (HistoryEvent)RuntimeHelpers.GetUninitializedObject(HistoryEvent.KnownTypes().Single(type => type.Name == typeName));

        var copy = Assert.Single(RoundTrip([original]));

        Assert.Equal(Json(original), Json(copy));
    }

    [Fact]
    public void RoundTrip_SeveralEvents_KeepsTheOrder()
    {
        HistoryEvent[] events = [new OrchestratorStartedEvent(-1), new TaskCompletedEvent(-1, 3, "x"), new OrchestratorCompletedEvent(-1)];

        Assert.Equal(events.Select(e => e.EventType), RoundTrip(events).Select(e => e.EventType));
    }

    [Fact]
    public void RoundTrip_UnusualText_IsKept()
    {
        const string Text = "\0\u001f\"\\/<>&'+ \u2028 \ud83d\ude80 {\"a\":\"\\ud800\"}";

        Assert.Equal(Text, ((EventRaisedEvent)RoundTrip([new EventRaisedEvent(-1, Text)])[0]).Input);
    }

    [Fact]
    public void RoundTrip_FailureProperties_AreKeptAsJsonTypes()
    {
        var properties = new Dictionary<string, object?> { ["text"] = "t", ["whole"] = 5, ["half"] = 0.5, ["yes"] = true, ["none"] = null, ["list"] = new[] { 1, 2 } };
        var details = new FailureDetails("Type", "message", "stack", new FailureDetails("Inner", "inner", null, null, false), true, properties);

        var copy = ((TaskFailedEvent)RoundTrip([new TaskFailedEvent(-1, 1, "reason", null, details)])[0]).FailureDetails!;

        Assert.Equal(("Type", "message", "stack", "Inner", true), (copy.ErrorType, copy.ErrorMessage, copy.StackTrace, copy.InnerFailure!.ErrorType, copy.IsNonRetriable));
        Assert.Equal("""{"text":"t","whole":5,"half":0.5,"yes":true,"none":null,"list":[1,2]}""", JsonConvert.SerializeObject(copy.Properties));
    }

    [Fact]
    public void RoundTrip_Message_KeepsTargetAndContext()
    {
        var context = (OrchestrationExecutionContext)Filled(typeof(OrchestrationExecutionContext), depth: 0)!;
        var message = new TaskMessage
        {
            OrchestrationInstance = new OrchestrationInstance { InstanceId = "i", ExecutionId = "e" },
            OrchestrationExecutionContext = context,
            Event = new TaskScheduledEvent(4, "name", "version", "input"),
        };

        var copy = StoreSerializer.DeserializeMessage("i", StoreSerializer.SerializeMessage(message));

        Assert.Equal(JsonConvert.SerializeObject(message, Official), JsonConvert.SerializeObject(copy, Official));
    }

    private static List<HistoryEvent> RoundTrip(IReadOnlyList<HistoryEvent> events)
    {
        List<HistoryEvent> copy = [];
        StoreSerializer.DeserializeEvents(StoreSerializer.SerializeEvents(events), copy);
        return copy;
    }

    private static string Json(HistoryEvent historyEvent) => JsonConvert.SerializeObject(historyEvent, Official);

    /// <summary>An object whose settable fields and properties all have a value that isn't their type's default.</summary>
    private static object? Filled(Type type, int depth)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(string))
        {
            return $"text{depth}";
        }

        if (type == typeof(FailureDetails))
        {
            return new FailureDetails("Type", "message", "stack", depth > 2 ? null : (FailureDetails)Filled(type, depth + 3)!, true);
        }

        if (type == typeof(DateTime))
        {
            return new DateTime(2031, 2, 3, 4, 5, 6, DateTimeKind.Utc).AddTicks(1234567);
        }

        if (type == typeof(DateTimeOffset))
        {
            return new DateTimeOffset(2031, 2, 3, 4, 5, 6, TimeSpan.FromHours(2));
        }

        if (type.IsEnum || type.IsPrimitive)
        {
            return type == typeof(bool) ? true : type.IsEnum ? Enum.ToObject(type, 1) : Convert.ChangeType(7, type, System.Globalization.CultureInfo.InvariantCulture);
        }

        if (typeof(IEnumerable).IsAssignableFrom(type))
        {
            return new Dictionary<string, string> { ["key"] = "value" };
        }

        if (type.Assembly != typeof(HistoryEvent).Assembly)
        {
            return null;
        }

        var filled = RuntimeHelpers.GetUninitializedObject(type);
        for (var current = type; current != typeof(object); current = current!.BaseType!)
        {
            foreach (var field in current.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            {
                field.SetValue(filled, Filled(field.FieldType, depth + 1));
            }
        }

        return filled;
    }
}
