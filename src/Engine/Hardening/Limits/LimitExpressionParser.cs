namespace Sandbox.Hardening;

/// <summary>Recursive descent over a limit expression, bounded in depth because the text may come from a file of somebody else.</summary>
internal sealed class LimitExpressionParser(string text)
{
    private const int MaxLength = 1000, MaxDepth = 50;

    private int _at;
    private int _depth;

    public static LimitNode Parse(string text)
    {
        if (text.Length > MaxLength)
            throw LimitExpressionError.Of("SYNTAX", text[..40] + "…", MaxLength, $"longer than {MaxLength} characters");
        var parser = new LimitExpressionParser(text);
        LimitNode node = parser.Sum();
        return parser.Peek() == '\0' && parser._at >= text.Length ? node : throw parser.Error($"unexpected '{parser.Peek()}'");
    }

    private LimitNode Sum()
    {
        if (++_depth > MaxDepth)
            throw Error($"nested more than {MaxDepth} deep");
        LimitNode node = Product();
        while (Peek() is '+' or '-')
            node = new LimitOperation(_at + 1, text[_at++], node, Product());
        _depth--;
        return node;
    }

    private LimitNode Product()
    {
        LimitNode node = Primary();
        while (Peek() is '*' or '/')
            node = new LimitOperation(_at + 1, text[_at++], node, Primary());
        return node;
    }

    private LimitNode Primary()
    {
        char next = Peek();
        if (next == '(')
        {
            _at++;
            LimitNode node = Sum();
            Expect(')');
            return node;
        }

        if (char.IsAsciiDigit(next))
            return Number();
        if (char.IsAsciiLetter(next))
            return Name();
        throw Error(_at >= text.Length ? "the expression ends where a value is due" : $"unexpected '{next}'");
    }

    private LimitNumber Number()
    {
        int start = _at, column = _at + 1;
        while (_at < text.Length && char.IsAsciiDigit(text[_at]))
            _at++;
        if (!ulong.TryParse(text.AsSpan(start, _at - start), out ulong value))
            throw LimitExpressionError.Of("RANGE", text, column, "the number is more than 64 bits hold");
        int suffix = _at;
        while (_at < text.Length && char.IsAsciiLetter(text[_at]))
            _at++;
        return SizeSuffix.TryScale(value, text[suffix.._at], out ulong scaled, out string? error)
            ? new LimitNumber(column, scaled)
            : throw LimitExpressionError.Of("SYNTAX", text, suffix + 1, error!);
    }

    private LimitNode Name()
    {
        int start = _at, column = _at + 1;
        while (_at < text.Length && char.IsAsciiLetter(text[_at]))
            _at++;
        string name = text[start.._at];
        return name switch
        {
            "timeout" or "memory" => new LimitVariable(column, name == "memory"),
            "unlimited" => new LimitNumber(column, LimitExpression.Unlimited),
            "max" or "min" => Call(column, name == "max"),
            _ => throw LimitExpressionError.Of("SYNTAX", text, column,
                $"unknown name '{name}'.{NameSuggestion.For(name, ["timeout", "memory", "unlimited", "max", "min"])}"),
        };
    }

    private LimitCall Call(int column, bool isMax)
    {
        Expect('(');
        List<LimitNode> arguments = [Sum()];
        while (Peek() == ',')
        {
            _at++;
            arguments.Add(Sum());
        }

        Expect(')');
        return new LimitCall(column, isMax, arguments);
    }

    private void Expect(char c)
    {
        if (Peek() != c)
            throw Error($"'{c}' expected");
        _at++;
    }

    private char Peek()
    {
        while (_at < text.Length && char.IsWhiteSpace(text[_at]))
            _at++;
        return _at < text.Length ? text[_at] : '\0';
    }

    private SandboxException Error(string message) => LimitExpressionError.Of("SYNTAX", text, _at + 1, message);
}
