namespace TenantSandbox.Local.Hosting.Http;

/// <summary>A part of the path that isn't of its parameter's type. The message is meant for the caller.</summary>
internal sealed class RouteValueException(string message, Exception inner) : Exception(message, inner);
