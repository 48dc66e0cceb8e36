using System.Globalization;
using System.Text;

namespace Sandbox.Violations;

/// <summary>The path of a call as the kernel had it: where it began, and what was walked from there.</summary>
/// <param name="Base">The directory that it was relative to; empty for a path from the root.</param>
/// <param name="Walked">What the call gave.</param>
internal sealed record PathText(string Base, string Walked)
{
    public override string ToString() => Base.Length == 0 ? Walked : Base == "/" ? "/" + Walked : Base + "/" + Walked;

    /// <summary>Of a full path and the argument that it is from; null where that can't be walked again.</summary>
    public static PathText? Of(string? full, IReadOnlyList<DecodedArgument> decoded)
    {
        if (full is null || !full.StartsWith('/') || full.EndsWith('…') || full.EndsWith(" (deleted)", StringComparison.Ordinal)) return null;
        var argument = decoded.FirstOrDefault(d => d.FullPath == full);
        // Without one the call had a descriptor: nothing was walked.
        var relative = argument is null || argument.Text is "\"\"" or "NULL" ? "" : argument.Text;
        if (argument is not null && argument.Text.StartsWith("unix ", StringComparison.Ordinal)) relative = argument.Text[5..];
        if (relative.StartsWith('/')) return Unescape(full) is { } path ? new("", path) : null;
        if (relative.Length == 0) return Unescape(full) is { } itself ? new(itself, "") : null;
        if (!full.EndsWith("/" + relative, StringComparison.Ordinal)) return null;
        var directory = full[..^(relative.Length + 1)];
        return Unescape(directory.Length == 0 ? "/" : directory) is { } at && Unescape(relative) is { } rest ? new(at, rest) : null;
    }

    // The opposite of ArgumentText; null for bytes that are no UTF-8.
    private static string? Unescape(string text)
    {
        if (!text.Contains('\\', StringComparison.Ordinal)) return text;
        var result = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\' || i + 1 == text.Length)
            {
                result.Append(text[i]);
                continue;
            }

            var kind = text[++i];
            var digits = kind switch { 'x' => 2, 'u' => 4, 'U' => 8, _ => 0 };
            if (digits == 0) result.Append(kind switch { 'n' => '\n', 'r' => '\r', 't' => '\t', _ => kind });
            else
            {
                if (i + digits >= text.Length || !int.TryParse(text.AsSpan(i + 1, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)) return null;
                if (kind == 'x' && value >= 0x80) return null;
                if (!Rune.TryCreate(value, out var rune)) return null;
                result.Append(rune);
                i += digits;
            }
        }

        return result.ToString();
    }
}
