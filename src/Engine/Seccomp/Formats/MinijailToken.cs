using System.Text.RegularExpressions;

namespace Sandbox.Seccomp;

/// <summary>A word of a minijail policy and its place.</summary>
internal readonly partial record struct MinijailToken(string Kind, string Text, int Line, int Column)
{
    // In the order in which they are tried; the kinds are groups of the expression.
    private const string Forms = @"(?<space>\s+|\#.*$)|(?<directive>@(?:default|include|frequency|denylist)\b)|(?<path>\.{0,2}/\S+)|(?<number>-?0[xX][0-9a-fA-F]+|-?[0-9]+)|(?<argument>\barg[0-9]+\b)"
        + @"|(?<operator>==|!=|<=|>=|<|>|\bin\b|&(?!&))|(?<sign>\|\||&&|[:;,~(){}\[\]|=])|(?<word>[a-zA-Z_](?:[a-zA-Z_0-9@-]*[a-zA-Z_0-9])?)";

    /// <summary>The statements of a text: a line each, joined where a line ends in a backslash.</summary>
    public static IEnumerable<List<MinijailToken>> Statements(string text, string source)
    {
        var statement = new List<MinijailToken>();
        int number = 0;
        foreach (string raw in text.Split('\n'))
        {
            number++;
            string line = raw.TrimEnd('\r');
            bool goesOn = line.EndsWith('\\');
            Split(goesOn ? line[..^1] : line, number, source, statement);
            if (goesOn) continue;
            if (statement.Count > 0) yield return statement;
            statement = [];
        }

        if (statement.Count > 0) yield return statement;
    }

    private static void Split(string line, int number, string source, List<MinijailToken> statement)
    {
        for (int at = 0; at < line.Length;)
        {
            var match = Form().Match(line, at);
            if (!match.Success || match.Index != at) throw new MinijailToken("", line[at..], number, at + 1).Error(source, $"'{line[at]}' has no meaning here");
            if (!match.Groups["space"].Success)
            {
                string kind = new[] { "directive", "path", "number", "argument", "operator", "sign", "word" }.First(name => match.Groups[name].Success);
                statement.Add(new(kind, match.Value, number, at + 1));
            }

            at += match.Length;
        }
    }

    public SandboxException Error(string source, string message, string id = "SeccompFormat,BAD_MINIJAIL", string? remedy = null) =>
        new(id, SandboxErrorKind.ParserError, $"{source}, line {Line}, position {Column}: {message}.", remedy);

    [GeneratedRegex(Forms)]
    private static partial Regex Form();
}
