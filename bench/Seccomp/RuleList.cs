using System.Globalization;
using System.Text;
using Sandbox.Seccomp;

namespace Sandbox.Bench.Seccomp;

/// <summary>A policy as the plain list that Programs/libseccomp.c reads.</summary>
internal static class RuleList
{
    public static string Of(SeccompPolicy policy)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"default {policy.Default.ReturnValue:x}\n");
        foreach (var architecture in policy.Architectures) text.Append(CultureInfo.InvariantCulture, $"arch {SeccompArchitectures.Name(architecture)}\n");
        foreach (var rule in policy.Rules)
        {
            var conditions = string.Concat(rule.Conditions.Select(c => string.Create(CultureInfo.InvariantCulture, $" {c.Index} {Comparison(c.Operator)} {c.Value:x} {c.ValueTwo:x}")));
            foreach (var name in SeccompSets.Expand(rule.Names)) text.Append(CultureInfo.InvariantCulture, $"rule {rule.Decision.ReturnValue:x} {name} {rule.Conditions.Count}{conditions}\n");
        }

        return text.ToString();
    }

    // seccomp.h: enum scmp_compare
    private static int Comparison(SeccompOperator op) => op switch
    {
        SeccompOperator.NotEqual => 1,
        SeccompOperator.Less => 2,
        SeccompOperator.LessOrEqual => 3,
        SeccompOperator.Equal => 4,
        SeccompOperator.GreaterOrEqual => 5,
        SeccompOperator.Greater => 6,
        _ => 7,
    };
}
