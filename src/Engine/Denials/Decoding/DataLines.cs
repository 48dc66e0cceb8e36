using Sandbox.Seccomp;

namespace Sandbox.Denials.Decoding;

/// <summary>The lines of a table: a name and what follows it. A line that begins with a blank goes on with the one before; # begins a comment.</summary>
internal static class DataLines
{
    public static IEnumerable<(string Name, string Content)> Read(string resource)
    {
        string? whole = null;
        foreach (var line in SeccompResources.ReadLines(resource))
        {
            if (line.Length == 0 || line[0] == '#') continue;
            if (line[0] == ' ')
            {
                whole += line;
                continue;
            }

            if (whole is not null) yield return Split(whole);
            whole = line;
        }

        if (whole is not null) yield return Split(whole);
    }

    private static (string Name, string Content) Split(string line)
    {
        var at = line.IndexOf(' ', StringComparison.Ordinal);
        return at < 0 ? (line, "") : (line[..at], line[(at + 1)..]);
    }
}
