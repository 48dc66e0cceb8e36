namespace Sandbox.Hardening;

/// <summary>
/// A value of a profile document with its place, the same for JSON and hashtables. Value is null, bool, long, double, string,
/// a list of nodes or a dictionary of nodes.
/// </summary>
internal sealed record ProfileNode(string Source, string Path, int Line, object? Value)
{
    public SandboxException Error(string reason, string message) =>
        new($"HardeningProfile,{reason}", SandboxErrorKind.ParserError,
            $"{Source}, {Path}{(Line > 0 ? $", line {Line}" : "")}: {message}", "Correct the profile at the place named.");

    public string AsString() => Value as string is { Length: > 0 } s && !s.Contains('\0') ? s : throw WrongType("a non-empty string");

    public string AsText() => Value as string ?? throw WrongType("a string");

    public bool AsBoolean() => Value as bool? ?? throw WrongType("true or false");

    public IReadOnlyList<ProfileNode> AsList() => Value as IReadOnlyList<ProfileNode> ?? throw WrongType("a list");

    public IReadOnlyDictionary<string, ProfileNode> AsObject() => Value as IReadOnlyDictionary<string, ProfileNode> ?? throw WrongType("an object");

    public long AsCount(long minimum, long maximum) =>
        Value is long n ? InRange(n, minimum, maximum) : throw WrongType("a whole number");

    public long AsSize(long minimum = 1) => Value switch
    {
        long n => InRange(n, minimum, long.MaxValue),
        string s when SizeSuffix.TryParse(s, out ulong size, out string? error) =>
            size <= long.MaxValue ? InRange((long)size, minimum, long.MaxValue) : throw Error("OUT_OF_RANGE", $"{s} is too large"),
        string s when SizeSuffix.TryParse(s, out _, out string? error) is false => throw Error("BAD_VALUE", error!),
        _ => throw WrongType("a number of bytes or a size such as \"512MB\""),
    };

    public double AsNumber(double minimum, double maximum)
    {
        double number = Value switch { long n => n, double d => d, _ => throw WrongType("a number") };
        return number >= minimum && number <= maximum ? number
            : throw Error("OUT_OF_RANGE", FormattableString.Invariant($"{number} is not between {minimum} and {maximum}"));
    }

    public double AsSeconds()
    {
        // 24 days: the longest wait that poll(2) takes in milliseconds.
        const double Maximum = 2147483;
        if (Value is not string s)
            return AsNumber(0.001, Maximum);
        return TimeSpan.TryParse(s, System.Globalization.CultureInfo.InvariantCulture, out TimeSpan span) && s.Contains(':')
            ? (this with { Value = span.TotalSeconds }).AsNumber(0.001, Maximum)
            : throw Error("BAD_VALUE", $"'{s}' is no time; write a number of seconds or a time such as \"00:01:00\"");
    }

    public T AsEnum<T>() where T : struct, Enum
    {
        string name = AsString();
        return Enum.GetNames<T>().FirstOrDefault(n => n.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } known
            ? Enum.Parse<T>(known)
            : throw Error("UNKNOWN_NAME", $"'{name}' is none of {string.Join(", ", Enum.GetNames<T>())}.{NameSuggestion.For(name, Enum.GetNames<T>())}");
    }

    private long InRange(long n, long minimum, long maximum) =>
        n >= minimum && n <= maximum ? n : throw Error("OUT_OF_RANGE", $"{n} is not between {minimum} and {maximum}");

    public SandboxException WrongType(string wanted) => Error("WRONG_TYPE", $"{wanted} expected, found {Describe()}");

    private string Describe() => Value switch
    {
        null => "null",
        bool => "a boolean",
        long or double => "a number",
        string { Length: 0 } => "an empty string",
        string => "a string",
        IReadOnlyList<ProfileNode> => "a list",
        _ => "an object",
    };
}
