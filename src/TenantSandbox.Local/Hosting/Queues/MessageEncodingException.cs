namespace TenantSandbox.Local.Hosting.Queues;

/// <summary>A message that isn't encoded as host.json says; no later try can change that.</summary>
internal sealed class MessageEncodingException(FormatException inner) : Exception("The message's text isn't base64.", inner);
