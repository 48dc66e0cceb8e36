using System.Globalization;
using Newtonsoft.Json;

namespace Sandbox.Seccomp;

/// <summary>Writes <c>linux.seccomp</c> of the OCI runtime specification: sets expanded, and in the rules of <see cref="PortableRules"/>.</summary>
public static class OciWriter
{
    /// <summary>What a policy has that the text can't say to the tools that read it; empty where nothing is lost.</summary>
    public static IReadOnlyList<string> Losses(SeccompPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        string[] scopes = [.. SeccompFormats.ScopeLosses(policy)];
        return [.. scopes, .. PortableRules.Of(scopes.Length == 0 ? policy : policy.For(policy.Architectures[0])).Losses];
    }

    /// <summary>Writes a policy. What would be lost is an error unless <paramref name="allowLossy"/>.</summary>
    public static string Write(SeccompPolicy policy, bool allowLossy = false)
    {
        SeccompFormats.CheckLosses(policy, Losses(policy), "OCI JSON", allowLossy);
        if (SeccompFormats.ScopeLosses(policy).Any()) policy = policy.For(policy.Architectures[0]);
        using var text = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        using var json = new JsonTextWriter(text) { Formatting = Formatting.Indented };
        json.WriteStartObject();
        // The specification has runtimes ignore properties that they don't know (config.md, Extensibility).
        Field(json, "name", policy.Name);
        if (policy.Description.Length > 0) Field(json, "description", policy.Description);
        Field(json, "defaultAction", OciNames.Of(policy.DefaultAction));
        Errno(json, "defaultErrnoRet", policy.Default);
        Strings(json, "architectures", policy.Architectures.Select(SeccompArchitectures.OciName));
        if (policy.Flags != SeccompFilterFlags.None) Strings(json, "flags", OciNames.Flags.Where(flag => policy.Flags.HasFlag(flag.Value)).Select(flag => flag.Key));
        if (policy.ListenerPath is { } path) Field(json, "listenerPath", path);
        if (policy.ListenerMetadata is { } metadata) Field(json, "listenerMetadata", metadata);
        if (policy.Justifications.Count > 0) Justifications(json, policy.Justifications);
        json.WritePropertyName("syscalls");
        json.WriteStartArray();
        foreach (var rule in PortableRules.Of(policy).Rules) Rule(json, rule);
        json.WriteEndArray();
        json.WriteEndObject();
        return text + "\n";
    }

    private static void Justifications(JsonTextWriter json, IReadOnlyList<SeccompJustification> justifications)
    {
        json.WritePropertyName("lint");
        json.WriteStartObject();
        foreach (var justification in justifications) Field(json, justification.RuleId, justification.Reason);
        json.WriteEndObject();
    }

    private static void Rule(JsonTextWriter json, SeccompRule rule)
    {
        json.WriteStartObject();
        Strings(json, "names", rule.Names);
        Field(json, "action", OciNames.Of(rule.Action));
        Errno(json, "errnoRet", rule.Decision);
        if (rule.Conditions.Count > 0)
        {
            json.WritePropertyName("args");
            json.WriteStartArray();
            foreach (var condition in rule.Conditions) Condition(json, condition);
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static void Condition(JsonTextWriter json, SeccompCondition condition)
    {
        json.WriteStartObject();
        Field(json, "index", condition.Index);
        Field(json, "value", condition.Value);
        if (condition.Operator == SeccompOperator.MaskedEqual) Field(json, "valueTwo", condition.ValueTwo);
        Field(json, "op", OciNames.Of(condition.Operator));
        json.WriteEndObject();
    }

    private static void Errno(JsonTextWriter json, string field, SeccompDecision decision)
    {
        if (decision.Action is SeccompAction.Errno or SeccompAction.Trace) Field(json, field, decision.Errno);
    }

    private static void Field(JsonTextWriter json, string field, object value)
    {
        json.WritePropertyName(field);
        json.WriteValue(value);
    }

    private static void Strings(JsonTextWriter json, string field, IEnumerable<string> values)
    {
        json.WritePropertyName(field);
        json.WriteStartArray();
        foreach (string value in values) json.WriteValue(value);
        json.WriteEndArray();
    }
}
