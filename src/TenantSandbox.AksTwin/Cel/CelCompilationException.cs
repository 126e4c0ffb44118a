namespace TenantSandbox.AksTwin.Cel;

/// <summary>An expression that can't be compiled. The message has the form of cel-go's: position, reason, and the line with a caret.</summary>
internal sealed class CelCompilationException(string source, int position, string reason) : Exception(Describe(source, position, reason))
{
    private static string Describe(string source, int position, string reason)
    {
        var start = position == 0 ? 0 : source.LastIndexOf('\n', position - 1) + 1;
        var end = source.IndexOf('\n', position);
        var (row, column) = (source.AsSpan(0, start).Count('\n') + 1, position - start);
        var line = source[start..(end < 0 ? source.Length : end)];
        return $"ERROR: <input>:{row}:{column + 1}: {reason}\n | {line}\n | {new string('.', column)}^";
    }
}
