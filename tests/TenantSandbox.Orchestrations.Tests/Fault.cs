using TenantSandbox.Core.Errors;

namespace TenantSandbox.Orchestrations.Tests;

/// <summary>How calls of one activity go wrong.</summary>
/// <param name="Activity">Its name.</param>
/// <param name="ErrorClass">The failure's class; null for an exception outside of the taxonomy.</param>
/// <param name="FirstCall">The first call that fails, from 1.</param>
/// <param name="Calls">How many calls fail in a row.</param>
/// <param name="AnswerLost">True when the call does its work and then fails.</param>
public sealed record Fault(string Activity, ErrorClass? ErrorClass, int FirstCall = 1, int Calls = 1, bool AnswerLost = false)
{
    public bool Hits(string activity, int call) => activity == Activity && call >= FirstCall && call - FirstCall < Calls;

    public Exception ToException() => ErrorClass switch
    {
        Core.Errors.ErrorClass.Throttled => new ThrottledException("Code", "told to fail"),
        Core.Errors.ErrorClass.Conflict => new ConflictException("Code", "told to fail"),
        Core.Errors.ErrorClass.Transient => new TransientException("Code", "told to fail"),
        Core.Errors.ErrorClass.Capacity => new CapacityException("Code", "told to fail"),
        Core.Errors.ErrorClass.Quota => new QuotaException("Code", "told to fail"),
        Core.Errors.ErrorClass.Invalid => new InvalidException("Code", "told to fail"),
        Core.Errors.ErrorClass.NotFound => new NotFoundException("Code", "told to fail"),
        _ => new FormatException("told to fail"),
    };
}
