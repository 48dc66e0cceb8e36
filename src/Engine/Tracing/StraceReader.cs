using System.Globalization;
using System.Text.RegularExpressions;
using Sandbox.Seccomp;

namespace Sandbox.Tracing;

/// <summary>
/// Counts the calls in the output of strace(1): plain, with pids (-f), times (-t, -r), numbers (-n) or addresses (-i), or a table (-c).
/// A call counts once, where it begins.
/// </summary>
internal static partial class StraceReader
{
    public static IReadOnlyList<SyscallCount> Parse(string text, string source)
    {
        var counts = new List<SyscallCount>();
        var narrow = new HashSet<string>(StringComparer.Ordinal);
        var lines = text.Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i].TrimEnd('\r');
            var place = string.Create(CultureInfo.InvariantCulture, $"{source}:{i + 1}");
            if (Mode().Match(line) is { Success: true } mode)
            {
                if (mode.Groups["bits"].Value == "32") narrow.Add(mode.Groups["pid"].Value);
                else narrow.Remove(mode.Groups["pid"].Value);
            }
            else if (Call().Match(line) is { Success: true } call)
            {
                // Without -f no line has a pid, and a mode line is of the one process that there is.
                var pid = call.Groups["pid"].Value;
                var isNarrow = pid.Length > 0 ? narrow.Contains(pid) : narrow.Count > 0;
                counts.Add(One(call.Groups["name"].Value, 1, isNarrow, place));
            }
            else if (Row().Match(line) is { Success: true } row)
            {
                if (row.Groups["name"].Value != "total") counts.Add(One(row.Groups["name"].Value, long.Parse(row.Groups["calls"].Value, CultureInfo.InvariantCulture), narrow: false, place));
            }
            else if (line.Length > 0 && !Other().IsMatch(line))
            {
                throw new SandboxException("Trace,BAD_LINE", SandboxErrorKind.ParserError, $"{place}: '{Short(line)}' is no line of strace.", "Write strace's output to a file of its own (strace -f -o file), or remove the line.");
            }
        }

        return TraceMerge.Of(counts);
    }

    private static SyscallCount One(string name, long count, bool narrow, string place)
    {
        var architecture = narrow ? Narrow() : SeccompArchitectures.Native;
        var table = SyscallTable.For(architecture);
        var entry = name.StartsWith("syscall_0x", StringComparison.Ordinal) ? table.Find(uint.Parse(name.AsSpan(10), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)) : table.Find(name);
        if (entry is null)
        {
            var near = NearestName.Find(name, table.Entries.Select(e => e.Name));
            throw new SandboxException("Trace,UNKNOWN_CALL", SandboxErrorKind.ObjectNotFound, $"{place}: {SeccompArchitectures.Name(architecture)} has no system call '{name}'.{(near is null ? "" : $" Did you mean '{near}'?")}", "Remove the line: the policy will refuse the call.");
        }

        return new() { Architecture = SeccompArchitectures.Name(architecture), Syscall = (int)entry.Number, Name = entry.Name, Count = count };
    }

    private static SeccompArchitecture Narrow() => SeccompArchitectures.Native switch
    {
        SeccompArchitecture.X86_64 => SeccompArchitecture.X86,
        SeccompArchitecture.AArch64 => SeccompArchitecture.Arm,
        var native => native,
    };

    private static string Short(string line) => line.Length <= 60 ? line : line[..60] + "…";

    // [pid 12] 12:00:00.1 (+ 0.1) [  257] [00007f…] name(
    [GeneratedRegex(@"^(?:\[pid\s+(?<pid>\d+)\]\s+|(?<pid>\d+)\s+(?=[a-z\d\[(]))?(?:\(\+\s*[\d.]+\)\s+)?(?:\d\d:\d\d:\d\d(?:\.\d+)?\s+|\d+\.\d+\s+)?(?:\(\+\s*[\d.]+\)\s+)?(?:\[\s*\d+\]\s+)?(?:\[[0-9a-f]{8,16}\]\s+)?(?<name>[a-z_][a-z0-9_]*)\(")]
    private static partial Regex Call();

    [GeneratedRegex(@"^\s*[\d.]+\s+[\d.]+\s+\d+\s+(?<calls>\d+)\s+(?:\d+\s+)?(?<name>[a-z_][a-z0-9_]*)$")]
    private static partial Regex Row();

    [GeneratedRegex(@"\[ Process PID=(?<pid>\d+) runs in (?<bits>32|64|x32) bit mode\. \]")]
    private static partial Regex Mode();

    [GeneratedRegex(@"<\.\.\. .* resumed>|\+\+\+ .* \+\+\+|--- .* ---|^strace: |^% time |^[- ]+$|\?\?\?\?\(|<detached|^\s*100\.00\s")]
    private static partial Regex Other();
}
