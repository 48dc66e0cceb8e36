using System.Globalization;
using Newtonsoft.Json.Linq;

namespace Sandbox.Seccomp;

/// <summary>
/// Reads <c>linux.seccomp</c> of the OCI runtime specification, and the dialect of Docker and containers-common (<c>archMap</c>,
/// <c>includes</c>, <c>excludes</c>, errno by name), whose conditions are resolved against a context. Beyond both, names may be
/// <c>@sets</c>, and the whole may have a <c>name</c>, a <c>description</c> and, in <c>lint</c>, the reasons for findings of the checks, as
/// the policies of this module do.
/// </summary>
public static class OciReader
{
    private static readonly string[] Fields = 
    [
        "name", "description", "comment", "defaultAction", "defaultErrnoRet", "defaultErrno", "architectures", "archMap", "flags", "listenerPath", "listenerMetadata", "syscalls", "lint",
    ];
    private static readonly string[] RuleFields = ["name", "names", "action", "errnoRet", "errno", "args", "comment", "includes", "excludes"];
    private static readonly string[] ConditionFields = ["index", "value", "valueTwo", "op"];

    private static readonly string[] MapFields = ["architecture", "subArchitectures"];

    /// <summary>Reads a policy.</summary>
    /// <param name="text">The JSON text.</param>
    /// <param name="source">What error messages call it, such as the path.</param>
    /// <param name="context">Against what includes and excludes are resolved; this machine if null.</param>
    public static SeccompPolicy Read(string text, string source, SeccompImportContext? context = null) => Read(JsonPlace.Parse(text, source), source, context);

    internal static SeccompPolicy Read(JObject root, string source, SeccompImportContext? context)
    {
        context ??= new();
        JsonPlace.CheckProperties(root, source, Fields);
        var action = JsonPlace.Word(root["defaultAction"] ?? throw JsonPlace.Error(root, source, "the field 'defaultAction' is missing"), source, OciNames.Actions, "action");
        int? errno = Errno(root, "defaultErrnoRet", "defaultErrno", source, action);
        var flags = JsonPlace.Items(root["flags"], source).Aggregate(SeccompFilterFlags.None,
            (all, token) => all | JsonPlace.Word(token, source, OciNames.Flags, "flag"));
        var rules = JsonPlace.Items(root["syscalls"], source).Select(token => JsonPlace.Object(token, source))
            .Select(rule => (Rule: Rule(rule, source), Applies: ProfileFilter.Applies(rule, source, context)))
            .Where(rule => rule.Applies).Select(rule => rule.Rule).ToArray();
        var architectures = Architectures(root, source, context);
        if (IsForContainers(root)) rules = [.. ProfileConflicts.Resolve(rules, new(action, errno ?? (action == SeccompAction.Errno ? Native.Errno.EPERM : 0)), context.Warn)];
        string name = root["name"] is { } given ? JsonPlace.Text(given, source) : Path.GetFileNameWithoutExtension(source);
        return new(name, action, rules.Select(rule => Plain(rule, architectures)), errno, architectures, flags, Optional(root, "description", source) ?? "",
            Optional(root, "listenerPath", source), Optional(root, "listenerMetadata", source), Justifications(root["lint"], source));
    }

    private static IEnumerable<SeccompJustification> Justifications(JToken? token, string source) => token is null or { Type: JTokenType.Null }
        ? []
        : JsonPlace.Object(token, source).Properties().Select(property => Justification(property, property.Name, source));

    internal static SeccompJustification Justification(JProperty property, string ruleId, string source)
    {
        string reason = JsonPlace.Text(property.Value, source);
        try
        {
            return new(ruleId, reason);
        }
        catch (SandboxException e)
        {
            throw JsonPlace.Error(property, source, e.Message.TrimEnd('.'), e.ErrorId, e.Remedy);
        }
    }

    // Of Docker's dialect, and not one of this module's, which have a name.
    private static bool IsForContainers(JObject root) => root["name"] is null
        && (root["archMap"] is not null || (root["syscalls"] as JArray ?? []).OfType<JObject>().Any(rule => rule["includes"] is not null || rule["excludes"] is not null));

    private static string? Optional(JObject obj, string field, string source) => obj[field] is { Type: not JTokenType.Null } token ? JsonPlace.Text(token, source) : null;

    private static SeccompArchitecture[] Architectures(JObject root, string source, SeccompImportContext context)
    {
        var listed = JsonPlace.Items(root["architectures"], source).ToArray();
        var map = JsonPlace.Items(root["archMap"], source).ToArray();
        if (listed.Length > 0 && map.Length > 0) throw JsonPlace.Error(root["archMap"]!, source, "a profile has 'architectures' or 'archMap', not both");
        if (map.Length == 0) return listed.Length == 0 ? [context.Architecture] : [.. listed.Select(token => Architecture(token, source, context))];
        foreach (var token in map)
        {
            var entry = JsonPlace.Object(token, source);
            JsonPlace.CheckProperties(entry, source, MapFields);
            var word = entry["architecture"] ?? throw JsonPlace.Error(entry, source, "the field 'architecture' is missing");
            if (SeccompArchitectures.FromOciName(JsonPlace.Text(word, source)) != context.Architecture) continue;
            return [context.Architecture, .. JsonPlace.Items(entry["subArchitectures"], source).Select(sub => SubArchitecture(sub, source, context)).OfType<SeccompArchitecture>()];
        }

        return [context.Architecture];
    }

    // The default profiles name s390 beside s390x; it isn't among the tables, and without it the rest is as it should be, only stricter.
    private static SeccompArchitecture? SubArchitecture(JToken token, string source, SeccompImportContext context)
    {
        if (JsonPlace.Text(token, source) != "SCMP_ARCH_S390") return Architecture(token, source, context);
        context.Warn?.Invoke("There is no system call table for SCMP_ARCH_S390: calls of 31-bit programs are killed.");
        return null;
    }

    private static SeccompArchitecture Architecture(JToken token, string source, SeccompImportContext context)
    {
        string word = JsonPlace.Text(token, source);
        if (word == "SCMP_ARCH_NATIVE") return context.Architecture;
        return SeccompArchitectures.FromOciName(word)
            ?? throw JsonPlace.Error(token, source, $"there is no system call table for the architecture '{word}'", "SeccompFormat,UNKNOWN_ARCHITECTURE");
    }

    private static SeccompRule Rule(JObject obj, string source)
    {
        JsonPlace.CheckProperties(obj, source, RuleFields);
        var action = JsonPlace.Word(obj["action"] ?? throw JsonPlace.Error(obj, source, "the field 'action' is missing"), source, OciNames.Actions, "action");
        if (obj["name"] is not null && JsonPlace.Items(obj["names"], source).Any()) throw JsonPlace.Error(obj, source, "a rule has 'name' or 'names', not both");
        JToken[] names = obj["name"] is { } single ? [single]
            : [.. JsonPlace.Items(obj["names"] ?? throw JsonPlace.Error(obj, source, "the field 'names' is missing"), source)];
        if (names.Length == 0) throw JsonPlace.Error(obj, source, "a rule needs at least one name");
        foreach (var name in names) CheckName(name, source);
        var conditions = JsonPlace.Items(obj["args"], source).Select(token => Condition(JsonPlace.Object(token, source), source)).ToArray();
        return new(names.Select(name => (string)name!), action, Errno(obj, "errnoRet", "errno", source, action), conditions);
    }

    // How PortableRules says to readers that compare 64 bits that an int equals a number; here, Equal says it.
    private static SeccompRule Plain(SeccompRule rule, SeccompArchitecture[] architectures)
    {
        bool IsSpelled(SeccompCondition condition) => condition is { Operator: SeccompOperator.MaskedEqual, Value: uint.MaxValue, ValueTwo: <= uint.MaxValue } && SeccompSets.Expand(rule.Names)
            .SelectMany(name => architectures.Select(architecture => SyscallTable.For(architecture).Find(name))).OfType<SyscallEntry>().All(entry => entry.IsNarrow(condition.Index));
        if (!rule.Conditions.Any(IsSpelled)) return rule;
        return new(rule.Names, rule.Action, rule.NumberOrNull, rule.Conditions.Select(condition => IsSpelled(condition) ? new(condition.Index, SeccompOperator.Equal, condition.ValueTwo) : condition));
    }

    private static void CheckName(JToken token, string source)
    {
        string name = JsonPlace.Text(token, source);
        if (name.Length == 0) throw JsonPlace.Error(token, source, "a name is empty");
        try
        {
            SeccompPolicy.CheckNames([name], source);
        }
        catch (SandboxException e)
        {
            throw JsonPlace.Error(token, source, e.Message.TrimEnd('.'), e.ErrorId, e.Remedy);
        }
    }

    // By number or (containers-common) by name or as a text, which counts if both are there and it isn't empty. runc and crun take EPERM for Trace too where none is given.
    private static int? Errno(JObject obj, string numberField, string nameField, string source, SeccompAction action)
    {
        var byNumber = obj[numberField] is { Type: not JTokenType.Null } number ? number : null;
        var byName = obj[nameField] is { Type: not JTokenType.Null } name && JsonPlace.Text(name, source).Length > 0 ? name : null;
        if ((byName ?? byNumber) is not { } token) return action == SeccompAction.Trace ? Native.Errno.EPERM : null;
        int value;
        if (byName is null) value = (int)JsonPlace.Number(token, source, ushort.MaxValue);
        else if (!int.TryParse((string)byName!, NumberStyles.None, CultureInfo.InvariantCulture, out value) && !Native.Errno.TryParse((string)byName!, out value)) throw JsonPlace.Error(byName, source, $"there is no errno '{(string)byName!}'");
        try
        {
            return SeccompRule.CheckErrno(action, value);
        }
        catch (SandboxException e)
        {
            throw JsonPlace.Error(token, source, e.Message.TrimEnd('.'), e.ErrorId);
        }
    }

    private static SeccompCondition Condition(JObject obj, string source)
    {
        JsonPlace.CheckProperties(obj, source, ConditionFields);
        JToken Required(string field) => obj[field] ?? throw JsonPlace.Error(obj, source, $"the field '{field}' is missing");
        var op = JsonPlace.Word(Required("op"), source, OciNames.Operators, "operator");
        ulong two = obj["valueTwo"] is { Type: not JTokenType.Null } valueTwo ? JsonPlace.Number(valueTwo, source, ulong.MaxValue) : 0;
        return new((int)JsonPlace.Number(Required("index"), source, 5), op, JsonPlace.Number(Required("value"), source, ulong.MaxValue), two);
    }
}
