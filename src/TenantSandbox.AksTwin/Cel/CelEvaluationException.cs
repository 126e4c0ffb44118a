namespace TenantSandbox.AksTwin.Cel;

/// <summary>An error value of CEL: the evaluation of an operand failed.</summary>
internal sealed class CelEvaluationException(string reason) : Exception(reason)
{
    public static CelEvaluationException NoSuchKey(object? key) => new($"no such key: {key}");

    public static CelEvaluationException NoSuchOverload() => new("no such overload");
}
