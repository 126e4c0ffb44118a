namespace TenantSandbox.AksTwin.Cel;

/// <summary>Expands CEL's macros; other calls stay calls.</summary>
internal static class CelMacros
{
    /// <param name="target">The object before the dot; null for a global call.</param>
    public static CelExpression Expand(string source, int position, string name, CelExpression? target, CelExpression[] arguments)
    {
        if (target is null)
        {
            return (name, arguments) switch
            {
                ("has", [CelSelect { IsTest: false } select]) => select with { Position = position, IsTest = true },
                ("has", [_]) => throw new CelCompilationException(source, position, "invalid argument to has() macro"),
                _ => new CelCall(position, name, arguments),
            };
        }

        return (name, arguments) switch
        {
            ("all" or "exists" or "exists_one" or "filter", [_, var condition]) =>
                new CelComprehension(position, name, target, VariableOf(source, arguments), condition, null),
            ("map", [_, var transform]) => new CelComprehension(position, name, target, VariableOf(source, arguments), null, transform),
            ("map", [_, var condition, var transform]) =>
                new CelComprehension(position, name, target, VariableOf(source, arguments), condition, transform),
            _ => new CelCall(position, name, [target, .. arguments], IsMember: true),
        };
    }

    private static string VariableOf(string source, CelExpression[] arguments) => arguments[0] is CelIdentifier variable
        ? variable.Name : throw new CelCompilationException(source, arguments[0].Position, "argument must be a simple name");
}
