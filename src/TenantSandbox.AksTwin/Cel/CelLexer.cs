namespace TenantSandbox.AksTwin.Cel;

/// <summary>Splits an expression into tokens. Literals of bytes and unsigned integers aren't understood.</summary>
internal sealed class CelLexer(string source)
{
    /// <summary>Longer ones first, so that <c>==</c> isn't read as two symbols.</summary>
    private static readonly string[] Symbols =
    [
        "&&", "||", "==", "!=", "<=", ">=", "<", ">", "!", "+", "-", "*", "/", "%", "?", ":", ".", ",", "(", ")", "[", "]", "{", "}",
    ];

    private int _position;

    /// <exception cref="CelCompilationException">A character or literal isn't understood.</exception>
    public static List<CelToken> Read(string source)
    {
        var (lexer, tokens) = (new CelLexer(source), new List<CelToken>());
        do
        {
            tokens.Add(lexer.Next());
        }
        while (tokens[^1].Kind != CelTokenKind.End);

        return tokens;
    }

    private char Peek(int ahead = 0) => _position + ahead < source.Length ? source[_position + ahead] : '\0';

    private CelToken Next()
    {
        SkipSpaceAndComments();
        var (start, first) = (_position, Peek());
        if (start == source.Length)
        {
            return new(CelTokenKind.End, "<EOF>", null, start);
        }

        if (first is '"' or '\'')
        {
            return Literal(start, CelStrings.Read(source, ref _position, isRaw: false));
        }

        if (first is 'r' or 'R' && Peek(1) is '"' or '\'')
        {
            _position++;
            return Literal(start, CelStrings.Read(source, ref _position, isRaw: true));
        }

        if (first is 'b' or 'B' && Peek(1) is '"' or '\'')
        {
            throw new CelCompilationException(source, start, "literals of bytes are not supported");
        }

        if (char.IsAsciiDigit(first) || (first == '.' && char.IsAsciiDigit(Peek(1))))
        {
            return Literal(start, ReadNumber());
        }

        if (IsWord(first))
        {
            while (IsWord(Peek()))
            {
                _position++;
            }

            return new(CelTokenKind.Identifier, source[start.._position], null, start);
        }

        var symbol = Array.Find(Symbols, s => string.CompareOrdinal(source, start, s, 0, s.Length) == 0)
            ?? throw new CelCompilationException(source, start, $"Syntax error: token recognition error at: '{first}'");
        _position += symbol.Length;
        return new(CelTokenKind.Symbol, symbol, null, start);
    }

    private CelToken Literal(int start, object value) => new(CelTokenKind.Literal, source[start.._position], value, start);

    private void SkipSpaceAndComments()
    {
        while (Peek() is ' ' or '\t' or '\r' or '\n' or '\f' || (Peek() == '/' && Peek(1) == '/'))
        {
            if (Peek() == '/')
            {
                var end = source.IndexOf('\n', _position);
                _position = end < 0 ? source.Length : end;
            }
            else
            {
                _position++;
            }
        }
    }

    private object ReadNumber()
    {
        var start = _position;
        var isHex = Peek() == '0' && Peek(1) is 'x' or 'X';
        _position += isHex ? 2 : 0;
        while (char.IsAsciiLetterOrDigit(Peek()) || (!isHex && IsDecimalPoint()) || (!isHex && Peek() is '+' or '-' && Peek(-1) is 'e' or 'E'))
        {
            _position++;
        }

        var text = source[start.._position];
        if (isHex ? long.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var integer) && integer >= 0
            : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out integer))
        {
            return integer;
        }

        return !isHex && text.IndexOfAny(['.', 'e', 'E']) >= 0
            && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
            ? number : throw new CelCompilationException(source, start, $"invalid or unsupported number '{text}'");
    }

    private bool IsDecimalPoint() => Peek() == '.' && char.IsAsciiDigit(Peek(1));

    private static bool IsWord(char c) => char.IsAsciiLetterOrDigit(c) || c == '_';
}
