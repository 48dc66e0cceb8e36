using System.Globalization;
using System.Text.RegularExpressions;
using Sandbox.Seccomp;

namespace Sandbox.Tracing;

/// <summary>
/// Counts the calls in the output of strace(1): plain, with pids (-f), times (-t, -r), numbers (-n), addresses (-i), stacks (-k), or a
/// table (-c, -C, -U). A call counts once, where it begins. With -o strace doesn't tell that a process changes to another ABI; its
/// messages on standard error do.
/// </summary>
internal sealed partial class StraceReader
{
    private readonly Dictionary<(SeccompArchitecture Architecture, string Name), long> _counts = [];
    private readonly Dictionary<string, SeccompArchitecture> _modes = new(StringComparer.Ordinal); // of the processes that aren't native
    private readonly string _source;
    private SeccompArchitecture _last = SeccompArchitectures.Native;
    private StraceTable? _table;
    private bool _interrupted;
    private int _line;

    private StraceReader(string source) => _source = source;

    public static IReadOnlyList<SyscallCount> Parse(IEnumerable<string> lines, string source)
    {
        var reader = new StraceReader(source);
        foreach (var line in lines) reader.Read(line);
        return TraceMerge.Of(reader._counts.Select(count => One(count.Key.Architecture, count.Key.Name, count.Value)));
    }

    private void Read(string line)
    {
        _line++;
        if (line.Length == 0) return;
        if (line.StartsWith(" > ", StringComparison.Ordinal)) return; // a frame of a stack
        if (_interrupted)
        {
            // The rest of the call, whatever it begins with; more processes may come before it.
            _interrupted = Attached().Match(line) is { Success: true, Index: 0 } another && Begin(another);
            return;
        }

        var start = Prefix().Match(line);
        var (pid, rest) = (start.Groups["pid"].Value, line[start.Length..]);
        if (Call().Match(rest) is { Success: true } call)
        {
            _table = null;
            _last = Mode(pid);
            Add(_last, call.Groups["name"].Value, 1);
            _interrupted = Attached().Match(rest) is { Success: true } attached && Begin(attached);
        }
        else if (Change().Match(rest) is { Success: true } change)
        {
            SetMode(change.Groups["pid"].Value, change.Groups["mode"].Value);
        }
        else if (Attached().Match(rest) is { Success: true, Index: 0 } alone)
        {
            Begin(alone);
        }
        else if (Resumed().IsMatch(rest))
        {
            _last = Mode(pid);
        }
        else if (rest.StartsWith("+++ ", StringComparison.Ordinal))
        {
            if (pid.Length > 0) _modes.Remove(pid);
            else _modes.Clear(); // a line has no pid where there is one process
        }
        else if (!ReadTable(line) && !Other().IsMatch(rest))
        {
            throw Bad("BAD_LINE", SandboxErrorKind.ParserError, $"'{Short(line)}' is no line of strace.", "Write strace's output to a file of its own (strace -f -o file), or remove the line.");
        }
    }

    // For strace a process begins in the mode of the last call that it saw (alloctcb); it tells only of a change.
    private bool Begin(Match attached)
    {
        var pid = attached.Groups["pid"].Value;
        if (_last == SeccompArchitectures.Native) _modes.Remove(pid);
        else _modes[pid] = _last;
        return true;
    }

    private SeccompArchitecture Mode(string pid) => pid.Length > 0 ? _modes.GetValueOrDefault(pid, SeccompArchitectures.Native)
        : _modes.Count > 0 ? _modes.Values.First() : SeccompArchitectures.Native;

    private void SetMode(string pid, string mode)
    {
        if (ModeOf(mode) is { } architecture && architecture != SeccompArchitectures.Native) _modes[pid] = architecture;
        else _modes.Remove(pid);
    }

    private bool ReadTable(string line)
    {
        if (Summary().Match(line) is { Success: true } summary)
        {
            _table = new(ModeOf(summary.Groups["mode"].Value));
            return true;
        }

        if (StraceTable.IsHeader(line))
        {
            _table = (_table ?? new(SeccompArchitectures.Native)).WithHeader(line);
            return true;
        }

        if (_table is null) return false;
        if (StraceTable.IsRule(line)) return true;
        if (_table.Row(line) is not { } row) return false;
        if (row.Name == "total") _table = null;
        else Add(_table.Architecture, row.Name, row.Calls);
        return true;
    }

    private void Add(SeccompArchitecture architecture, string name, long calls)
    {
        var table = SyscallTable.For(architecture);
        // Of a number that its tables don't have, strace tells the number.
        var entry = name.StartsWith("syscall_0x", StringComparison.Ordinal) && uint.TryParse(name.AsSpan(10), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number)
            ? table.Find(architecture == SeccompArchitecture.X32 ? number | SeccompArchitectures.X32Bit : number) : table.Find(name);
        if (entry is null)
        {
            var near = NearestName.Find(name, table.Entries.Select(e => e.Name));
            var elsewhere = ModeOf("32 bit") is { } narrow && narrow != architecture && SyscallTable.For(narrow).Find(name) is not null;
            throw Bad("UNKNOWN_CALL", SandboxErrorKind.ObjectNotFound, $"{SeccompArchitectures.Name(architecture)} has no system call '{name}'.{(near is null || elsewhere ? "" : $" Did you mean '{near}'?")}",
                elsewhere ? "It is a call of a 32-bit program; only what strace writes to standard error tells which those are: strace -f program 2> file, without -o."
                    : "Remove the line: the policy will refuse the call.");
        }

        var key = (architecture, entry.Name);
        var known = _counts.GetValueOrDefault(key);
        _counts[key] = known > long.MaxValue - calls ? long.MaxValue : known + calls;
    }

    private static SyscallCount One(SeccompArchitecture architecture, string name, long count) =>
        new() { Architecture = SeccompArchitectures.Name(architecture), Syscall = (int)SyscallTable.For(architecture).Find(name)!.Number, Name = name, Count = count };

    private static SeccompArchitecture ModeOf(string mode) => (mode, SeccompArchitectures.Native) switch
    {
        ("32 bit", SeccompArchitecture.X86_64) => SeccompArchitecture.X86,
        ("x32", SeccompArchitecture.X86_64) => SeccompArchitecture.X32,
        ("32 bit", SeccompArchitecture.AArch64) => SeccompArchitecture.Arm,
        var (_, native) => native,
    };

    private SandboxException Bad(string reason, SandboxErrorKind kind, string message, string remedy) =>
        new("Trace," + reason, kind, string.Create(CultureInfo.InvariantCulture, $"{_source}:{_line}: {message}"), remedy);

    // What isn't text must not reach a terminal.
    private static string Short(string line) => string.Concat(line.Take(60).Select(c => char.IsControl(c) ? '.' : c)) + (line.Length <= 60 ? "" : "…");

    // [pid 12<comm>] 12:00:00.1 (+ 0.1) [ 257] [00007f…]
    [GeneratedRegex(@"^(?:\[pid\s+(?<pid>\d+)(?:<.*?>)?\]\s+|(?<pid>\d+)(?:<.*?>)?\s+(?=\S))?\s*(?:(?:\d\d:\d\d:\d\d(?:\.\d+)?|\d+\.\d+)\s+)?(?:\(\+\s*[\d.]+\)\s+)?(?:\[\s*(?:0x[0-9a-f]+|\d+)\]\s+)?(?:\[[0-9a-f?]{8,16}\]\s+)?")]
    private static partial Regex Prefix();

    [GeneratedRegex(@"^(?<name>[a-z_][a-z0-9_]*)\(")]
    private static partial Regex Call();

    [GeneratedRegex(@"strace: Process (?<pid>\d+) attached$")]
    private static partial Regex Attached();

    [GeneratedRegex(@"^(?:strace: )?\[ Process PID=(?<pid>\d+) runs in (?<mode>64 bit|32 bit|x32) mode\. \]$")]
    private static partial Regex Change();

    [GeneratedRegex(@"^System call usage summary for (?<mode>64 bit|32 bit|x32) mode:$")]
    private static partial Regex Summary();

    [GeneratedRegex(@"^<\.\.\. .* resumed>")]
    private static partial Regex Resumed();

    [GeneratedRegex(@"^--- .* ---$|^strace: |^\?\?\?\?\(|^<detached|^ ?<unfinished")]
    private static partial Regex Other();
}
