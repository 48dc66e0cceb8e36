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
    public static IReadOnlyList<SyscallCount> Parse(IEnumerable<string> lines, string source)
    {
        var counts = new Dictionary<(string, int), SyscallCount>();
        var number = 0;
        foreach (var line in lines)
        {
            number++;
            if (Record().Match(line) is not { Success: true } record) continue;
            var one = One(record, string.Create(CultureInfo.InvariantCulture, $"{source}:{number}"));
            counts[(one.Architecture, one.Syscall)] = counts.TryGetValue((one.Architecture, one.Syscall), out var known) ? TraceMerge.Two(known, one) : one;
        }

        return TraceMerge.Of(counts.Values);
    }

    private static SyscallCount One(Match record, string place)
    {
        var fields = Field().Matches(record.Groups["fields"].Value).GroupBy(f => f.Groups["key"].Value, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First().Groups["value"].Value, StringComparer.Ordinal);
        var (arch, call) = (Get("arch"), Get("syscall"));
        var named = SeccompArchitectures.FromName(arch) ?? Interpreted(arch);
        uint audit = named is { } architecture ? SeccompArchitectures.AuditArchitecture(architecture)
            : uint.TryParse(arch, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number) ? number : throw Bad($"'arch={arch}' is no architecture");
        var isNumber = uint.TryParse(call, NumberStyles.None, CultureInfo.InvariantCulture, out var nr);
        if (!isNumber && int.TryParse(call, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var negative)) (isNumber, nr) = (true, (uint)negative); // the kernel prints %ld
        var known = isNumber ? SeccompArchitectures.FromAudit(audit, nr) : named ?? SeccompArchitectures.FromAudit(audit, 0);
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

    // libaudit's names that aren't uname's (lib/machinetab.h).
    private static SeccompArchitecture? Interpreted(string arch) => arch switch
    {
        "i386" or "i486" or "i586" or "i686" => SeccompArchitecture.X86,
        "armeb" or "armv5tejl" or "armv7l" => SeccompArchitecture.Arm,
        _ => null,
    };

    // A seccomp record is of a refusal but for RET_LOG and what a supervisor or tracer decided.
    private static bool Refused(string type, Dictionary<string, string> fields) =>
        type is "SECCOMP" or "1326" && fields.GetValueOrDefault("code", fields.GetValueOrDefault("action", "")) is var code
        && (code.StartsWith("0x", StringComparison.Ordinal) && uint.TryParse(code.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            ? SeccompDecision.FromReturnValue(value).Refuses
            : code is "kill" or "kill_process" or "kill_thread" or "trap" or "errno");

    // A record's own type is the first in its line; later ones are in what programs and files are called.
    [GeneratedRegex(@"^(?:(?!\btype=).)*\btype=(?<type>SECCOMP|SYSCALL|1326|1300)\b(?<fields>.*)$")]
    private static partial Regex Record();

    [GeneratedRegex(@"(?<=[\s:])(?<key>[a-z]+)=(?<value>""[^""]*""|\S+)")]
    private static partial Regex Field();
}
