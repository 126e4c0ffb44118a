namespace TenantSandbox.DurableTask.Sqlite;

/// <summary>The database can't be used. The message says which file, why, and what to do.</summary>
public sealed class OrchestrationStoreException(string message, Exception? innerException = null) : Exception(message, innerException);
