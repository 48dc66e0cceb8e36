using System.Globalization;

namespace Sandbox.Tracing;

/// <summary>A table of strace -c, with the columns that its header names (-U chooses them).</summary>
internal sealed class StraceTable(Seccomp.SeccompArchitecture architecture)
{
    private string[] _columns = [];

    /// <summary>The architecture whose calls it counts; strace makes one table for each.</summary>
    public Seccomp.SeccompArchitecture Architecture => architecture;

    public static bool IsHeader(string line) => Columns(line) is var columns && columns.Contains("calls") && columns.Contains("syscall");

    public StraceTable WithHeader(string line)
    {
        _columns = Columns(line);
        return this;
    }

    /// <summary>Whether a line is drawn.</summary>
    public static bool IsRule(string line) => line.AsSpan().IndexOfAnyExcept('-', ' ') < 0;

    /// <summary>A row, the last one named <c>total</c>; null for what is none.</summary>
    public (string Name, long Calls)? Row(string line)
    {
        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        // The column of errors is empty where there was none.
        var columns = words.Length == _columns.Length ? _columns : [.. _columns.Where(column => column != "errors")];
        if (words.Length != columns.Length || words.Length == 0) return null;
        return long.TryParse(words[Array.IndexOf(columns, "calls")], NumberStyles.None, CultureInfo.InvariantCulture, out var calls) ? (words[Array.IndexOf(columns, "syscall")], calls) : null;
    }

    // "% time" is the one name of two words.
    private static string[] Columns(string line) => line.Replace("% time", "%time", StringComparison.Ordinal).Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
