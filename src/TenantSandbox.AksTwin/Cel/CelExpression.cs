namespace TenantSandbox.AksTwin.Cel;

/// <summary>A node of a parsed expression.</summary>
/// <param name="Position">Where cel-go reports errors of the node: an operator, a dot or a parenthesis of arguments, else its first character.</param>
internal abstract record CelExpression(int Position);

/// <param name="Value">null, bool, long, double or string.</param>
internal sealed record CelLiteral(int Position, object? Value) : CelExpression(Position);

internal sealed record CelIdentifier(int Position, string Name) : CelExpression(Position);

/// <summary>A field of an operand, or with <paramref name="IsTest"/> whether it is there: <c>has(operand.field)</c>.</summary>
internal sealed record CelSelect(int Position, CelExpression Operand, string Field, bool IsTest = false) : CelExpression(Position);

/// <summary>An operator or function. Operators have cel-go's names, such as <c>_+_</c>; a member's target is the first argument.</summary>
internal sealed record CelCall(int Position, string Function, CelExpression[] Arguments, bool IsMember = false) : CelExpression(Position);

internal sealed record CelListLiteral(int Position, CelExpression[] Items) : CelExpression(Position);

internal sealed record CelMapLiteral(int Position, (CelExpression Key, CelExpression Value)[] Entries) : CelExpression(Position);

/// <summary>A macro over the items of a list or the keys of a map.</summary>
/// <param name="Macro">all, exists, exists_one, filter or map.</param>
/// <param name="Condition">The predicate; null for a map with two arguments.</param>
/// <param name="Transform">The result for each item of a map; null for other macros.</param>
internal sealed record CelComprehension(
    int Position, string Macro, CelExpression Range, string Variable, CelExpression? Condition, CelExpression? Transform)
    : CelExpression(Position);
