namespace TenantSandbox.AksTwin.Cel;

/// <summary>Parses the grammar of CEL (cel-spec, "Syntax"), without construction of messages and optional syntax.</summary>
internal sealed class CelParser
{
    /// <summary>cel-go's default recursion limit.</summary>
    private const int MaxDepth = 250;

    /// <summary>Bounds the depth of the tree, because chains of operators and members nest too.</summary>
    private const int MaxTokens = 2000;

    private static readonly string[][] BinaryOperators = [["||"], ["&&"], ["==", "!=", "<", "<=", ">", ">=", "in"], ["+", "-"], ["*", "/", "%"]];

    private static readonly HashSet<string> Reserved = new(
        ["as", "break", "const", "continue", "else", "for", "function", "if", "import", "in", "let", "loop", "namespace", "null", "package",
            "return", "true", "false", "var", "void", "while"], StringComparer.Ordinal);

    private readonly string _source;
    private readonly List<CelToken> _tokens;
    private int _next;
    private int _depth;

    private CelParser(string source)
    {
        (_source, _tokens) = (source, CelLexer.Read(source));
        if (_tokens.Count > MaxTokens)
        {
            throw new CelCompilationException(source, _tokens[MaxTokens].Position, $"the expression has more than {MaxTokens} tokens");
        }
    }

    private CelToken Current => _tokens[_next];

    /// <exception cref="CelCompilationException">The expression has a syntax error, or uses syntax that isn't understood.</exception>
    public static CelExpression Parse(string source)
    {
        var parser = new CelParser(source);
        var expression = parser.ParseExpression();
        return parser.Current.Kind == CelTokenKind.End ? expression : throw parser.Unexpected("<EOF>");
    }

    private CelExpression ParseExpression()
    {
        if (++_depth > MaxDepth)
        {
            throw new CelCompilationException(_source, Current.Position, $"expression recursion limit exceeded: {MaxDepth}");
        }

        var condition = ParseBinary(0);
        if (Current.Is("?"))
        {
            var position = Take("?").Position;
            var whenTrue = ParseBinary(0);
            Take(":");
            condition = new CelCall(position, "_?_:_", [condition, whenTrue, ParseExpression()]);
        }

        _depth--;
        return condition;
    }

    private CelExpression ParseBinary(int level)
    {
        if (level == BinaryOperators.Length)
        {
            return ParseUnary();
        }

        var left = ParseBinary(level + 1);
        while (Current is { Kind: CelTokenKind.Symbol or CelTokenKind.Identifier } token && BinaryOperators[level].Contains(token.Text))
        {
            _next++;
            var name = token.Text == "in" ? "@in" : $"_{token.Text}_";
            left = new CelCall(token.Position, name, [left, ParseBinary(level + 1)]);
        }

        return left;
    }

    private CelExpression ParseUnary()
    {
        var token = Current;
        if (!token.Is("!") && !token.Is("-"))
        {
            return ParseMember(ParsePrimary());
        }

        _next++;
        if (++_depth > MaxDepth)
        {
            throw new CelCompilationException(_source, token.Position, $"expression recursion limit exceeded: {MaxDepth}");
        }

        var operand = ParseUnary();
        _depth--;
        return (token.Text, operand) switch
        {
            ("-", CelLiteral { Value: long number }) => new CelLiteral(token.Position, -number),
            ("-", CelLiteral { Value: double number }) => new CelLiteral(token.Position, -number),
            _ => new CelCall(token.Position, token.Text == "!" ? "!_" : "-_", [operand]),
        };
    }

    private CelExpression ParseMember(CelExpression operand)
    {
        while (Current.Is(".") || Current.Is("["))
        {
            var position = Current.Position;
            if (_tokens[_next++].Text == "[")
            {
                operand = new CelCall(position, "_[_]", [operand, ParseExpression()]);
                Take("]");
                continue;
            }

            var field = TakeIdentifier(isField: true);
            operand = !Current.Is("(") ? new CelSelect(position, operand, field)
                : CelMacros.Expand(_source, Current.Position, field, operand, ParseArguments("(", ")"));
        }

        return operand;
    }

    private CelExpression ParsePrimary()
    {
        var token = Current;
        if (token.Kind == CelTokenKind.Literal)
        {
            _next++;
            return new CelLiteral(token.Position, token.Value);
        }

        if (token.Is("("))
        {
            _next++;
            var inner = ParseExpression();
            Take(")");
            return inner;
        }

        if (token.Is("["))
        {
            return new CelListLiteral(token.Position, ParseArguments("[", "]"));
        }

        if (token.Is("{"))
        {
            return ParseMap();
        }

        if (token.Text is "true" or "false" or "null" && token.Kind == CelTokenKind.Identifier)
        {
            _next++;
            return new CelLiteral(token.Position, token.Text == "null" ? null : token.Text == "true");
        }

        var name = TakeIdentifier(isField: false);
        return Current.Is("(") ? CelMacros.Expand(_source, Current.Position, name, null, ParseArguments("(", ")"))
            : Current.Is("{") ? throw new CelCompilationException(_source, Current.Position, "construction of messages is not supported")
            : new CelIdentifier(token.Position, name);
    }

    private CelMapLiteral ParseMap()
    {
        var (position, entries) = (Take("{").Position, new List<(CelExpression, CelExpression)>());
        while (!Current.Is("}"))
        {
            var key = ParseExpression();
            Take(":");
            entries.Add((key, ParseExpression()));
            if (!Current.Is("}"))
            {
                Take(",");
            }
        }

        Take("}");
        return new(position, [.. entries]);
    }

    private CelExpression[] ParseArguments(string open, string close)
    {
        var items = new List<CelExpression>();
        Take(open);
        while (!Current.Is(close))
        {
            items.Add(ParseExpression());
            // Lists may end with a comma, arguments may not.
            if (!Current.Is(close))
            {
                Take(",");
                if (close == ")" && Current.Is(close))
                {
                    throw Unexpected("an argument");
                }
            }
        }

        Take(close);
        return [.. items];
    }

    private CelToken Take(string symbol) => Current.Is(symbol) ? _tokens[_next++] : throw Unexpected($"'{symbol}'");

    private string TakeIdentifier(bool isField) =>
        Current.Kind == CelTokenKind.Identifier && (isField ? Current.Text is not ("in" or "true" or "false" or "null") : !Reserved.Contains(Current.Text))
            ? _tokens[_next++].Text : throw Unexpected("an identifier");

    private CelCompilationException Unexpected(string expected) =>
        new(_source, Current.Position, $"Syntax error: mismatched input '{Current.Text}' expecting {expected}");
}
