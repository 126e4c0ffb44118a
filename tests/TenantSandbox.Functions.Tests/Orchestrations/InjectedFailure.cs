using TenantSandbox.Core.Errors;

namespace TenantSandbox.Functions.Tests.Orchestrations;

/// <summary>Calls of one activity that fail.</summary>
/// <param name="Activity">Name of the activity.</param>
/// <param name="ErrorClass">Class of the failure; null for an exception outside the taxonomy.</param>
/// <param name="FirstCall">The first call that fails, from 1.</param>
/// <param name="Calls">Number of consecutive calls that fail.</param>
/// <param name="IsAfterCall">True if the activity does its work and fails then.</param>
/// <param name="Code">The error's code.</param>
public sealed record InjectedFailure(string Activity, ErrorClass? ErrorClass, int FirstCall = 1, int Calls = 1, bool IsAfterCall = false, string Code = "Code")
{
    private const string Message = "injected";

    // One that is retried, and one that isn't.
    private static readonly ErrorClass?[] Representatives = [Core.Errors.ErrorClass.Transient, Core.Errors.ErrorClass.Invalid];

    /// <summary>A failure of each class once; what else there is to vary with a class that is retried and one that isn't.</summary>
    public static IEnumerable<InjectedFailure> Variations(string activity, IEnumerable<ErrorClass?> classes) =>
    [
        .. classes.Select(c => new InjectedFailure(activity, c)),
        .. Representatives.SelectMany(IEnumerable<InjectedFailure> (c) =>
        [
            new(activity, c, FirstCall: 2),
            new(activity, c, IsAfterCall: true),
            new(activity, c, Calls: int.MaxValue),
        ]),
    ];

    public bool Hits(string activity, int call) => activity == Activity && call >= FirstCall && call - FirstCall < Calls;

    public Exception ToException() => ErrorClass is { } errorClass ? SandboxException.Create(errorClass, Code, Message) : new FormatException(Message);
}
