namespace Sandbox.Seccomp;

/// <summary>
/// Rules of one profile that contradict each other about a call, both whatever its arguments, as containers-common's allows setns and
/// refuses it without CAP_SYS_ADMIN. runc (matchCall) and crun (libcrun_generate_seccomp) leave a rule out that says what the default
/// says, and libseccomp keeps the first of the others, which is then what holds in a container. In a policy the harsher would count.
/// </summary>
internal static class ProfileConflicts
{
    public static IEnumerable<SeccompRule> Resolve(IReadOnlyList<SeccompRule> rules, SeccompDecision otherwise, Action<string>? warn)
    {
        var first = new Dictionary<string, SeccompDecision>(StringComparer.Ordinal);
        foreach (var rule in rules.Where(rule => rule.Conditions.Count == 0 && rule.Decision != otherwise))
        {
            foreach (string name in rule.Names) first.TryAdd(name, rule.Decision);
        }

        foreach (var rule in rules)
        {
            var hidden = rule.Conditions.Count > 0 ? [] : rule.Names.Where(name => first.TryGetValue(name, out var decision) && decision != rule.Decision).ToArray();
            foreach (var names in hidden.GroupBy(name => first[name]))
            {
                warn?.Invoke($"{string.Join(", ", names)}: one rule says {names.Key}, another {rule.Decision}, both whatever the arguments; {names.Key} counts, as with runc and crun.");
            }

            if (hidden.Length == 0) yield return rule;
            else if (rule.Names.Except(hidden).ToArray() is { Length: > 0 } left) yield return rule.With(left);
        }
    }
}
