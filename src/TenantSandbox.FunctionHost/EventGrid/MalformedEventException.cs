namespace TenantSandbox.Hosting.EventGrid;

/// <summary>A delivery that isn't an event. The message is meant for the sender.</summary>
internal sealed class MalformedEventException(string message, Exception? inner = null) : Exception(message, inner);
