namespace Sandbox.Hardening;

/// <summary>The errors of limit expressions, which all name the column.</summary>
internal static class LimitExpressionError
{
    public static SandboxException Of(string reason, string text, int column, string message) =>
        new($"LimitExpression,{reason}", SandboxErrorKind.ParserError, $"limit expression '{text}', column {column}: {message}",
            "Write a number such as 1024 or 512MB, 'unlimited', or an expression such as max(8 * memory, 4096MB).");
}
