using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Sandbox.Seccomp;

/// <summary>Writes a SeccompProfile of the Kubernetes Security Profiles Operator.</summary>
internal static partial class KubernetesWriter
{
    public static IReadOnlyList<string> Losses(SeccompPolicy policy)
    {
        var losses = OciWriter.Losses(policy).ToList();
        if (policy.DefaultAction is SeccompAction.Errno or SeccompAction.Trace && policy.DefaultErrno != Native.Errno.EPERM) losses.Add($"default {policy.Default}: the profile has no field for it, so the runtime takes EPERM");
        if (!ObjectName().IsMatch(policy.Name)) losses.Add($"name '{policy.Name}': an object of Kubernetes is named by lower-case letters, digits, '-' and '.'");
        return losses;
    }

    public static string Write(SeccompPolicy policy, bool allowLossy)
    {
        SeccompFormats.CheckLosses(policy, Losses(policy), "a SeccompProfile of Kubernetes", allowLossy);
        var text = new StringBuilder();
        Line(text, 0, $"apiVersion: {KubernetesReader.Group}v1beta1");
        Line(text, 0, "kind: SeccompProfile");
        Line(text, 0, "metadata:");
        Line(text, 1, $"name: {Quote(Named(policy.Name))}");
        Annotations(text, policy);
        Line(text, 0, "spec:");
        Line(text, 1, $"defaultAction: {OciNames.Of(policy.DefaultAction)}");
        List(text, 1, "architectures", policy.Architectures.Select(SeccompArchitectures.OciName));
        if (policy.Flags != SeccompFilterFlags.None) List(text, 1, "flags", OciNames.Flags.Where(flag => policy.Flags.HasFlag(flag.Value)).Select(flag => flag.Key));
        if (policy.ListenerPath is { } path) Line(text, 1, $"listenerPath: {Quote(path)}");
        if (policy.ListenerMetadata is { } metadata) Line(text, 1, $"listenerMetadata: {Quote(metadata)}");
        var rules = PortableRules.Of(policy).Rules;
        Line(text, 1, rules.Count == 0 ? "syscalls: []" : "syscalls:");
        foreach (var rule in rules) Rule(text, rule);
        return text.ToString();
    }

    // What isn't part of the profile: where Kubernetes keeps what objects say about themselves.
    private static void Annotations(StringBuilder text, SeccompPolicy policy)
    {
        if (policy.Description.Length + policy.Justifications.Count == 0) return;
        Line(text, 1, "annotations:");
        if (policy.Description.Length > 0) Line(text, 2, $"{KubernetesReader.DescriptionKey}: {Newtonsoft.Json.JsonConvert.ToString(policy.Description)}");
        foreach (var justification in policy.Justifications) Line(text, 2, $"{KubernetesReader.LintKey}{justification.RuleId}: {Newtonsoft.Json.JsonConvert.ToString(justification.Reason)}");
    }

    private static void Rule(StringBuilder text, SeccompRule rule)
    {
        Line(text, 1, $"- action: {OciNames.Of(rule.Action)}");
        if (rule.Action is SeccompAction.Errno or SeccompAction.Trace) Line(text, 2, string.Create(CultureInfo.InvariantCulture, $"errnoRet: {rule.Errno}"));
        List(text, 2, "names", rule.Names);
        if (rule.Conditions.Count == 0) return;
        Line(text, 2, "args:");
        foreach (var condition in rule.Conditions)
        {
            Line(text, 2, string.Create(CultureInfo.InvariantCulture, $"- index: {condition.Index}"));
            Line(text, 3, string.Create(CultureInfo.InvariantCulture, $"value: {condition.Value}"));
            if (condition.Operator == SeccompOperator.MaskedEqual) Line(text, 3, string.Create(CultureInfo.InvariantCulture, $"valueTwo: {condition.ValueTwo}"));
            Line(text, 3, $"op: {OciNames.Of(condition.Operator)}");
        }
    }

    private static void List(StringBuilder text, int depth, string field, IEnumerable<string> items)
    {
        Line(text, depth, field + ":");
        foreach (string item in items) Line(text, depth, "- " + item);
    }

    private static void Line(StringBuilder text, int depth, string line) => text.Append(' ', 2 * depth).Append(line).Append('\n');

    // JSON's strings are YAML's double-quoted ones.
    private static string Quote(string text) => ObjectName().IsMatch(text) && !text.All(char.IsAsciiDigit) ? text : Newtonsoft.Json.JsonConvert.ToString(text);

    private static string Named(string name) => ObjectName().IsMatch(name) ? name : Foreign().Replace(name.ToLowerInvariant(), "-").Trim('-', '.') is { Length: > 0 } made ? made : "policy";

    [GeneratedRegex("^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$")]
    private static partial Regex ObjectName();

    [GeneratedRegex("[^a-z0-9.-]+")]
    private static partial Regex Foreign();
}
