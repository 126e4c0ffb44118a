namespace TenantSandbox.Core.Isolation.Verification;

/// <summary>What was read, with the time; or why it couldn't be.</summary>
/// <typeparam name="T">What is read.</typeparam>
/// <param name="Value">What was read; null when it could not be seen, which fails every check that needs it.</param>
/// <param name="At">When it was read, in UTC.</param>
/// <param name="Failure">Why it could not be seen; null when it was.</param>
public sealed record Seen<T>(T? Value, DateTimeOffset At, string? Failure = null)
    where T : class;
