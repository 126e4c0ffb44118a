namespace TenantSandbox.Local.Engine;

/// <summary>The engine's database can't be used; the message says which file, why, and what to do. The file is left as it was.</summary>
public sealed class EngineDatabaseException(string message, Exception? innerException = null) : Exception(message, innerException);
