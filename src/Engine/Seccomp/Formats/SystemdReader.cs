using System.Globalization;

namespace Sandbox.Seccomp;

/// <summary>
/// Reads <c>SystemCallFilter=</c>, <c>SystemCallErrorNumber=</c>, <c>SystemCallArchitectures=</c> and <c>SystemCallLog=</c> of
/// systemd.exec(5), from a unit or from bare lines; other settings are no part of the filter. As there, the first word says whether
/// the list allows (then @default is allowed too) or refuses, and later lines add to it or take away from it.
/// </summary>
internal sealed class SystemdReader
{
    private static readonly Dictionary<string, SeccompArchitecture> Architectures = new(StringComparer.Ordinal)
    {
        ["x86"] = SeccompArchitecture.X86,
        ["x86-64"] = SeccompArchitecture.X86_64,
        ["x32"] = SeccompArchitecture.X32,
        ["arm"] = SeccompArchitecture.Arm,
        ["arm64"] = SeccompArchitecture.AArch64,
        ["riscv64"] = SeccompArchitecture.RiscV64,
        ["s390x"] = SeccompArchitecture.S390X,
        ["ppc64-le"] = SeccompArchitecture.Ppc64LE,
        ["loongarch64"] = SeccompArchitecture.LoongArch64,
    };

    private readonly string source;
    private readonly SeccompArchitecture native;
    private readonly Dictionary<string, SeccompDecision?> filter = new(StringComparer.Ordinal);
    private readonly HashSet<string> logged = new(StringComparer.Ordinal);
    private readonly List<SeccompArchitecture> architectures = [];
    private bool? allows;
    private bool? logs;
    private SeccompDecision refusal = new(SeccompAction.KillProcess);

    private SystemdReader(string source, SeccompArchitecture native) => (this.source, this.native) = (source, native);

    public static string Name(SeccompArchitecture architecture) => Architectures.First(pair => pair.Value == architecture).Key;

    public static SeccompPolicy Read(string text, string source, SeccompImportContext? context)
    {
        var reader = new SystemdReader(source, (context ?? new()).Architecture);
        foreach (var (line, number) in Lines(text)) reader.Setting(line, number);
        return reader.Policy();
    }

    private static IEnumerable<(string Line, int Number)> Lines(string text)
    {
        int number = 0, first = 0;
        string whole = "";
        foreach (string raw in text.Split('\n'))
        {
            number++;
            string line = raw.Trim();
            if (line.StartsWith('#') || line.StartsWith(';')) continue; // also between lines that go on
            if (whole.Length == 0) first = number;
            whole += whole.Length == 0 ? line : " " + line;
            if (whole.EndsWith('\\'))
            {
                whole = whole[..^1];
                continue;
            }

            if (whole.Length > 0) yield return (whole, first);
            whole = "";
        }

        if (whole.Length > 0) yield return (whole, first);
    }

    private void Setting(string line, int number)
    {
        if (line.StartsWith('[')) return;
        int equals = line.IndexOf('=', StringComparison.Ordinal);
        if (equals < 0) throw Error(number, $"a setting such as 'SystemCallFilter=' is expected here, not '{line}'");
        string value = line[(equals + 1)..].Trim();
        switch (line[..equals].Trim())
        {
            case "SystemCallFilter": Filter(value, number); break;
            case "SystemCallErrorNumber": refusal = value.Length == 0 ? new(SeccompAction.KillProcess) : Refusal(value, number); break;
            case "SystemCallArchitectures":
                if (value.Length == 0) architectures.Clear();
                else architectures.AddRange(value.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => Architecture(word, number)));
                break;
            case "SystemCallLog": Log(value, number); break;
            case var name when name.StartsWith("SystemCall", StringComparison.Ordinal): throw Error(number, $"there is no setting '{name}'");
            default: break;
        }
    }

    private void Filter(string value, int number)
    {
        if (value.Length == 0)
        {
            allows = null;
            filter.Clear();
            return;
        }

        bool inverted = value.StartsWith('~');
        if (allows is null)
        {
            allows = !inverted;
            if (allows.Value) foreach (string name in SystemdGroups.Find("@default")!) filter[name] = null;
        }

        foreach (string word in value[(inverted ? 1 : 0)..].Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = word.Split(':', 2);
            SeccompDecision? own = parts.Length == 2 ? Refusal(parts[1], number) : null;
            foreach (string name in Names(parts[0], number))
            {
                // seccomp_parse_syscall_filter: in an allow list a refusal with an errno of its own stays as one.
                if (inverted != allows || (inverted && allows == true && own is not null)) filter[name] = own;
                else filter.Remove(name);
            }
        }
    }

    private void Log(string value, int number)
    {
        if (value.Length == 0)
        {
            logs = null;
            logged.Clear();
            return;
        }

        bool inverted = value.StartsWith('~');
        logs ??= !inverted;
        foreach (string name in value[(inverted ? 1 : 0)..].Split(' ', StringSplitOptions.RemoveEmptyEntries).SelectMany(word => Names(word, number)))
        {
            if (inverted != logs) logged.Add(name);
            else logged.Remove(name);
        }
    }

    private IEnumerable<string> Names(string word, int number)
    {
        if (word.StartsWith('@'))
        {
            return SystemdGroups.Find(word) ?? throw Error(number, $"systemd has no group '{word}'{(NearestName.Find(word, SystemdGroups.Names) is { } close ? $"; did you mean '{close}'?" : "")}", "SeccompPolicy,UNKNOWN_SET");
        }

        if (SyscallTable.AllNames.Contains(word) || SyscallTable.ForeignNames.Contains(word)) return [word];
        throw Error(number, $"no architecture has a system call '{word}'{(NearestName.Find(word, SyscallTable.AllNames) is { } near ? $"; did you mean '{near}'?" : "")}", "SeccompPolicy,UNKNOWN_SYSCALL");
    }

    private SeccompDecision Refusal(string text, int number)
    {
        if (text == "kill") return new(SeccompAction.KillProcess);
        if (Native.Errno.TryParse(text, out int errno)) return new(SeccompAction.Errno, errno);
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out errno) && errno <= SeccompRule.MaximumErrno) return new(SeccompAction.Errno, errno);
        throw Error(number, $"'{text}' is no errno and not 'kill'");
    }

    private SeccompArchitecture Architecture(string word, int number) => word == "native" ? native : Architectures.TryGetValue(word, out var known)
        ? known
        : throw Error(number, $"there is no system call table for the architecture '{word}'", "SeccompFormat,UNKNOWN_ARCHITECTURE");

    private SeccompPolicy Policy()
    {
        if (allows is null && logs is null) throw new SandboxException("SeccompFormat,NO_FILTER", SandboxErrorKind.ParserError, $"{source}: there is no SystemCallFilter= in it.", "Give the lines of a unit that has one.");
        if (logs == false) throw new SandboxException("SeccompFormat,UNREPRESENTABLE", SandboxErrorKind.ParserError, $"{source}: SystemCallLog=~… logs every call but those that it names, in a second filter stacked on the first.", "Leave the setting out, or name the calls that are logged.");
        var otherwise = allows == true ? refusal : new SeccompDecision(SeccompAction.Allow);
        var rules = filter.Keys.Union(logged).Select(name => (Name: name, Decision: Decide(name))).Where(rule => rule.Decision != otherwise).GroupBy(rule => rule.Decision)
            .Select(group => new SeccompRule(group.Select(rule => rule.Name), group.Key.Action, group.Key.Action == SeccompAction.Errno ? group.Key.Errno : null));
        return new(Path.GetFileNameWithoutExtension(source), otherwise.Action, rules.ToArray(), otherwise.Action == SeccompAction.Errno ? otherwise.Errno : null, architectures.Count == 0 ? Local() : architectures);
    }

    // Without SystemCallArchitectures= the filter is for every ABI of the machine (SECCOMP_FOREACH_LOCAL_ARCH).
    private SeccompArchitecture[] Local() => native switch
    {
        SeccompArchitecture.X86_64 => [SeccompArchitecture.X86_64, SeccompArchitecture.X86, SeccompArchitecture.X32],
        SeccompArchitecture.AArch64 => [SeccompArchitecture.AArch64, SeccompArchitecture.Arm],
        _ => [native],
    };

    // systemd stacks one filter for the list and one for the log; the kernel takes the harsher answer.
    private SeccompDecision Decide(string name)
    {
        var listed = filter.TryGetValue(name, out var own);
        var decision = allows == true ? listed ? own ?? new(SeccompAction.Allow) : refusal : listed ? own ?? refusal : new(SeccompAction.Allow);
        return logged.Contains(name) && decision.Action == SeccompAction.Allow ? new(SeccompAction.Log) : decision;
    }

    private SandboxException Error(int number, string message, string id = "SeccompFormat,BAD_SYSTEMD") => new(id, SandboxErrorKind.ParserError, $"{source}, line {number}: {message}.");
}
