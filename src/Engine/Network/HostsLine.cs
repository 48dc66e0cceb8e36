namespace Sandbox.Network;

/// <summary>A line of hosts(5): an address and its names.</summary>
internal static class HostsLine
{
    private const int LargestFile = 1 << 20;

    /// <summary>The line with single blanks.</summary>
    public static string Parse(string text, string parameter)
    {
        var words = text.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        if (words.Length < 2 || !AddressRange.TryAddress(words[0], out _)) throw AddressRange.Invalid(parameter, text, "is no line of hosts(5) such as '10.0.0.5 db.local db': an address, then names");
        var bad = Array.Find(words[1..], w => !w.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_'));
        return bad is null ? string.Join(' ', words) : throw AddressRange.Invalid(parameter, text, $"holds '{bad}', which is no host name");
    }

    /// <summary>The lines of a file, without its comments.</summary>
    public static IReadOnlyList<string> ReadFile(string path, string parameter)
    {
        try
        {
            if (new FileInfo(path).Length > LargestFile) throw AddressRange.Invalid(parameter, path, "is larger than 1 MB");
            return [.. File.ReadLines(path).Select(l => l.Split('#')[0].Trim()).Where(l => l.Length > 0).Select(l => Parse(l, parameter))];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SandboxException($"{parameter},{(e is FileNotFoundException or DirectoryNotFoundException ? "ENOENT" : "EIO")}", SandboxErrorKind.ObjectNotFound, $"-{parameter}: {e.Message}", "Name a readable file in the form of hosts(5).", e);
        }
    }
}
