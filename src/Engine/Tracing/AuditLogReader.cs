using System.Globalization;
using System.Text.RegularExpressions;
using Sandbox.Seccomp;

namespace Sandbox.Tracing;

/// <summary>
/// Counts the calls in the seccomp and system call records of an audit.log, a journal or the kernel log: <c>type=SECCOMP</c>,
/// <c>type=SYSCALL</c>, <c>type=1326</c>, <c>type=1300</c>, also interpreted (ausearch -i). Other records and lines are passed over.
/// </summary>
internal static partial class AuditLogReader
{
    public static IReadOnlyList<SyscallCount> Parse(string text, string source)
    {
        var counts = new List<SyscallCount>();
        var lines = text.Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            if (Record().Match(lines[i]) is not { Success: true } record) continue;
            counts.Add(One(record, string.Create(CultureInfo.InvariantCulture, $"{source}:{i + 1}")));
        }

        return TraceMerge.Of(counts);
    }

    private static SyscallCount One(Match record, string place)
    {
        var fields = Field().Matches(record.Groups["fields"].Value).GroupBy(f => f.Groups["key"].Value, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First().Groups["value"].Value, StringComparer.Ordinal);
        var (arch, call) = (Get("arch"), Get("syscall"));
        var named = SeccompArchitectures.FromName(arch);
        uint audit = named is { } architecture ? SeccompArchitectures.AuditArchitecture(architecture)
            : uint.TryParse(arch, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number) ? number : throw Bad($"'arch={arch}' is no architecture");
        var isNumber = uint.TryParse(call, NumberStyles.None, CultureInfo.InvariantCulture, out var nr);
        var known = named ?? SeccompArchitectures.FromAudit(audit, isNumber ? nr : 0);
        var entry = known is null ? null : isNumber ? SyscallTable.For(known.Value).Find(nr) : SyscallTable.For(known.Value).Find(call);
        if (!isNumber && entry is null) throw Bad($"'syscall={call}' is no call of {arch}");
        return new()
        {
            Architecture = known is { } a ? SeccompArchitectures.Name(a) : $"0x{audit:x8}",
            Syscall = (int)(entry?.Number ?? nr),
            Name = entry?.Name,
            Count = 1,
            Denied = Refused(record.Groups["type"].Value, fields) ? 1 : 0,
        };

        string Get(string key) => fields.TryGetValue(key, out var value) ? value : throw Bad($"the record has no '{key}='");

        SandboxException Bad(string message) => new("Trace,BAD_RECORD", SandboxErrorKind.ParserError, $"{place}: {message}.", "Correct or remove the record.");
    }

    // A seccomp record is of a refusal but for RET_LOG and what a supervisor or tracer decided.
    private static bool Refused(string type, Dictionary<string, string> fields) =>
        type is "SECCOMP" or "1326" && fields.GetValueOrDefault("code", fields.GetValueOrDefault("action", "")) is var code
        && (code.StartsWith("0x", StringComparison.Ordinal) && uint.TryParse(code.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            ? SeccompDecision.FromReturnValue(value).Refuses
            : code is "kill" or "kill_process" or "kill_thread" or "trap" or "errno");

    [GeneratedRegex(@"\btype=(?<type>SECCOMP|SYSCALL|1326|1300)\b(?<fields>.*)$")]
    private static partial Regex Record();

    [GeneratedRegex(@"(?<=[\s:])(?<key>[a-z]+)=(?<value>""[^""]*""|\S+)")]
    private static partial Regex Field();
}
