using Newtonsoft.Json.Linq;

namespace Sandbox.Seccomp;

/// <summary>
/// Reads the JSON of Firecracker and rust-vmm's seccompiler: a filter for each thread. <c>dword</c> compares the low 32 bits, which
/// on a 64-bit parameter can be said for equality only.
/// </summary>
internal static class FirecrackerReader
{
    private static readonly string[] FilterFields = ["default_action", "filter_action", "mismatch_action", "match_action", "filter"];
    private static readonly string[] RuleFields = ["syscall", "args", "comment"];
    private static readonly string[] ConditionFields = ["index", "type", "arg_type", "op", "val", "comment"];

    private static readonly Dictionary<string, SeccompAction> Actions = new(StringComparer.Ordinal)
    {
        ["allow"] = SeccompAction.Allow,
        ["log"] = SeccompAction.Log,
        ["trap"] = SeccompAction.Trap,
        ["kill_thread"] = SeccompAction.KillThread,
        ["kill_process"] = SeccompAction.KillProcess,
    };

    private static readonly Dictionary<string, SeccompAction> NumberedActions = new(StringComparer.Ordinal) { ["errno"] = SeccompAction.Errno, ["trace"] = SeccompAction.Trace };

    private static readonly Dictionary<string, SeccompOperator> Operators = new(StringComparer.Ordinal)
    {
        ["eq"] = SeccompOperator.Equal,
        ["ne"] = SeccompOperator.NotEqual,
        ["lt"] = SeccompOperator.Less,
        ["le"] = SeccompOperator.LessOrEqual,
        ["gt"] = SeccompOperator.Greater,
        ["ge"] = SeccompOperator.GreaterOrEqual,
    };

    private static readonly Dictionary<string, bool> Widths = new(StringComparer.Ordinal) { ["dword"] = true, ["qword"] = false };

    /// <summary>The policies, one a thread, named after it.</summary>
    public static IReadOnlyList<SeccompPolicy> Read(string text, string source, SeccompImportContext? context)
    {
        var architecture = (context ?? new()).Architecture;
        return [.. JsonPlace.Parse(text, source).Properties().Select(thread => Policy(thread.Name, JsonPlace.Object(thread.Value, source), source, architecture))];
    }

    private static SeccompPolicy Policy(string name, JObject filter, string source, SeccompArchitecture architecture)
    {
        JsonPlace.CheckProperties(filter, source, FilterFields);
        var otherwise = Action(One(filter, source, "default_action", "mismatch_action"), source);
        var match = Action(One(filter, source, "filter_action", "match_action"), source);
        var rules = JsonPlace.Items(filter["filter"] ?? throw Missing(filter, source, "filter"), source).Select(token => Rule(JsonPlace.Object(token, source), match, source, architecture));
        return new(name, otherwise.Action, rules, Number(otherwise), [architecture]);
    }

    private static SeccompRule Rule(JObject rule, SeccompDecision match, string source, SeccompArchitecture architecture)
    {
        JsonPlace.CheckProperties(rule, source, RuleFields);
        var token = rule["syscall"] ?? throw Missing(rule, source, "syscall");
        string name = JsonPlace.Text(token, source);
        var entry = SyscallTable.For(architecture).Find(name) ?? throw JsonPlace.Error(token, source, $"{SeccompArchitectures.Name(architecture)} has no system call '{name}'"
            + (NearestName.Find(name, SyscallTable.For(architecture).Entries.Select(known => known.Name)) is { } near ? $"; did you mean '{near}'?" : ""), "SeccompPolicy,UNKNOWN_SYSCALL");
        return new([name], match.Action, Number(match), JsonPlace.Items(rule["args"], source).Select(condition => Condition(JsonPlace.Object(condition, source), entry, source)));
    }

    private static SeccompCondition Condition(JObject obj, SyscallEntry entry, string source)
    {
        JsonPlace.CheckProperties(obj, source, ConditionFields);
        int index = (int)JsonPlace.Number(obj["index"] ?? throw Missing(obj, source, "index"), source, 5);
        ulong value = JsonPlace.Number(obj["val"] ?? throw Missing(obj, source, "val"), source, ulong.MaxValue);
        bool dword = JsonPlace.Word(One(obj, source, "type", "arg_type"), source, Widths, "width");
        var op = obj["op"] ?? throw Missing(obj, source, "op");
        // The low word only, of a parameter that the kernel takes whole.
        ulong mask = dword ? uint.MaxValue : ulong.MaxValue;
        if (op is JObject masked)
        {
            if (masked.Count != 1 || masked["masked_eq"] is not { } given) throw JsonPlace.Error(op, source, "the only operator with a number is 'masked_eq'");
            mask &= JsonPlace.Number(given, source, ulong.MaxValue);
            return new(index, SeccompOperator.MaskedEqual, mask, value & mask);
        }

        var plain = JsonPlace.Word(op, source, Operators, "operator");
        if (!dword || entry.IsNarrow(index)) return new(index, plain, value & mask);
        return plain == SeccompOperator.Equal
            ? new(index, SeccompOperator.MaskedEqual, mask, value & mask)
            : throw JsonPlace.Error(op, source, $"the kernel takes argument {index} of {entry.Name} as 64 bits; of its low 32 bits alone a policy can say that they equal a number, and nothing else", "SeccompFormat,UNREPRESENTABLE",
                "Compare the whole argument (\"qword\").");
    }

    private static SeccompDecision Action(JToken token, string source)
    {
        if (token is not JObject numbered) return new(JsonPlace.Word(token, source, Actions, "action"));
        if (numbered.Count != 1) throw JsonPlace.Error(token, source, "an action with a number is an object with one field, 'errno' or 'trace'");
        var property = numbered.Properties().First();
        JsonPlace.CheckProperties(numbered, source, NumberedActions.Keys);
        var action = NumberedActions[property.Name];
        return new(action, (int)JsonPlace.Number(property.Value, source, action == SeccompAction.Errno ? (ulong)SeccompRule.MaximumErrno : ushort.MaxValue));
    }

    private static int? Number(SeccompDecision decision) => decision.Action is SeccompAction.Errno or SeccompAction.Trace ? decision.Errno : null;

    // Older and newer versions name some fields differently.
    private static JToken One(JObject obj, string source, string name, string other) =>
        obj[name] is { } token && obj[other] is null ? token : obj[name] is null && obj[other] is { } second ? second : obj[name] is null ? throw Missing(obj, source, name) : throw JsonPlace.Error(obj, source, $"'{name}' and '{other}' are the same; give one");

    private static SandboxException Missing(JObject obj, string source, string field) => JsonPlace.Error(obj, source, $"the field '{field}' is missing");
}
