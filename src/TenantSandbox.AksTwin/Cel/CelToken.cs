namespace TenantSandbox.AksTwin.Cel;

internal enum CelTokenKind { Identifier, Literal, Symbol, End }

/// <summary>A token of an expression.</summary>
/// <param name="Text">The identifier or symbol; for other tokens as written.</param>
/// <param name="Value">Of a literal: string, long or double.</param>
/// <param name="Position">Index of its first character in the source.</param>
internal readonly record struct CelToken(CelTokenKind Kind, string Text, object? Value, int Position)
{
    public bool Is(string symbol) => Kind == CelTokenKind.Symbol && Text == symbol;
}
