using System.Text;

namespace Sandbox.Seccomp;

/// <summary>Writes the settings of systemd.exec(5) that make a filter. They know names and no conditions; what depends on arguments is refused.</summary>
internal static class SystemdWriter
{
    private const int Width = 100;

    public static IReadOnlyList<string> Losses(SeccompPolicy policy)
    {
        var losses = new List<string>();
        if (policy.Flags != SeccompFilterFlags.None) losses.Add($"flags {policy.Flags}: systemd has no setting for them");
        if (!IsKnown(policy.Default)) losses.Add($"default {policy.Default}: systemd has no setting for it, so that the text kills the process");
        if (policy.ListenerPath is not null || policy.ListenerMetadata is not null) losses.Add("listener: systemd has no setting for it");
        if (policy.Justifications.Count > 0) losses.Add("justifications of findings: systemd has no setting for it");
        if (policy.Description.Length > 0) losses.Add("description: it would be the unit's");
        losses.AddRange(SeccompFormats.ScopeLosses(policy));
        foreach (string name in Names(policy))
        {
            var rules = RulesOf(policy, name);
            if (Decide(policy, rules) is null) losses.Add($"{name}: what happens depends on arguments, which systemd doesn't look at, so that the text refuses it");
            else if (!IsKnown(Decide(policy, rules)!.Value) && Decide(policy, rules)!.Value.Action != SeccompAction.Log) losses.Add($"{name}: systemd has no setting for {Decide(policy, rules)}, so that the text kills the process");
        }

        return losses;
    }

    public static string Write(SeccompPolicy policy, bool allowLossy)
    {
        SeccompFormats.CheckLosses(policy, Losses(policy), "settings of systemd", allowLossy);
        var decisions = Names(policy).ToDictionary(name => name, name => Decide(policy, RulesOf(policy, name)), StringComparer.Ordinal);
        bool allows = policy.DefaultAction != SeccompAction.Allow;
        var text = new StringBuilder($"SystemCallArchitectures={string.Join(' ', policy.Architectures.Select(SystemdReader.Name))}\n");
        if (policy.DefaultAction == SeccompAction.Errno) text.Append($"SystemCallErrorNumber={Word(policy.DefaultErrno)}\n");
        string[] passes = [.. decisions.Where(pair => pair.Value is { Passes: true }).Select(pair => pair.Key)];
        string[] refused = [.. decisions.Where(pair => pair.Value is not { Passes: true }).Select(pair => pair.Key + Suffix(policy, pair.Value))];
        if (allows)
        {
            // Something must come first, or the list would be one that refuses.
            List(text, "SystemCallFilter=", passes.Length > 0 ? passes : ["exit_group"]);
            string[] own = [.. refused.Where(word => word.Contains(':', StringComparison.Ordinal))];
            if (own.Length > 0) List(text, "SystemCallFilter=", own);
            var notAllowed = SystemdGroups.Find("@default")!.Append("exit_group").Distinct().Except(passes).Except(own.Select(word => word.Split(':')[0])).Order(StringComparer.Ordinal).ToArray();
            if (notAllowed.Length > 0) List(text, "SystemCallFilter=~", notAllowed);
        }
        else
        {
            List(text, "SystemCallFilter=~", refused);
        }

        string[] logged = [.. decisions.Where(pair => pair.Value is { Action: SeccompAction.Log }).Select(pair => pair.Key)];
        if (logged.Length > 0) List(text, "SystemCallLog=", logged);
        return text.ToString();
    }

    private static IEnumerable<string> Names(SeccompPolicy policy) => SeccompSets.Expand(policy.Rules.SelectMany(rule => rule.Names));

    private static SeccompRule[] RulesOf(SeccompPolicy policy, string name) => [.. policy.Rules.Where(rule => SeccompSets.Expand(rule.Names).Contains(name)).OrderByDescending(rule => rule.Action)];

    // What happens whatever the arguments are, or null where it depends on them.
    private static SeccompDecision? Decide(SeccompPolicy policy, SeccompRule[] rules)
    {
        int constant = Array.FindIndex(rules, rule => rule.Conditions.Count == 0);
        var decision = constant < 0 ? policy.Default : rules[constant].Decision;
        return rules.Take(constant < 0 ? rules.Length : constant).All(rule => rule.Decision == decision) ? decision : null;
    }

    private static bool IsKnown(SeccompDecision decision) => decision.Action is SeccompAction.Allow or SeccompAction.Errno or SeccompAction.KillProcess;

    // Names that are refused as the default refuses need no word of their own.
    private static string Suffix(SeccompPolicy policy, SeccompDecision? decision)
    {
        if (policy.DefaultAction != SeccompAction.Allow && (decision is null || decision == policy.Default)) return "";
        return decision is { Action: SeccompAction.Errno } errno ? ":" + Word(errno.Errno) : ":kill";
    }

    // A number has a name, or is told by "errno N".
    private static string Word(int errno) => Native.Errno.Name(errno).Replace("errno ", "", StringComparison.Ordinal);

    private static void List(StringBuilder text, string setting, IEnumerable<string> words)
    {
        var line = new StringBuilder(setting);
        foreach (string word in words)
        {
            if (line.Length > setting.Length && line.Length + word.Length > Width)
            {
                text.Append(line.ToString().TrimEnd()).Append('\n');
                line.Clear().Append(setting);
            }

            line.Append(word).Append(' ');
        }

        text.Append(line.ToString().TrimEnd()).Append('\n');
    }
}
