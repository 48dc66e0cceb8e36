using Newtonsoft.Json.Linq;

namespace Sandbox.Seccomp;

/// <summary>
/// Reads <c>linux.seccomp</c> of the OCI runtime specification. Beyond it, names may be <c>@sets</c>, and an object may have a
/// <c>comment</c> (and the whole a <c>name</c> and <c>description</c>), as the policies of this module do.
/// </summary>
public static class OciReader
{
    private static readonly string[] Fields = ["name", "description", "comment", "defaultAction", "defaultErrnoRet", "architectures", "flags", "syscalls"];
    private static readonly string[] RuleFields = ["names", "action", "errnoRet", "args", "comment"];
    private static readonly string[] ConditionFields = ["index", "value", "valueTwo", "op"];

    /// <summary>Reads a policy.</summary>
    /// <param name="text">The JSON text.</param>
    /// <param name="source">What error messages call it, such as the path.</param>
    public static SeccompPolicy Read(string text, string source)
    {
        var root = JsonPlace.Parse(text, source);
        JsonPlace.CheckProperties(root, source, Fields);
        var action = JsonPlace.Word(root["defaultAction"] ?? throw JsonPlace.Error(root, source, "the field 'defaultAction' is missing"), source, OciNames.Actions, "action");
        int? errno = Errno(root["defaultErrnoRet"], source, action);
        var architectures = JsonPlace.Items(root["architectures"], source).Select(token => Architecture(token, source)).ToArray();
        var flags = JsonPlace.Items(root["flags"], source).Aggregate(SeccompFilterFlags.None,
            (all, token) => all | JsonPlace.Word(token, source, OciNames.Flags, "flag"));
        var rules = JsonPlace.Items(root["syscalls"], source).Select(token => Rule(JsonPlace.Object(token, source), source)).ToArray();
        string name = root["name"] is { } given ? JsonPlace.Text(given, source) : Path.GetFileNameWithoutExtension(source);
        return new(name, action, rules, errno, architectures, flags, root["description"] is { } description ? JsonPlace.Text(description, source) : "");
    }

    private static SeccompArchitecture Architecture(JToken token, string source)
    {
        string word = JsonPlace.Text(token, source);
        return SeccompArchitectures.FromOciName(word)
            ?? throw JsonPlace.Error(token, source, $"there is no system call table for the architecture '{word}'", "SeccompFormat,UNKNOWN_ARCHITECTURE");
    }

    private static SeccompRule Rule(JObject obj, string source)
    {
        JsonPlace.CheckProperties(obj, source, RuleFields);
        var action = JsonPlace.Word(obj["action"] ?? throw JsonPlace.Error(obj, source, "the field 'action' is missing"), source, OciNames.Actions, "action");
        var names = JsonPlace.Items(obj["names"] ?? throw JsonPlace.Error(obj, source, "the field 'names' is missing"), source).ToArray();
        if (names.Length == 0) throw JsonPlace.Error(obj, source, "a rule needs at least one name");
        foreach (var name in names) CheckName(name, source);
        var conditions = JsonPlace.Items(obj["args"], source).Select(token => Condition(JsonPlace.Object(token, source), source)).ToArray();
        return new(names.Select(name => (string)name!), action, Errno(obj["errnoRet"], source, action), conditions);
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

    private static int? Errno(JToken? token, string source, SeccompAction action)
    {
        if (token is null || token.Type == JTokenType.Null) return null;
        int number = (int)JsonPlace.Number(token, source, ushort.MaxValue);
        try
        {
            return SeccompRule.CheckErrno(action, number);
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
