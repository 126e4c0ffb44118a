namespace TenantSandbox.Core.Placement;

/// <summary>An agent pool to make or to delete now.</summary>
/// <param name="Pool">The pool.</param>
/// <param name="IsDeletion">True to delete it.</param>
/// <param name="NotBefore">When to write at the earliest.</param>
/// <param name="InstanceId">The instance id that the work's orchestration gets; never used twice.</param>
public sealed record PoolWork(PoolRef Pool, bool IsDeletion, DateTimeOffset NotBefore, string InstanceId);
