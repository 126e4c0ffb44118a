using Microsoft.Azure.Functions.Worker.Converters;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;
using Microsoft.Azure.Functions.Worker.Extensions.EventGrid.TypeConverters;

// The SDK reads this attribute of every extension that a function uses. It puts the named package, which is the host's side of
// the trigger, into .azurefunctions and extensions.json. Without it the host knows no eventGridTrigger.
[assembly: ExtensionInformation("Microsoft.Azure.WebJobs.Extensions.EventGrid", "3.3.0")]

namespace Microsoft.Azure.Functions.Worker;

/// <summary>
/// Runs a function for each event, or for each batch of events, that Event Grid delivers. Parameters may be of type CloudEvent,
/// EventGridEvent, BinaryData or string, or arrays of these; other types are read from the event's JSON.
/// </summary>
[InputConverter(typeof(EventGridInputConverter))]
[ConverterFallbackBehavior(ConverterFallbackBehavior.Default)]
public sealed class EventGridTriggerAttribute : TriggerBindingAttribute
{
    /// <summary>Whether one invocation takes all events of a delivery. The binding's cardinality is then Many, else One.</summary>
    [DefaultValue(false)]
    public bool IsBatched { get; set; }
}
